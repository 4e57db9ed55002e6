import { describe, expect, it } from "vitest";
import { compareBytes } from "../../../dist/bytes/encoding.js";
import type { VeilshareError } from "../../../dist/errors.js";
import { planOkvs } from "../../../dist/psi/okvs/parameters.js";
import { intersectByOkvs, smallPartitions, texts, type OkvsTask } from "./okvs-parties.js";

const lists = [texts(0, 250), texts(100, 250)] as const;
/** Lists with hardly anything in common. */
const apart = [texts(0, 250), texts(245, 250)] as const;
const { senderCap } = planOkvs(250, 250, smallPartitions);

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

  /** One more slot of those that are not claimed, by its place among them. */
  const claimingOneMore = (place: number) => (payload: Uint8Array) => {
    let left = place;
    for (let slot = 0; slot < 8 * payload.length; slot++) {
      if ((((payload[slot >> 3] ?? 0) >> (slot & 7)) & 1) === 0 && left-- === 0) {
        return flipped(payload, slot >> 3, 1 << (slot & 7));
      }
    }
    throw new Error("expected as many slots that are not claimed");
  };

  it("can't claim a slot that only fills a partition up", async () => {
    // All that the sender has is common, so what is not claimed is no item.
    const change = claimingOneMore(2);
    const nested = { lists: [texts(0, 400), texts(50, 250)] as const };
    await expect(run({ who: 0, step: "okvs/claims", change }, nested)).rejects.toMatchObject({
      code: "PEER_UNEXPECTED",
      step: "psi/okvs/claims",
    });
  });

  it("can't claim an item that it lacks: it has no second tag of it", async () => {
    const outcomes: string[] = [];
    // Of what is not claimed about half are items of the sender: 30 tries miss them all once in 10^9.
    for (let place = 0; place < 30 && !outcomes.includes("PEER_MALFORMED psi/okvs/proof"); place++) {
      const cheat = run({ who: 0, step: "okvs/claims", change: claimingOneMore(place) }, { lists: apart });
      const error = await cheat.then(
        () => undefined,
        (thrown: unknown) => thrown as VeilshareError,
      );
      outcomes.push(`${error?.code ?? "accepted"} ${error?.step ?? ""}`);
    }
    expect(outcomes).toContain("PEER_MALFORMED psi/okvs/proof");
    const others = outcomes.filter((outcome) => outcome !== "PEER_MALFORMED psi/okvs/proof");
    expect(new Set([...others, "PEER_UNEXPECTED psi/okvs/claims"]).size).toBe(1);
  });

  it("can't claim more than its list has, nor slots beyond the last", async () => {
    await expect(
      run({ who: 0, step: "okvs/claims", change: (payload) => payload.fill(255) }),
    ).rejects.toMatchObject({ code: "PEER_UNEXPECTED", step: "psi/okvs/claims" });
    const beyond = (payload: Uint8Array): Uint8Array => flipped(payload, payload.length - 1, 128);
    expect(senderCap % 8).not.toBe(0); // or there would be no bit beyond the last slot
    await expect(run({ who: 0, step: "okvs/claims", change: beyond })).rejects.toMatchObject({
      code: "PEER_UNEXPECTED",
      step: "psi/okvs/claims",
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

describe("the order on the wire", () => {
  /** Every message of a run: who sent it, its step, and its first bytes. */
  async function messages(task: Partial<OkvsTask>): Promise<string[]> {
    const seen: string[] = [];
    await intersectByOkvs({
      lists,
      ...task,
      onSend: (from, { step, payload }) => {
        seen.push(`${from} ${step} ${[...payload.subarray(0, 32)].join()}`);
        return payload;
      },
    }).catch(() => undefined);
    return seen;
  }
  const stepsOf = (seen: readonly string[], step: string): number[] =>
    seen.flatMap((message, at) => (message.includes(` okvs/${step} `) ? [at] : []));

  it("has a partition's challenge after all its corrections, and its tags after the answer", async () => {
    const seen = await messages({});
    const [corrections, challenges, answers, tags] = ["corrections", "challenge", "answer", "tags"].map(
      (step) => stepsOf(seen, step),
    ) as [number[], number[], number[], number[]];
    expect([corrections.length, challenges.length, answers.length, tags.length]).toEqual([3, 3, 3, 3]);
    for (let p = 0; p < 3; p++) {
      const order = [corrections[p], challenges[p], answers[p], tags[p]] as number[];
      expect([...order].sort((a, b) => a - b)).toEqual(order);
    }
    expect(new Set(challenges.map((at) => seen[at])).size).toBe(3);
  });

  it("has the keys after both sizes, and commitments before openings", async () => {
    const seen = await messages({});
    const sizes = seen.flatMap((message, at) => (message.includes(" sizes ") ? [at] : []));
    const [commits, opens] = [stepsOf(seen, "commit"), stepsOf(seen, "open")];
    expect([sizes.length, commits.length, opens.length]).toEqual([2, 2, 2]);
    expect(Math.max(...sizes)).toBeLessThan(Math.min(...commits));
    expect(Math.max(...commits)).toBeLessThan(Math.min(...opens));
  });

  it("has no tags for a receiver that gives no answer", async () => {
    const stop = new Error("no answer");
    const seen: string[] = [];
    const silent = intersectByOkvs({
      lists,
      onSend: (_, { step, payload }) => {
        if (step === "okvs/answer") throw stop;
        seen.push(step);
        return payload;
      },
    });
    await expect(silent).rejects.toMatchObject({ code: "PROTOCOL_FAILED", cause: stop });
    expect(seen).toContain("okvs/challenge");
    expect(seen).not.toContain("okvs/tags");
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
