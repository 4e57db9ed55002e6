/** What lookups make of arguments that are none. */

import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { LookupStore, publishSet, serveLookup, updateSet, verifiedLookup } from "../../dist/lookup/index.js";
import { expectCode } from "../support/expect-error.js";
import { epoch, published, serverKey } from "./sessions.js";

const other = (value: unknown): never => value as never;
const pinned = { publicKey: serverKey.publicKey, epoch };

describe("a set", () => {
  it("is published, updated and served with keys, entries and sets only", async () => {
    const options = { epoch, labelBytes: 4, workers: 0 };
    const set = await published([{ key: "a", label: "b" }]);
    for (const entries of [null, 5, "ab", [1], [null]]) {
      await expectCode(publishSet(serverKey, other(entries), options), "INVALID_ARGUMENT");
    }
    const store = new LookupStore(serverKey, set);
    for (const none of [null, {}, 5, "x"]) {
      await expectCode(publishSet(other(none), [], options), "INVALID_ARGUMENT");
      await expectCode(updateSet(other(none), set, {}), "INVALID_ARGUMENT");
      await expectCode(updateSet(serverKey, other(none), {}), "INVALID_ARGUMENT");
      await expectCode(() => new LookupStore(other(none), set), "INVALID_ARGUMENT");
      await expectCode(() => new LookupStore(serverKey, other(none)), "INVALID_ARGUMENT");
      await expectCode(store.replace(serverKey, other(none)), "INVALID_ARGUMENT");
      await expectCode(store.remember(other(none)), "INVALID_ARGUMENT");
    }
  });

  it.each([
    ["budget", { budget: {} }],
    ["budget", { budget: "none" }],
    ["budget", {}],
    ["downloadBudget", { budget: "unlimited", downloadBudget: {} }],
    ["maxkeys", { budget: "unlimited", maxkeys: 5 }],
  ])("is not served with another %s", async (field, options) => {
    const store = new LookupStore(serverKey, await published([{ key: "a", label: "b" }]));
    const run = simulate<unknown>(2, (party) =>
      party.index === 0 ? serveLookup(party, store, other(options)) : verifiedLookup(party, ["a"], pinned),
    );
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field });
  });

  it.each([
    ["digest", { digest: "x" }],
    ["digest", { digest: new Uint8Array(3) }],
    ["set", { set: {} }],
    ["store", { store: {} }],
    ["bucketbits", { bucketbits: 4 }],
  ])("is not asked with another %s", async (field, options) => {
    const store = new LookupStore(serverKey, await published([{ key: "a", label: "b" }]));
    const run = simulate<unknown>(2, (party) =>
      party.index === 0
        ? serveLookup(party, store, { budget: "unlimited" })
        : verifiedLookup(party, ["a"], other({ ...pinned, ...options })),
    );
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field });
  });
});
