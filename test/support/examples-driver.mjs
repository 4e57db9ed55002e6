// Runs an example's main script once for each list of arguments, one after the other, in one process: what starting and
// loading cost is paid once. Each run is a module of its own, as the query differs; what it imports is shared.
import { pathToFileURL } from "node:url";

const [, , script, lists] = process.argv;
const main = pathToFileURL(script).href;
const outcomes = [];
const write = { stdout: process.stdout.write, stderr: process.stderr.write };
for (const [run, args] of JSON.parse(lists).entries()) {
  const outcome = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    process[name].write = (text) => {
      outcome[name] += String(text);
      return true;
    };
  }
  process.argv = [process.argv[0], script, ...args];
  process.exitCode = 0;
  await import(`${main}?run=${run}`); // ends when the script's own top level has
  outcomes.push({ ...outcome, code: process.exitCode });
}
Object.assign(process.stdout, { write: write.stdout });
Object.assign(process.stderr, { write: write.stderr });
process.exitCode = 0;
process.stdout.write(JSON.stringify(outcomes));
