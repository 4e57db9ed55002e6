import { defineConfig } from "vitest/config";

// The tests import the built package (dist/), so that what is tested is what is shipped, worker threads
// and child processes included. `npm test` builds first.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    server: { deps: { external: [/\/dist\//] } },
    testTimeout: 120_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    setupFiles: ["test/support/fast-check.ts"],
    reporters: [["default", { summary: false }], "./test/support/plain-summary-reporter.ts"],
  },
});
