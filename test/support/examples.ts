/** Runs of the examples' scripts as built: in a process of its own, or with many lists of arguments in one. */

import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What one run left. */
export interface ExampleOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One run: `npm run example:NAME -- ...`, built. */
export function example(name: string, ...args: readonly string[]): Promise<ExampleOutcome> {
  const script = resolve(`build/examples/${name}/main.js`);
  return new Promise((done) => {
    const options = { timeout: 110_000, maxBuffer: 2 ** 24 };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

const driver = fileURLToPath(new URL("examples-driver.mjs", import.meta.url));
const run = promisify(execFile);

/** The same with many lists of arguments, for those that end before a party starts; outcomes in order. */
export async function examplesInOne(
  name: string,
  argumentLists: readonly (readonly string[])[],
): Promise<ExampleOutcome[]> {
  const script = resolve(`build/examples/${name}/main.js`);
  const args = [driver, script, JSON.stringify(argumentLists)];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as ExampleOutcome[];
}
