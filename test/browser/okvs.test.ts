import { expect, it } from "vitest";
import { describeInBrowser, runInBrowser } from "../support/browser.js";

const entries = { "page/main": "test/browser/fixtures/okvs-page.mjs" };

describeInBrowser("an intersection by OKVS in a browser", () => {
  it(
    "finds the common rows, on the compiled kernel and the browser's own ciphers",
    { timeout: 60_000 },
    async () => {
      const rows = Array.from({ length: 150 }, (_, i) => 150 + i);
      expect(await runInBrowser(entries, { items: 300, compiled: true })).toEqual({ kernel: true, rows });
    },
  );

  it("finds them without WebAssembly, as where a page forbids it", { timeout: 120_000 }, async () => {
    const rows = Array.from({ length: 10 }, (_, i) => 10 + i);
    expect(await runInBrowser(entries, { items: 20, compiled: false })).toEqual({ kernel: false, rows });
  });
});
