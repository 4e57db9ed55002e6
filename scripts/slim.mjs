// Takes out of a built copy what no user needs, `node scripts/slim.mjs PACKAGE_FOLDER`: of what a download would weigh, a half.
//
// - JavaScript loses comments and blanks, and keeps its names and its lines: the repository has the text, a stack trace
//   still says where.
// - Declarations keep their comments, which is where editors show them, but for functions that no entry gives out. Files
//   that no entry leads to go: nobody can import them.
// - Modules of types only have no JavaScript.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { slimDeclarations } from "./slim-declarations.mjs";

const lineLimit = 120;
const empty = /^\s*(?:export\s*\{\s*\};?)?\s*$/;

async function slimJavaScript(folder, options) {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".js")) continue;
    const path = join(folder, name);
    const source = readFileSync(path, "utf8");
    const { code } = await transform(source, {
      format: "esm",
      target: "es2022",
      legalComments: "inline",
      ...options,
    });
    // What has types only is imported by types only, and those imports are gone.
    if (empty.test(code)) rmSync(path);
    else writeFileSync(path, code);
  }
}

const [root] = process.argv.slice(2);
if (root === undefined || !existsSync(join(root, "dist"))) throw new Error("usage: slim.mjs PACKAGE_FOLDER");
await slimJavaScript(join(root, "dist"), { minifyWhitespace: true, lineLimit });
// Examples are there to be read.
await slimJavaScript(join(root, "build/examples"), {});
slimDeclarations(root);
