// Run by tarball.test.ts inside an empty project that has only the packed tarball installed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { simulate } from "veilshare";
import { secureSum } from "veilshare/aggregation";
import { intersect } from "veilshare/psi";

const manifest = createRequire(import.meta.url).resolve("veilshare/package.json");
const subpaths = Object.keys(JSON.parse(readFileSync(manifest, "utf8")).exports);
const notForImport = ["./package.json", "./worker"]; // the second is what a worker thread starts with
for (const subpath of subpaths) {
  if (!notForImport.includes(subpath)) await import(`veilshare${subpath.slice(1)}`);
}

const sums = await simulate(3, (party) =>
  secureSum(party, BigInt64Array.of(1n, BigInt(party.index)), { maxAbs: 10n }),
);
const items = [
  ["ann", "bob"],
  ["bob", "eve"],
];
const found = await simulate(2, (party) => intersect(party, items[party.index], { reveal: "both" }));
if (sums[0][1] !== 3n || found[0].size !== 1 || found[0].indices[0] !== 1) throw new Error("wrong answer");
console.log("consumer ok");
