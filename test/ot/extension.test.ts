import { describe, expect, it } from "vitest";
import { simulate, type ProtocolRun } from "../../dist/channel/index.js";
import { answerChallenge, isAnswerRight } from "../../dist/ot/consistency-check.js";
import { OtReceiver, OtSender, type TakenRows, type TreeDepth } from "../../dist/ot/index.js";
import { correctionBytes, ReceiverStreams, SenderStreams, treeCount } from "../../dist/ot/matrix.js";
import { growTree } from "../../dist/ot/puncturable-tree.js";
import { randomBytes } from "../../dist/random/index.js";
import { chiSquare } from "../support/chi-square.js";
import { expectRedacted } from "../support/expect-redacted.js";
import { importMutant } from "../support/mutant.js";
import { recordedParty } from "../support/recorded-party.js";
import { bitOf, withEnds } from "./directions.js";

/** Rows of both ends that do not obey q = t + choice * s. */
function badRows(senderRows: Uint8Array, delta: Uint8Array, { rows, choices }: TakenRows): number {
  let bad = 0;
  for (let r = 0; r < rows.length / 16; r++) {
    for (let k = 0; k < 16; k++) {
      const expected = (rows[16 * r + k] ?? 0) ^ ((delta[k] ?? 0) & -bitOf(choices, r));
      if (senderRows[16 * r + k] !== expected) {
        bad += 1;
        break;
      }
    }
  }
  return bad;
}

const counts = [64, 4096, 128, 20_032];

describe.each([
  { depth: 4, checked: true },
  { depth: 4, checked: false },
  { depth: 2, checked: true },
] as const)("the extension with trees of $depth levels (checked: $checked)", (options) => {
  it("gives rows that differ by the sender's secret where the receiver's choice is 1, matrix after matrix", async () => {
    const takeAll = async <T>(end: { take(count: number): Promise<T> }): Promise<T[]> => {
      const taken: T[] = [];
      for (const count of counts) taken.push(await end.take(count));
      return taken;
    };
    const [sent, received] = await withEnds(
      options,
      async (sender) => ({ delta: sender.delta, taken: await takeAll<Uint8Array>(sender), sender }),
      async (receiver) => ({ taken: await takeAll<TakenRows>(receiver), receiver }),
    );
    const seen = new Set<string>();
    let ones = 0;
    for (const [i, count] of counts.entries()) {
      const [rows, taken] = [sent.taken[i] ?? new Uint8Array(0), received.taken[i]];
      if (taken === undefined) throw new Error("a take is missing");
      expect(rows.length).toBe(16 * count);
      expect(badRows(rows, sent.delta, taken)).toBe(0);
      for (let r = 0; r < count; r++) {
        seen.add(Buffer.from(taken.rows.subarray(16 * r, 16 * r + 16)).toString("hex"));
        ones += bitOf(taken.choices, r);
      }
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(seen.size).toBe(total); // no row is ever given twice
    expect(Math.abs(ones - total / 2)).toBeLessThan(3 * Math.sqrt(total)); // six deviations: 10^-9
    expectRedacted(sent.sender);
    expectRedacted(received.receiver);
  });
});

/** Both ends' streams without the network. */
function streams(depth: TreeDepth, delta: Uint8Array): { receiver: ReceiverStreams; sender: SenderStreams } {
  const trees = Array.from({ length: treeCount(depth) }, () => growTree(randomBytes(32), depth).leaves);
  const missing = trees.map((_, tree) => {
    let number = 0;
    for (let b = 0; b < depth; b++) number |= bitOf(delta, tree * depth + b) << b;
    return number;
  });
  const byDistance = trees.map((leaves, tree) =>
    leaves.map((_, d) => leaves[(missing[tree] ?? 0) ^ d] ?? randomBytes(32)),
  );
  return {
    receiver: new ReceiverStreams(depth, trees),
    sender: new SenderStreams(depth, missing, byDistance),
  };
}

/** Whether a receiver passes that corrects `wrong` trees with one bit flipped, and answers as an honest one. */
function passes(
  { receiver, sender }: ReturnType<typeof streams>,
  delta: Uint8Array,
  wrong: readonly number[],
  verdict = isAnswerRight,
): boolean {
  const rows = 128;
  const matrix = receiver.extend(rows);
  for (const tree of wrong) flipBit(matrix.corrections, ((tree - 1) * rows) / 8);
  const challenge = randomBytes(32);
  const answer = answerChallenge(challenge, matrix);
  return verdict(challenge, answer, sender.extend(rows, matrix.corrections), delta);
}

/** All trees but the first, which the others are corrected to. */
const corrected = Array.from({ length: 31 }, (_, i) => i + 1);

function flipBit(bytes: Uint8Array, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
}

describe("the consistency check", () => {
  const delta = randomBytes(16);
  delta[3] = 0x0d; // tree 6 has the missing leaf 13, tree 7 the missing leaf 0
  const ends = streams(4, delta);

  it("accepts every honest receiver", () => {
    for (let i = 0; i < 10; i++) expect(passes(ends, delta, [])).toBe(true);
  });

  it("lets one wrong tree pass for one of 16 values of the sender's secret there: so with probability 2^-4", () => {
    const passed = corrected.filter((tree) => passes(ends, delta, [tree]));
    const zero = corrected.filter((tree) => (((delta[tree >> 1] ?? 0) >> (4 * (tree & 1))) & 15) === 0);
    expect(passed).toEqual(zero);
    expect(passed).toContain(7);
    expect(passed).not.toContain(6);
  });

  it("catches a receiver with several wrong trees unless it guesses right in all of them", () => {
    expect(passes(ends, delta, [6, 7])).toBe(false);
    expect(passes(ends, delta, corrected)).toBe(false);
  });

  it("catches another answer, in its sums and in its bits", () => {
    const { receiver, sender } = ends;
    const matrix = receiver.extend(256);
    const rows = sender.extend(256, matrix.corrections);
    const challenge = randomBytes(32);
    const answer = answerChallenge(challenge, matrix);
    expect(isAnswerRight(challenge, answer, rows, delta)).toBe(true);
    for (const at of [0, 1023, 1024, 1031]) {
      const other = answer.slice();
      other[at] = (other[at] ?? 0) ^ 64;
      expect(isAnswerRight(challenge, other, rows, delta)).toBe(false);
    }
    expect(isAnswerRight(randomBytes(32), answer, rows, delta)).toBe(false);
  });

  it("ends the run at the sender with a typed error that names the receiver", async () => {
    const cheat = (run: ProtocolRun): ProtocolRun =>
      recordedParty(run, ({ step, payload }) => {
        if (step === "ot/corrections")
          for (let tree = 0; tree < 31; tree++) flipBit(payload, tree * (payload.length / 31));
        return payload;
      }) as ProtocolRun; // the proxy of a run is one
    const run = withEnds(
      {},
      (sender) => sender.take(64),
      (receiver) => receiver.take(64),
      cheat,
    );
    await expect(run).rejects.toMatchObject({
      code: "PEER_MALFORMED",
      field: "consistency",
      step: "ot/answer",
    });
  });

  it("is what catches it: a build that skips the verdict lets it pass", async () => {
    const mutant = await importMutant<{ isAnswerRight: typeof isAnswerRight }>(
      "no-check",
      "ot/consistency-check.js",
      {
        file: "ot/consistency-check.js",
        text: "return difference === 0;",
        replacement: "return true;",
      },
    );
    expect(passes(ends, delta, corrected, mutant.isAnswerRight)).toBe(true);
  });
});

describe("an end of a direction refuses", () => {
  const change =
    (wanted: string, edit: (payload: Uint8Array) => Uint8Array) =>
    (run: ProtocolRun): ProtocolRun =>
      recordedParty(run, ({ step, payload }) => (step === wanted ? edit(payload) : payload)) as ProtocolRun;
  const bad =
    (at: number) =>
    (payload: Uint8Array): Uint8Array => {
      payload.fill(0, at, at + 32);
      return payload;
    };
  const flip =
    (at: number) =>
    (payload: Uint8Array): Uint8Array => {
      payload[at] = (payload[at] ?? 0) ^ 1;
      return payload;
    };
  const shorten = (payload: Uint8Array): Uint8Array => payload.subarray(1);
  const elementBytes = 128 * 32;
  const sumBytes = 32 * 4 * 64;

  it.each([
    [
      "the identity among the choices",
      "ot/base/choices",
      bad(32 * 6),
      { field: "elements[5]", party: "party-0" },
    ],
    ["choices of another length", "ot/base/choices", shorten, { party: "party-0" }],
    [
      "the identity among the answers",
      "ot/base/answer",
      bad(32 * 7),
      { field: "elements[7]", party: "party-1" },
    ],
    [
      "trees that do not fit their proofs",
      "ot/base/answer",
      flip(elementBytes + sumBytes),
      { field: "trees", party: "party-1" },
    ],
    ["an answer of another length", "ot/base/answer", shorten, { party: "party-1" }],
    ["corrections of another length", "ot/corrections", shorten, { party: "party-1" }],
    ["a challenge of another length", "ot/challenge", shorten, { party: "party-0" }],
    ["an answer to it of another length", "ot/answer", shorten, { party: "party-1" }],
  ])("%s", async (_, step, edit, details) => {
    const run = withEnds(
      {},
      (sender: OtSender) => sender.take(64),
      (receiver: OtReceiver) => receiver.take(64),
      change(step, edit),
    );
    await expect(run).rejects.toMatchObject({
      code: "PEER_MALFORMED",
      step: expect.stringContaining(step) as string,
      ...details,
    });
  });
});

describe("what the ends see of each other", () => {
  it("are corrections and answers that are uniform (false alarms below 10^-8)", () => {
    const tally = (parts: readonly Uint8Array[]): boolean => {
      const seen = new Uint32Array(256);
      for (const part of parts) for (const byte of part) seen[byte] = (seen[byte] ?? 0) + 1;
      return chiSquare(seen).exceeds;
    };
    const corrections: Uint8Array[] = [];
    const answers: Uint8Array[] = [];
    const { receiver } = streams(4, new Uint8Array(16));
    for (let i = 0; i < 32; i++) {
      const matrix = receiver.extend(128);
      expect(matrix.corrections.length).toBe(correctionBytes(4, 128));
      corrections.push(matrix.corrections);
      // A matrix of 128 rows has as many rows that are hashed as rows that hide them.
      answers.push(answerChallenge(new Uint8Array(32), matrix));
    }
    expect(tally(corrections)).toBe(false);
    expect(tally(answers)).toBe(false);
  });
});

describe("an end of a direction", () => {
  it.each([1, 63, 65, 100, -64, 0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses to take %d rows, and is as it was",
    async (count) => {
      const [sent, received] = await withEnds(
        {},
        async (sender) => {
          await expect(sender.take(count)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
          return { delta: sender.delta, rows: await sender.take(64) };
        },
        async (receiver) => {
          await expect(receiver.take(count)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
          return receiver.take(64);
        },
      );
      expect(badRows(sent.rows, sent.delta, received)).toBe(0);
    },
  );

  it.each([{ depth: 3 }, { depth: 0 }, { depth: "4" }, { checked: 1 }, { levels: 4 }, { random: 5 }])(
    "refuses options %j",
    async (options) => {
      await simulate(2, (party) =>
        party.run({ name: "test/ot", version: 1 }, async (run) => {
          await run.agree({});
          const open =
            run.index === 0
              ? OtSender.open(run, 1, options as never)
              : OtReceiver.open(run, 0, options as never);
          await expect(open).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
        }),
      );
    },
  );

  it.each([0, 2, -1, 0.5])("refuses party %d as the other end of party 0", async (other) => {
    await simulate(2, (party) =>
      party.run({ name: "test/ot", version: 1 }, async (run) => {
        await run.agree({});
        if (run.index === 1) return;
        await expect(OtSender.open(run, other)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
        await expect(OtReceiver.open(run, other)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      }),
    );
  });

  it("gives copies: wiping what it gave changes nothing, and rows have no more memory than they need", async () => {
    const [sent, received] = await withEnds(
      {},
      async (sender) => {
        const [delta, name] = [sender.delta, sender.name];
        sender.delta.fill(0);
        sender.name.fill(0);
        const rows = await sender.take(64);
        expect([sender.delta, sender.name]).toEqual([delta, name]);
        return { delta, rows, name };
      },
      async (receiver) => {
        receiver.name.fill(0);
        return { ...(await receiver.take(64)), name: receiver.name };
      },
    );
    expect(received.name).toEqual(sent.name);
    expect([sent.rows.buffer.byteLength, received.rows.buffer.byteLength]).toEqual([1024, 1024]);
    expect(badRows(sent.rows, sent.delta, received)).toBe(0);
  });

  it("refuses a take while another one waits, and the first one is whole", async () => {
    const [sent, received] = await withEnds(
      {},
      async (sender) => {
        const first = sender.take(128);
        await expect(sender.take(64)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
        expect(() => {
          sender.close();
        }).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
        return { delta: sender.delta, rows: await first };
      },
      async (receiver) => {
        const first = receiver.take(128);
        await expect(receiver.take(64)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
        return first;
      },
    );
    expect(badRows(sent.rows, sent.delta, received)).toBe(0);
  });

  it("has a name of its own, also where two directions have the same ends in one run", async () => {
    const names = await simulate(2, (party) =>
      party.run({ name: "test/ot", version: 1 }, async (run) => {
        await run.agree({});
        const open = (): Promise<OtSender | OtReceiver> =>
          run.index === 0 ? OtSender.open(run, 1) : OtReceiver.open(run, 0);
        const [first, second] = [await open(), await open()];
        return [first.name, second.name].map((name) => Buffer.from(name).toString("hex"));
      }),
    );
    expect(names[0]).toEqual(names[1]);
    expect(new Set(names[0]).size).toBe(2);
  });
});
