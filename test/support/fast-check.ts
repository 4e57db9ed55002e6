import fc from "fast-check";

// A failure prints its seed and path; FC_SEED replays it.
const seed = process.env["FC_SEED"];
fc.configureGlobal({ numRuns: 100, ...(seed === undefined ? {} : { seed: Number(seed) }) });
