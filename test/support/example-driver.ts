/** Runs of an example's script with many lists of arguments, in one process. */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What one run left. */
export interface ExampleOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const driver = fileURLToPath(new URL("example-driver.mjs", import.meta.url));
const run = promisify(execFile);

/**
 * The outcomes, in order.
 *
 * @param script - From the project's folder, e.g. `build/examples/psi/main.js`.
 */
export async function runExample(
  script: string,
  argumentLists: readonly (readonly string[])[],
): Promise<ExampleOutcome[]> {
  const args = [driver, join(process.cwd(), script), JSON.stringify(argumentLists)];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as ExampleOutcome[];
}
