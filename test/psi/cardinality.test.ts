import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteRowsFromTexts } from "../../dist/bytes/byte-rows.js";
import { ByteWriter } from "../../dist/bytes/codec.js";
import { bytesToHex, concatBytes } from "../../dist/bytes/encoding.js";
import { simulate, type ProtocolRun } from "../../dist/channel/index.js";
import { hashAndMultiply, multiply, randomScalar } from "../../dist/group/index.js";
import { intersectCardinalityWith } from "../../dist/psi/cardinality.js";
import { randomBytes } from "../../dist/random/index.js";
import { doubledValueBytes, doubledValues } from "../../dist/psi/doubled-value.js";
import { freshRandomness, type PsiRandomness } from "../../dist/psi/matching.js";
import {
  intersectCardinality,
  type Cardinality,
  type CardinalityOptions,
  type NoCardinality,
  type PsiItems,
} from "../../dist/psi/index.js";

type Result = Cardinality | NoCardinality;

async function counted(
  lists: readonly [PsiItems, PsiItems],
  options: CardinalityOptions = {},
): Promise<[Result, Result]> {
  const [first, second] = await simulate(2, (party) =>
    intersectCardinality(party, lists[party.index === 0 ? 0 : 1], options),
  );
  if (first === undefined || second === undefined) throw new Error("expected two results");
  return [first, second];
}

describe("intersectCardinality", () => {
  it("counts what plain sets count, for any lists, batches, receivers and minima", async () => {
    const list = fc.array(fc.constantFrom("a", "b", "c", "d", "e", ""), { maxLength: 9 });
    const cases = fc.record({
      a: list,
      b: list,
      receiver: fc.constantFrom(0, 1),
      batchSize: fc.integer({ min: 1, max: 4 }),
      minimum: fc.constantFrom(0, 1, 2, 3),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ a, b, receiver, batchSize, minimum }) => {
        const options = { receiver, batchSize, workers: 0, minimum };
        const results = await counted([a, b], options);
        const distinct = (items: readonly string[]): readonly string[] => [
          ...new Set(items.filter((item) => item !== "")),
        ];
        const size = distinct(a).filter((item) => distinct(b).includes(item)).length;
        const released = size >= minimum;
        const counts = (own: readonly string[], other: readonly string[]): object => {
          const withoutKey = own.filter((item) => item === "").length;
          return {
            duplicates: own.length - withoutKey - distinct(own).length,
            withoutKey,
            ownItems: distinct(own).length,
            peerItems: distinct(other).length,
            released,
          };
        };
        for (const [me, own, other] of [
          [0, a, b],
          [1, b, a],
        ] as const) {
          const learns = me === receiver ? released : minimum > 0;
          const expected = learns ? { revealed: true, size } : { revealed: false };
          expect(results[me]).toEqual({ ...expected, ...counts(own, other) });
        }
      }),
      { numRuns: 50 },
    );
  });

  it("reads streams", async () => {
    function* numbers(from: number): Generator<string> {
      for (let i = from; i < from + 500; i++) yield String(i);
    }
    const [result] = await counted([numbers(0), numbers(400)], {});
    expect(result).toMatchObject({ revealed: true, size: 100 });
  });

  it.each([0.5, 1.5, -1, 2 ** 32, Number.NaN])("refuses a minimum of %d", async (minimum) => {
    await expect(counted([["a"], ["a"]], { minimum })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("takes a minimum of 10 by default, which the other party decides on", async () => {
    const list = (count: number): string[] => Array.from({ length: count }, (_, i) => `id ${i}`);
    expect(await counted([list(9), list(20)])).toMatchObject([
      { revealed: false, released: false },
      { revealed: true, released: false, size: 9 },
    ]);
    expect(await counted([list(10), list(20)])).toMatchObject([
      { revealed: true, released: true, size: 10 },
      { revealed: true, released: true, size: 10 },
    ]);
  });

  it("refuses parties with different minima", async () => {
    const run = simulate(2, (party) => intersectCardinality(party, ["a"], { minimum: 1 + party.index }));
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH", field: "parameters.minimum" });
  });
});

const agreed = {
  receiver: 0,
  normalize: { trim: false, lowerCase: false, nfc: false, nfkc: false },
  batchSize: 8,
  falseMatchBits: 40,
};
const curiousItems = ["u", "v", "w", "x", "y", "z"];
const victimItems = ["z", "1", "2"];
const valueBytes = doubledValueBytes(curiousItems.length + victimItems.length, 40);

interface Curious {
  /** Where among the answers the value of the one common item stands; -1 when there is no answer. */
  readonly position: number;
}

/** What a receiver does that follows the protocol up to the answer; `spoil` changes what it sends back. */
async function curiousReceiver(
  run: ProtocolRun,
  minimum: number,
  spoil: (values: Uint8Array) => Uint8Array,
): Promise<Curious> {
  await run.agree({ ...agreed, minimum });
  await run.exchange("sizes", new ByteWriter().u32(curiousItems.length).u32(1).finish());
  const scalar = randomScalar();
  const rows = byteRowsFromTexts(curiousItems.map((item) => `\u0001\0\0\0${item}`));
  const dst = "veilshare/psi/v2-ristretto255_XMD:SHA-512_R255MAP_RO_";
  await run.send(1, "blinded", hashAndMultiply(rows, dst, scalar));
  const theirs = doubledValues(multiply(await run.receive(1, "blinded"), scalar), valueBytes);
  if (minimum > 0) {
    await run.receive(1, "commitment");
    await run.send(1, "doubled", spoil(theirs));
    const [released] = await run.receive(1, "verdict");
    if (released !== 1) {
      await run.exchange("done", new Uint8Array(0));
      return { position: -1 };
    }
  }
  const answer = await run.receive(1, "doubled");
  if (minimum > 0) await run.receive(1, "opening");
  await run.exchange("done", new Uint8Array(0));
  const value = (bytes: Uint8Array, i: number): string =>
    bytesToHex(bytes.slice(i * valueBytes, (i + 1) * valueBytes));
  const known = new Set(victimItems.map((_, i) => value(theirs, i)));
  return { position: curiousItems.findIndex((_, i) => known.has(value(answer, i))) };
}

/** Outcomes of the curious receiver and of the victim, which is the party that answers. */
async function against(
  randomness: PsiRandomness,
  minimum = 0,
  spoil: (values: Uint8Array) => Uint8Array = (values) => values,
): Promise<[Curious | undefined, unknown]> {
  const outcomes: [Curious | undefined, unknown] = [undefined, undefined];
  const options = { batchSize: 8, workers: 0, minimum };
  const protocol = { name: "veilshare/psi-cardinality", version: 2 };
  await simulate(2, async (party) => {
    if (party.index === 0) {
      outcomes[0] = await party.run(protocol, (run) => curiousReceiver(run, minimum, spoil));
      return;
    }
    try {
      outcomes[1] = await intersectCardinalityWith(randomness, party, victimItems, options);
    } catch (thrown) {
      outcomes[1] = thrown;
      throw thrown;
    }
  }).catch(() => undefined);
  return outcomes;
}

/** Whether a receiver's own last item, which is the common one, is found at every place alike. */
async function answersLookShuffled(randomness: PsiRandomness): Promise<boolean> {
  const counts = new Array<number>(curiousItems.length).fill(0);
  const sessions = 240;
  for (let i = 0; i < sessions; i++) {
    const [curious] = await against(randomness);
    const position = curious?.position ?? -1;
    counts[position] = (counts[position] ?? 0) + 1;
  }
  const expected = sessions / curiousItems.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return statistic < 35.9; // the 1 - 10^-6 quantile of the chi-square distribution with 5 degrees of freedom
}

describe("the receiver's view", () => {
  it("does not tell which of its items are common (false alarm 1e-6)", { timeout: 60_000 }, async () => {
    expect(await answersLookShuffled(freshRandomness)).toBe(true);
  });

  it(
    "would tell if the other party did not shuffle, and the check sees it",
    { timeout: 60_000 },
    async () => {
      const inOrder = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i);
      expect(await answersLookShuffled({ ...freshRandomness, permutation: inOrder })).toBe(false);
    },
  );

  it("holds no answer when the size is below the minimum, whatever the receiver does then", async () => {
    const [curious, victim] = await against(freshRandomness, 2);
    expect(curious).toEqual({ position: -1 });
    expect(victim).toMatchObject({ revealed: true, size: 1, released: false });
  });
});

describe("a receiver that deviates", () => {
  it("is released the size when it is honest, so that the refusal below is of its misdeed", async () => {
    const [curious, victim] = await against(freshRandomness, 1);
    expect(curious?.position).toBeGreaterThanOrEqual(0);
    expect(victim).toMatchObject({ revealed: true, size: 1, released: true });
  });

  it("is refused when it sends one value for all items to lift the count", async () => {
    // One of the three is common; which one the receiver cannot know, the test tries each.
    const outcomes: unknown[] = [];
    for (let i = 0; i < victimItems.length; i++) {
      const repeat = (values: Uint8Array): Uint8Array => {
        const one = values.slice(i * valueBytes, (i + 1) * valueBytes);
        return values.map((_, at) => one[at % valueBytes] ?? 0);
      };
      outcomes.push((await against({ ...freshRandomness, permutation: unshuffled }, 2, repeat))[1]);
    }
    const refused = outcomes.filter((outcome) => outcome instanceof Error);
    expect(refused.length).toBe(1);
    expect(refused[0]).toMatchObject({ code: "PEER_UNEXPECTED", party: "party-0", step: "psi/doubled" });
  });
});

function unshuffled(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => i);
}

describe("a party that decides and deviates", () => {
  it("is refused when it answers with what it was told, as if all the receiver's items were common", async () => {
    const receiverItems = ["a", "b", "c"];
    let honest: unknown;
    await simulate(2, async (party) => {
      if (party.index === 0) {
        honest = await intersectCardinality(party, receiverItems, { workers: 0, minimum: 1 }).catch(
          (thrown: unknown) => thrown,
        );
        return;
      }
      await party.run({ name: "veilshare/psi-cardinality", version: 2 }, async (run) => {
        await run.agree({ ...agreed, batchSize: 4096, minimum: 1 });
        await run.exchange("sizes", new ByteWriter().u32(3).u32(1).finish());
        const rows = byteRowsFromTexts(["x", "y", "z"].map((item) => `\u0001\0\0\0${item}`));
        await run.send(0, "blinded", hashAndMultiply(rows, "any", randomScalar()));
        await run.receive(0, "blinded");
        await run.send(0, "commitment", randomBytes(32));
        const told = await run.receive(0, "doubled");
        await run.send(0, "verdict", Uint8Array.of(1));
        await run.send(0, "doubled", told);
        await run.send(0, "opening", randomBytes(32));
        await run.exchange("done", new Uint8Array(0));
      });
    }).catch(() => undefined);
    expect(honest).toMatchObject({ code: "PEER_UNEXPECTED", party: "party-1", step: "psi/doubled" });
  });
});

describe("what the docstring says of a receiver with a scalar an item", () => {
  const receiver = ["c1", "c2", "c3", "x1", "x2"];
  const victim = ["c1", "c2", "c3", "y1"];

  /** Which items the receiver reads when those of the first group have one scalar and all others one each. */
  async function readItemsOf(minimum: number, group: number): Promise<readonly string[] | undefined> {
    let read: string[] | undefined;
    const bytes = doubledValueBytes(receiver.length + victim.length, 40);
    const split = (values: Uint8Array): string[] =>
      Array.from({ length: values.length / bytes }, (_, i) =>
        bytesToHex(values.slice(i * bytes, (i + 1) * bytes)),
      );
    await simulate(2, async (party) => {
      if (party.index === 1) return intersectCardinality(party, victim, { workers: 0, minimum });
      return party.run({ name: "veilshare/psi-cardinality", version: 2 }, async (run) => {
        await run.agree({ ...agreed, batchSize: 4096, minimum });
        await run.exchange("sizes", new ByteWriter().u32(receiver.length).u32(1).finish());
        const shared = randomScalar();
        const scalars = receiver.map((_, i) => (i < group ? shared : randomScalar()));
        const blinded = receiver.map((item, i) =>
          hashAndMultiply(
            byteRowsFromTexts([`\u0002\0\0\0${item}`]),
            "veilshare/psi/v2-ristretto255_XMD:SHA-512_R255MAP_RO_",
            scalars[i] ?? shared,
          ),
        );
        await run.send(1, "blinded", concatBytes(...blinded));
        const theirs = await run.receive(1, "blinded");
        const doubled = (scalar: Uint8Array): string[] =>
          split(doubledValues(multiply(theirs, scalar), bytes));
        if (minimum > 0) {
          await run.receive(1, "commitment");
          await run.send(1, "doubled", doubledValues(multiply(theirs, shared), bytes));
          const [released] = await run.receive(1, "verdict");
          if (released !== 1) {
            await run.exchange("done", new Uint8Array(0));
            return undefined;
          }
        }
        const answers = new Set(split(await run.receive(1, "doubled")));
        if (minimum > 0) await run.receive(1, "opening");
        await run.exchange("done", new Uint8Array(0));
        read = receiver.filter(
          (_, i) => i >= group && doubled(scalars[i] ?? shared).some((v) => answers.has(v)),
        );
        return undefined;
      });
    });
    return read;
  }

  it("holds: without a minimum it reads which of its items are common", async () => {
    expect(await readItemsOf(0, 0)).toEqual(["c1", "c2", "c3"]);
  });

  it("holds: with a minimum it gets nothing, unless it knows as many common items as the minimum", async () => {
    expect(await readItemsOf(2, 1)).toBeUndefined();
    expect(await readItemsOf(2, 2)).toEqual(["c3"]);
  });
});
