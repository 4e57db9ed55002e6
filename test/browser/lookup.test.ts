import { createServer } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect, generateIdentity } from "../../dist/channel/index.js";
import {
  deriveLookupKey,
  LookupStore,
  publishSet,
  serveLookup,
  updateSet,
  type PublishedSet,
} from "../../dist/lookup/index.js";
import { describeInBrowser, runInBrowser } from "../support/browser.js";
import type { LookupTask, PageAnswers } from "./fixtures/lookup-page.js";

interface PageResult {
  readonly hasNodeGlobals: boolean;
  readonly storedBytes?: number;
  readonly lookups?: readonly PageAnswers[];
  readonly error?: { readonly code: string; readonly party?: string; readonly field?: string };
}

const server = createServer();
afterAll(() => {
  server.close();
});

describeInBrowser("a browser tab as a lookup client", () => {
  const key = deriveLookupKey(new Uint8Array(32).fill(3), 1);
  const entryBytes = 16 + 12 + 2 + 8 + 16;
  const [node, tab] = [generateIdentity("node"), generateIdentity("tab")];
  let set: PublishedSet;

  beforeAll(async () => {
    const entries = Array.from({ length: 600 }, (_, i) => ({ key: `INV-${i}`, label: `open ${i}` }));
    set = await publishSet(key, entries, { epoch: 1, labelBytes: 8, workers: 0 });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  /** The page against a server that takes an update before the third lookup. */
  async function run(
    publicKey: Uint8Array,
  ): Promise<{ page: PageResult; evaluations: number[]; thrown: unknown }> {
    const { port } = server.address() as { port: number };
    const parties = [node.entry(`ws://127.0.0.1:${port}`), tab.entry()];
    const store = new LookupStore(key, set);
    const evaluations: number[] = [];
    const serve = async (): Promise<void> => {
      const party = await connect({ identity: node, parties, server });
      for (let lookup = 0; lookup < 3; lookup++) {
        if (lookup === 2) {
          const changes = { put: [{ key: "INV-7", label: "paid" }], remove: ["INV-8"] };
          await store.replace(key, await updateSet(key, set, changes, { workers: 0 }));
        }
        evaluations.push((await serveLookup(party, store, { budget: "unlimited" })).evaluations);
      }
      await party.close();
    };
    const task: LookupTask = {
      secretKey: [...tab.keys.exportSecretKey()],
      parties,
      publicKey: [...publicKey],
      keys: ["INV-7", "INV-8", "INV-599", "none"],
    };
    const [thrown, page] = await Promise.all([
      serve().then(
        () => undefined,
        (error: unknown) => error,
      ),
      runInBrowser({ "page/main": "test/browser/fixtures/lookup-page.ts" }, task) as Promise<PageResult>,
    ]);
    return { page, evaluations, thrown };
  }

  it("finds labels in the whole set and in buckets, keeps the set, and brings it up to date", async () => {
    const { page, evaluations, thrown } = await run(key.publicKey);
    expect(thrown).toBeUndefined();
    const before = ["=open 7", "=open 8", "=open 599", "absent"];
    expect(page).toEqual({
      hasNodeGlobals: false,
      storedBytes: 10 + 81 + 600 * entryBytes,
      lookups: [
        { status: "answered", answers: before, download: { kind: "whole", bytes: 600 * entryBytes } },
        { status: "answered", answers: before, download: { kind: "buckets", bytes: 0 }, bucketBits: 4 },
        {
          status: "answered",
          answers: ["=paid", "absent", "=open 599", "absent"],
          download: { kind: "changes", bytes: entryBytes + 16 },
        },
      ],
    });
    expect(evaluations).toEqual([4, 4, 4]);
  }, 90_000);

  it("refuses a server that has another key than the pinned one", async () => {
    const { page, thrown } = await run(deriveLookupKey(new Uint8Array(32).fill(4), 1).publicKey);
    expect(page.error).toMatchObject({ code: "PEER_MISMATCH", party: "node", field: "parameters.publicKey" });
    expect(thrown).toMatchObject({ code: "PEER_MISMATCH", party: "tab" });
  }, 90_000);
});
