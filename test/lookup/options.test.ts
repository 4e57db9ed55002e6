import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { LookupStore, publishSet, serveLookup, updateSet, verifiedLookup } from "../../dist/lookup/index.js";
import { epoch, published, serverKey } from "./sessions.js";

const refused = { code: "INVALID_ARGUMENT" };

describe("options that have no such name are refused by", () => {
  it("publishSet and updateSet", async () => {
    const options = { epoch: 1, labelBytes: 8, labelByte: 8 } as never;
    await expect(publishSet(serverKey, [], options)).rejects.toMatchObject({
      ...refused,
      field: "labelByte",
    });
    const set = await published([{ key: "a", label: "b" }]);
    const changes = { put: [], removed: ["a"] } as never;
    await expect(updateSet(serverKey, set, changes)).rejects.toMatchObject({ ...refused, field: "removed" });
    await expect(updateSet(serverKey, set, {}, { worker: 0 } as never)).rejects.toMatchObject(refused);
  });

  it("serveLookup and verifiedLookup", async () => {
    const set = await published([{ key: "a", label: "b" }]);
    const store = new LookupStore(serverKey, set);
    const serving = { budget: "unlimited", maxKey: 5 } as never;
    await expect(simulate(2, (party) => serveLookup(party, store, serving))).rejects.toMatchObject({
      ...refused,
      field: "maxKey",
    });
    const asking = { publicKey: serverKey.publicKey, epoch, bucketBit: 3 } as never;
    await expect(simulate(2, (party) => verifiedLookup(party, ["a"], asking))).rejects.toMatchObject({
      ...refused,
      field: "bucketBit",
    });
  });
});
