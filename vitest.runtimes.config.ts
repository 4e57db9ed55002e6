import { defineConfig } from "vitest/config";

// `npm run test:runtimes`: other runtimes and bundlers, installed by scripts/test-runtimes.mjs.
export default defineConfig({
  test: {
    include: ["test/runtimes/**/*.runtime.ts"],
    testTimeout: 300_000,
    maxWorkers: 1,
    reporters: [["default", { summary: false }], "./test/support/plain-summary-reporter.ts"],
  },
});
