import { expect, it } from "vitest";
import { describeInBrowser, runInBrowser } from "../support/browser.js";

describeInBrowser("in a browser", () => {
  it("the pool runs in Web Workers: same results, typed errors, CLOSED", { timeout: 60_000 }, async () => {
    const result = await runInBrowser({
      "page/main": "test/browser/fixtures/pool-page.mjs",
      "jobs/worker-entry": "dist/jobs/worker-entry.js",
    });
    expect(result).toEqual({
      withWorkers: [150, 150],
      inline: [150, 150],
      refused: { code: "INVALID_ARGUMENT", field: "elements[0]" },
      closed: "CLOSED",
    });
  });

  it("goes on in the page's own thread when a worker cannot be loaded", { timeout: 60_000 }, async () => {
    const result = runInBrowser({ "page/main": "test/browser/fixtures/pool-page.mjs" });
    await expect(result).resolves.toBeDefined();
  });
});
