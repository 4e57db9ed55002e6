import { expect, it } from "vitest";
import { decodeEncryptedVector, decrypt, encrypt, slotLayout } from "../../dist/he/index.js";
import { secretBytes, testKey } from "../he/test-key.js";
import { describeInBrowser, runInBrowser } from "../support/browser.js";
import type { HeTask } from "./fixtures/he-page.js";

interface PageResult {
  readonly hasNodeGlobals: boolean;
  readonly sum: readonly number[];
  readonly values: readonly string[];
}

describeInBrowser("a browser tab with a Paillier key", () => {
  it("reads what Node encrypted, and Node reads what it computed", { timeout: 120_000 }, async () => {
    const { publicKey } = testKey;
    const layout = slotLayout(publicKey.bits, 2000n);
    const sealed = await encrypt(publicKey, [10n, 20n, -30n], { maxAbs: 1000n, layout });
    const task: HeTask = { secretBytes: [...secretBytes], sealed: [...sealed.toBytes()] };
    const page = (await runInBrowser(
      { "page/main": "test/browser/fixtures/he-page.ts" },
      task,
    )) as PageResult;
    expect(page.hasNodeGlobals).toBe(false);
    expect(page.values).toEqual(["11", "18", "-27"]);
    const sum = await decodeEncryptedVector(Uint8Array.from(page.sum), {
      publicKey,
      layout,
      length: 3,
      maxAbs: 2000n,
    });
    expect(await decrypt(testKey, sum)).toEqual([11n, 18n, -27n]);
  });
});
