import fc from "fast-check";

// The same cases every time, so that `npm test` is what it was the last time. A failure prints its seed and path; FC_SEED
// replays another seed, and `npm run test:storms` draws one.
const seed = Number(process.env["FC_SEED"] ?? 20_260);
fc.configureGlobal({ numRuns: 100, seed });
