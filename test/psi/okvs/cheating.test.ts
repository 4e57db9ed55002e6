import { describe, expect, it } from "vitest";
import { compareBytes } from "../../../dist/bytes/encoding.js";
import { intersectByOkvs, smallPartitions, texts, type OkvsTask } from "./okvs-parties.js";

const lists = [texts(0, 250), texts(100, 250)] as const;

interface Cheat {
  /** 0 for the receiver, 1 for the sender. */
  readonly who: 0 | 1;
  readonly step: string;
  /** Which message of the step, from 0. Default: the first. */
  readonly message?: number;
  readonly change: (payload: Uint8Array) => Uint8Array;
}

function run({ who, step, message = 0, change }: Cheat, more: Partial<OkvsTask> = {}): Promise<unknown> {
  let seen = 0;
  return intersectByOkvs({
    lists,
    options: { reveal: "both" },
    onSend: (from, sent) => {
      if (from !== who || sent.step !== step || seen++ !== message) return sent.payload;
      return change(sent.payload);
    },
    ...more,
  });
}

function flipped(payload: Uint8Array, byte: number, mask = 1): Uint8Array {
  payload[byte] = (payload[byte] ?? 0) ^ mask;
  return payload;
}

const tagsOf = (payload: Uint8Array): Uint8Array[] =>
  Array.from({ length: payload.length / 16 }, (_, i) => payload.slice(16 * i, 16 * (i + 1)));

const joined = (tags: readonly Uint8Array[]): Uint8Array => Uint8Array.of(...tags.flatMap((tag) => [...tag]));

describe("a receiver that cheats", () => {
  it("is caught in every partition when columns that it corrects differ from one code", async () => {
    // Two columns wrong: it passes only where Delta is zero in both, once in 256 runs. Five would be 2^-20.
    for (const message of [0, 2]) {
      const change = (payload: Uint8Array): Uint8Array => {
        const bytes = payload.length / 245;
        for (const column of [0, 127, 128, 200, 244]) flipped(payload, column * bytes + 3);
        return payload;
      };
      await expect(run({ who: 0, step: "okvs/corrections", message, change })).rejects.toMatchObject({
        code: "PEER_MALFORMED",
        step: "psi/okvs/answer",
      });
    }
  });

  it.each([0, 8191, 8192, 9215])(
    "is caught with byte %i of an answer wrong, before any tag is sent",
    async (byte) => {
      let tags = 0;
      const cheat = run(
        { who: 0, step: "okvs/answer", change: (payload) => flipped(payload, byte, 16) },
        {
          onSend: (from, { step, payload }) => {
            if (step === "okvs/tags") tags++;
            return from === 0 && step === "okvs/answer" ? flipped(payload, byte, 16) : payload;
          },
        },
      );
      await expect(cheat).rejects.toMatchObject({ code: "PEER_MALFORMED" });
      expect(tags).toBe(0);
    },
  );

  it("can't claim a slot that it lacks", async () => {
    const claim = (payload: Uint8Array): Uint8Array => {
      for (let byte = 0; byte < payload.length; byte++) {
        if (payload[byte] !== 255) return flipped(payload, byte, (payload[byte] ?? 0) ^ 255);
      }
      return payload;
    };
    const cheat = run({ who: 0, step: "okvs/claims", change: claim });
    await expect(cheat).rejects.toMatchObject({
      code: expect.stringMatching(/PEER_(UNEXPECTED|MALFORMED)/) as string,
    });
  });

  it("can't claim slots beyond the last", async () => {
    // 250 items in 3 partitions have a cap that is no multiple of 8, or bits beyond it would not exist.
    const cheat = run({
      who: 0,
      step: "okvs/claims",
      change: (payload) => flipped(payload, payload.length - 1, 128),
    });
    await expect(cheat).rejects.toMatchObject({
      code: expect.stringMatching(/PEER_(UNEXPECTED|MALFORMED)/) as string,
    });
  });

  it("may keep common items to itself: documented, as it has its result first", async () => {
    const hide = run({ who: 0, step: "okvs/claims", change: (payload) => payload.fill(0) });
    // Its proof is of other slots then.
    await expect(hide).rejects.toMatchObject({ code: "PEER_MALFORMED", step: "psi/okvs/proof" });
  });
});

describe("a sender that cheats", () => {
  it.each<[string, (tags: Uint8Array[]) => Uint8Array[], string]>([
    ["unsorted tags", (tags) => [...tags.slice(1), ...tags.slice(0, 1)], "PEER_UNEXPECTED"],
    ["a tag twice", (tags) => [...tags.slice(0, -1), ...tags.slice(-2, -1)], "PEER_UNEXPECTED"],
    ["a tag too few", (tags) => tags.slice(1), "PEER_MALFORMED"],
    [
      "a tag too many",
      (tags) => [...tags, new Uint8Array(16).fill(255)].sort(compareBytes),
      "PEER_MALFORMED",
    ],
  ])("is refused for %s", async (_, change, code) => {
    const cheat = run({ who: 1, step: "okvs/tags", change: (payload) => joined(change(tagsOf(payload))) });
    await expect(cheat).rejects.toMatchObject({ code });
  });

  it("is refused for a challenge of another length", async () => {
    const cheat = run({ who: 1, step: "okvs/challenge", change: (payload) => payload.slice(1) });
    await expect(cheat).rejects.toMatchObject({ code: "PEER_MALFORMED" });
  });
});

describe("the run's key", () => {
  it("is refused when a party copies the other's commitment and opening", async () => {
    let commitment: Uint8Array | undefined;
    let opening: Uint8Array | undefined;
    const cheat = intersectByOkvs({
      lists,
      onSend: (from, { step, payload }) => {
        if (step === "okvs/commit") {
          if (from === 0) commitment ??= payload;
          else if (commitment !== undefined) return commitment;
        }
        if (step === "okvs/open" && from === 0) opening ??= payload;
        if (step === "okvs/open" && from === 1 && opening !== undefined) return opening;
        return payload;
      },
    });
    await expect(cheat).rejects.toMatchObject({ code: "PEER_MALFORMED" });
  });

  it("is refused when an opening is not what was committed to", async () => {
    const cheat = run({ who: 1, step: "okvs/open", change: (payload) => flipped(payload, 31) });
    await expect(cheat).rejects.toMatchObject({ code: "PEER_MALFORMED", step: "psi/okvs/open" });
  });

  it("is refused for another plan: a cap from the own size would be one", async () => {
    const cheat = run({ who: 1, step: "okvs/commit", change: (payload) => flipped(payload, 12) });
    await expect(cheat).rejects.toMatchObject({ code: "PEER_MISMATCH", step: "psi/okvs/commit" });
  });

  it("is tossed anew when a partition overflows, and the result is right", async () => {
    const openings: string[] = [];
    const results = await intersectByOkvs({
      lists: [texts(0, 400), texts(200, 400)],
      // Loads above a cap of so few bits are likely.
      settings: { partitionItems: 100, overflowBits: 1 },
      onSend: (_, { step, payload }) => {
        if (step === "okvs/open") openings.push([...payload].join());
        return payload;
      },
    });
    expect(results[0]).toMatchObject({ revealed: true, size: 200 });
    expect(new Set(openings).size).toBe(openings.length);
  });

  it("is given up after three for which a partition overflows, before anything else is sent", async () => {
    const steps: string[] = [];
    const hopeless = intersectByOkvs({
      lists,
      // The caps are the means: some partition of six has more.
      settings: { partitionItems: 100, overflowBits: -2 },
      onSend: (_, { step, payload }) => {
        steps.push(step);
        return payload;
      },
    });
    await expect(hopeless).rejects.toMatchObject({ code: "INTERNAL" });
    expect(steps.filter((step) => step === "okvs/open").length).toBe(6);
    expect(steps).not.toContain("okvs/corrections");
  });
});

describe("what an onlooker sees", () => {
  const shapeOf = async (task: OkvsTask): Promise<string[]> => {
    const shape: string[] = [];
    await intersectByOkvs({
      settings: smallPartitions,
      ...task,
      options: { reveal: "both" },
      onSend: (from, { step, payload }) => {
        shape.push(`${from} ${step} ${payload.length}`);
        return payload;
      },
    });
    return shape.sort();
  };

  it("is the same for any two pairs of lists of the same sizes", async () => {
    const disjoint = await shapeOf({ lists: [texts(0, 333), texts(1000, 444)] });
    const nested = await shapeOf({ lists: [texts(0, 333), texts(0, 444).reverse()] });
    const longer = await shapeOf({ lists: [texts(0, 333).map((text) => text.repeat(30)), texts(7, 444)] });
    expect(nested).toEqual(disjoint);
    expect(longer).toEqual(disjoint);
  });
});

describe("tags", () => {
  it("are a full partition each, uniform in every byte, and none repeats", async () => {
    const tags: Uint8Array[] = [];
    await intersectByOkvs({
      lists: [texts(0, 700), texts(10_000, 300)],
      onSend: (_, { step, payload }) => {
        if (step === "okvs/tags") tags.push(...tagsOf(payload));
        return payload;
      },
    });
    expect(tags.length).toBeGreaterThan(300);
    expect(new Set(tags.map((tag) => [...tag].join())).size).toBe(tags.length);
    for (let byte = 1; byte < 16; byte++) {
      const counts = new Array<number>(16).fill(0);
      for (const tag of tags) counts[(tag[byte] ?? 0) & 15] = (counts[(tag[byte] ?? 0) & 15] ?? 0) + 1;
      const expected = tags.length / 16;
      const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // 15 such tests at the 1 - 10^-7 quantile with 15 degrees of freedom.
      expect(chi).toBeLessThan(62);
    }
  });
});
