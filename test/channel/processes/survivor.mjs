// A party that prints its own end, for processes.test.ts: the launcher only reports the root cause.
import { serveParty } from "../../../build/examples/launcher/index.js";

serveParty((party) =>
  party.run({ name: "test/endless", version: 1 }, async (run) => {
    await run.agree({});
    const report = { signal: false };
    run.signal.addEventListener("abort", () => (report.signal = true));
    try {
      for (let round = 0; ; round++) {
        run.progress({ step: "endless/round", done: round, total: 0 });
        await run.exchange("numbers", new Uint8Array(1000));
      }
    } catch (error) {
      process.stderr.write(`${JSON.stringify({ ends: party.name, ...error.toJSON(), ...report })}\n`);
      throw error;
    }
  }),
);
