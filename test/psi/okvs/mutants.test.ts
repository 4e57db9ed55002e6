import { describe, expect, it } from "vitest";
import type { UsedSlots } from "../../../dist/ot/subspace-vole/slots.js";
import { intersectWith } from "../../../dist/psi/intersect.js";
import { importMutant, type Mutation } from "../../support/mutant.js";
import { intersectByOkvs, texts, type OkvsTask } from "./okvs-parties.js";

const lists = [texts(0, 250), texts(100, 250)] as const;

async function mutated(name: string, mutation: Mutation): Promise<typeof intersectWith> {
  const module = await importMutant<{ intersectWith: typeof intersectWith }>(
    name,
    "psi/intersect.js",
    mutation,
  );
  return module.intersectWith;
}

/** Corrections of five columns changed. */
const wrongCorrections: Required<OkvsTask>["onSend"] = (from, { step, payload }) => {
  if (from !== 0 || step !== "okvs/corrections") return payload;
  const bytes = payload.length / 245;
  for (const column of [0, 127, 128, 200, 244]) payload[column * bytes] = (payload[column * bytes] ?? 0) ^ 1;
  return payload;
};

describe("a deliberately broken intersection by OKVS shows", () => {
  it("when the check's verdict is ignored: a cheat ends well", async () => {
    const intersector = await mutated("okvs-unchecked", {
      file: "psi/okvs/sender.js",
      text: "if (!withKernel(",
      replacement: "if (withKernel(() => false) && !withKernel(",
    });
    await expect(intersectByOkvs({ lists, intersector, onSend: wrongCorrections })).resolves.toBeDefined();
    await expect(intersectByOkvs({ lists, onSend: wrongCorrections })).rejects.toMatchObject({
      code: "PEER_MALFORMED",
    });
  });

  describe("when padding records are zero", () => {
    const zeroPadding: Mutation = {
      file: "psi/okvs/partitions.js",
      text: "randomBytes(digestBytes * (to - from - items))",
      replacement: "new Uint8Array(digestBytes * (to - from - items))",
    };

    it("at the sender: their tags repeat, and the receiver refuses them", async () => {
      const mutant = await mutated("okvs-zero-padding-sender", zeroPadding);
      await expect(intersectByOkvs({ lists, intersectors: [intersectWith, mutant] })).rejects.toMatchObject({
        code: "PEER_UNEXPECTED",
        step: "psi/okvs/tags",
        expected: "strictly increasing tags",
      });
    });

    it("at the receiver: records repeat, and it can't encode them", async () => {
      const mutant = await mutated("okvs-zero-padding-receiver", zeroPadding);
      const failing = intersectByOkvs({ lists, intersectors: [mutant, intersectWith] });
      // The mutant has an error class of its own, which the session takes for a stranger's.
      await expect(failing).rejects.toMatchObject({
        code: "PROTOCOL_FAILED",
        cause: { code: "INTERNAL", step: "psi/okvs/corrections" },
      });
    });
  });

  it("when a receiver claims some of the common items only: the sender takes those, as it must", async () => {
    const mutant = await mutated("okvs-hiding", {
      file: "psi/okvs/receiver.js",
      text: "if (!both)",
      replacement: "if (!both || this.#found > 40)",
    });
    const options = { reveal: "both" } as const;
    const task = { lists, options, intersectors: [mutant, intersectWith] as const };
    const [receiver, sender] = await intersectByOkvs(task);
    expect([receiver, sender]).toMatchObject([{ size: 150 }, { size: 40 }]);
    if (!sender.revealed) throw new Error("expected a result");
    for (const row of sender.indices) expect(row).toBeLessThan(150); // truly common ones: 100 to 249
  });

  it("when slots are rounded down: neighbours share a stretch of stream", async () => {
    const { UsedSlots: Mutant } = await importMutant<{ UsedSlots: typeof UsedSlots }>(
      "okvs-slots",
      "ot/subspace-vole/slots.js",
      { file: "ot/subspace-vole/slots.js", text: "Math.ceil(", replacement: "Math.floor(" },
    );
    const slots = new Mutant();
    const [first, second] = [slots.take(0, 0, 77_952), slots.take(0, 1, 77_952)];
    expect(64 * (second - first)).toBeLessThan(77_952 / 8);
  });

  it("when every key is the same on a restart: the opening repeats", async () => {
    const openings: string[] = [];
    await intersectByOkvs({
      lists,
      settings: { partitionItems: 100, overflowBits: -2 },
      onSend: (_, { step, payload }) => {
        if (step === "okvs/open") openings.push([...payload].join());
        return payload;
      },
    }).catch(() => undefined);
    expect(openings.length).toBe(6);
    expect(new Set(openings).size).toBe(6);
  });
});
