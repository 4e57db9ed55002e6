import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

const slowFiles = 20;

/** Says which files took longest, and ends the run with one line a script can read: `N passed, N failed, N skipped`. */
export default class PlainSummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      const before = count.passed + count.failed + count.skipped;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "pending") count.failed += 1;
        else count[state] += 1;
      }
      if (!module.ok() && count.passed + count.failed + count.skipped === before) count.failed += 1;
    }
    process.stdout.write(slowest(modules));
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  }
}

function slowest(modules: readonly TestModule[]): string {
  const times = modules.map((module) => {
    const { duration, setupDuration, collectDuration } = module.diagnostic();
    return { name: relative(".", module.moduleId), ms: duration + setupDuration + collectDuration };
  });
  times.sort((a, b) => b.ms - a.ms);
  const shown = times
    .slice(0, slowFiles)
    .map(({ name, ms }) => `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
  return `\nSlowest test files:\n${shown.join("\n")}\n`;
}
