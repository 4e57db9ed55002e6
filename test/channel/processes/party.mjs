// One party in a process of its own, for processes.test.ts.
import { serveParty } from "../../../build/examples/launcher/index.js";
import { VeilshareError } from "../../../dist/index.js";

serveParty((party, task) =>
  party.run({ name: "test/ping-pong", version: 1 }, async (run) => {
    await run.agree({});
    if (task === "refuse")
      throw new VeilshareError("INVALID_DATA", "people.csv, line 3, column age: not a number");
    if (task === "crash") process.exit(7);
    if (task === "throw") throw new TypeError("a bug");
    let sum = 0;
    for (let round = 0; task === "endless" || round < 3; round++) {
      const got = await run.exchange("numbers", Uint8Array.of(run.index));
      for (const bytes of got) sum += bytes[0];
      run.progress({ step: "ping-pong/round", done: round, total: 3 });
    }
    return { name: party.name, sum };
  }),
);
