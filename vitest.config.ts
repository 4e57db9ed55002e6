import { configDefaults, defineConfig } from "vitest/config";

// These replace or measure what a whole process has in common (globals, warnings, memory), so each has a process of its own.
// All others share one for each worker: loading the package anew for every file took a quarter of the time.
const alone = [
  "test/aggregation/verified/refusals.test.ts",
  "test/bytes/memory.test.ts",
  "test/channel/robustness.test.ts",
  "test/parallel/fallback.test.ts",
  "test/psi/okvs/fallback.test.ts",
  "test/random/prg.test.ts",
];

// The tests import the built package (dist/), so that what is tested is what is shipped, worker threads
// and child processes included. `npm test` builds first.
export default defineConfig({
  test: {
    server: { deps: { external: [/\/dist\//] } },
    testTimeout: 120_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    setupFiles: ["test/support/fast-check.ts"],
    reporters: [["default", { summary: false }], "./test/support/plain-summary-reporter.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...alone],
          isolate: false,
        },
      },
      { extends: true, test: { name: "alone", include: alone } },
    ],
  },
});
