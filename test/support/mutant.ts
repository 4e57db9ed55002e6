import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** One edit that breaks the built package on purpose. */
export interface Mutation {
  /** Built file, e.g. `aggregation/pair-masks.js`. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly text: string;
  readonly replacement: string;
}

/**
 * A module of a copy of dist/ with one deliberate fault: a test that passes on it can't fail. The copy stands under
 * build/, inside the package, so that its imports resolve as dist's own do, in a folder named dist, which vitest
 * leaves to Node.
 */
export async function importMutant<T>(name: string, module: string, mutation: Mutation): Promise<T> {
  const folder = join(process.cwd(), "build", "mutants", `${name}-${process.pid}`, "dist");
  rmSync(folder, { recursive: true, force: true });
  cpSync("dist", folder, { recursive: true, filter: (path) => !/\.(map|d\.ts)$/.test(path) });
  const file = join(folder, mutation.file);
  const source = readFileSync(file, "utf8");
  if (source.split(mutation.text).length !== 2) {
    throw new Error(`mutant ${name}: expected its text exactly once in ${mutation.file}`);
  }
  writeFileSync(
    file,
    source.replace(mutation.text, () => mutation.replacement),
  );
  try {
    return (await import(pathToFileURL(join(folder, module)).href)) as T; // the caller names the module's type
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
