// Takes the comments out of built JavaScript, `node scripts/slim.mjs FOLDER ...`: a third of what a download would weigh.
// The declarations beside it keep theirs, which is where editors show them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";

for (const folder of process.argv.slice(2)) {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".js")) continue;
    const path = join(folder, name);
    const source = readFileSync(path, "utf8");
    const { code } = await transform(source, { format: "esm", target: "es2022", legalComments: "inline" });
    writeFileSync(path, code);
  }
}
