// Launches endless parties and reports what happens, for processes.test.ts: a process that tests may interrupt.
import { exitWithError, runParties } from "../../../build/examples/launcher/index.js";

const names = ["a", "b", "c"];
const pids = {};
let running = 0;
try {
  await runParties({
    script: new URL(process.argv[2] ?? "./survivor.mjs", import.meta.url),
    parties: names.map((name) => ({ name, task: "endless" })),
    onStart: (party, pid) => (pids[party] = pid),
    onProgress: ({ done }) => {
      if (done === 3 && ++running === names.length) process.stdout.write(`${JSON.stringify(pids)}\n`);
    },
  });
} catch (error) {
  exitWithError(error);
}
