// The random storms at length: `npm run test:storms -- --runs 1000 --seed 7 [test files]`. Without a seed it draws one.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    seed: { type: "string", default: String(randomInt(2 ** 32)) },
  },
  allowPositionals: true,
});
for (const [name, value] of Object.entries(values)) {
  if (/^\d+$/.test(value)) continue;
  process.stderr.write(
    `test:storms: expected --${name} to be a whole number, got ${JSON.stringify(value)}\n`,
  );
  process.exit(2);
}

const storms = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => `test/${name}`)
  .filter((path) => readFileSync(path, "utf8").includes("support/storms.js"));
const files = positionals.length > 0 ? positionals : storms;
if (files.length === 0) {
  process.stdout.write("test:storms: no test has a storm\n");
  process.exit(0);
}
process.stdout.write(`storms of ${values.runs} runs, seed ${values.seed}, in ${files.length} files\n`);
const { status } = spawnSync("npx", ["vitest", "run", ...files], {
  stdio: "inherit",
  env: {
    ...process.env,
    VEILSHARE_STORM_RUNS: values.runs,
    VEILSHARE_STORM_SEED: values.seed,
    FC_SEED: values.seed,
  },
});
process.exit(status ?? 1);
