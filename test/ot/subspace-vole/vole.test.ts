import { describe, expect, it } from "vitest";
import { simulate } from "../../../dist/channel/index.js";
import { codeTables } from "../../../dist/ot/subspace-vole/code.js";
import { withKernel } from "../../../dist/ot/subspace-vole/kernel-scratch.js";
import {
  checkSums,
  coefficientsOf,
  holderMatrix,
  isAnswerRight,
  ownerMatrix,
} from "../../../dist/ot/subspace-vole/matrix.js";
import { DeltaHolder, deltaPlanes, TreeOwner } from "../../../dist/ot/subspace-vole/set-up.js";
import { concatBytes } from "../../../dist/bytes/encoding.js";
import { referenceOkvs } from "../../../dist/kernels/okvs/reference-kernel.js";
import { randomBytes } from "../../../dist/random/index.js";
import { recordedParty } from "../../support/recorded-party.js";

const options = { purpose: "test" };

async function setUp(): Promise<readonly [TreeOwner, DeltaHolder]> {
  const [owner, holder] = await simulate(2, (party) =>
    party.run({ name: "test/vole", version: 1 }, async (run) => {
      await run.agree({});
      const own = { ...options, peer: 1 - run.index };
      return run.index === 0 ? TreeOwner.open(run, own) : DeltaHolder.open(run, own);
    }),
  );
  return [owner as TreeOwner, holder as DeltaHolder];
}

const rows = 256;
const shape = { rows, firstBlock: 306 };
const values = randomBytes(16 * rows);
const [owner, holder] = await setUp();
const tables = codeTables();

function codeword(word: Uint8Array): Uint8Array {
  const sum = new Uint8Array(32);
  for (const [t, byte] of word.entries()) {
    const entry = tables.subarray((256 * t + byte) * 32, (256 * t + byte + 1) * 32);
    for (const [k, part] of entry.entries()) sum[k] = (sum[k] ?? 0) ^ part;
  }
  return sum;
}

/** R's rows and corrections. */
function ownMatrix(kernel = undefined as ReturnType<typeof referenceOkvs> | undefined): {
  readonly v: Uint8Array;
  readonly corrections: Uint8Array;
} {
  return withKernel((scratch) => {
    const made = ownerMatrix(scratch, shape, owner.leaves, scratch.place(values));
    return { v: scratch.take(made.rows, 128 * rows), corrections: made.corrections };
  }, kernel);
}

/** S's rows. */
function heldMatrix(corrections: Uint8Array): Uint8Array {
  return withKernel((scratch) => {
    const at = holderMatrix(scratch, shape, { leaves: holder.leaves, delta: holder.delta }, corrections);
    return scratch.take(at, 128 * rows);
  });
}

/** The whole check on given rows: what S says of R's answer. */
function verdict(
  q: Uint8Array,
  v: Uint8Array,
  alter: (answer: Uint8Array) => void = () => undefined,
): boolean {
  const challenge = randomBytes(32);
  return withKernel((scratch) => {
    const coefficients = coefficientsOf(scratch, challenge, rows - 64);
    const own = checkSums(scratch, scratch.place(q), 128, rows, coefficients);
    const sums = checkSums(scratch, scratch.place(v), 128, rows, coefficients);
    const answer = concatBytes(sums, checkSums(scratch, scratch.place(values), 16, rows, coefficients));
    alter(answer);
    return isAnswerRight(scratch, answer, own, deltaPlanes(holder.delta));
  });
}

const honest = ownMatrix();

describe("the subspace VOLE", () => {
  it("gives rows with Q = V + C(P) Delta, all of them, in every plane", () => {
    const q = heldMatrix(honest.corrections);
    const planes = deltaPlanes(holder.delta);
    for (let r = 0; r < rows; r++) {
      const word = codeword(values.subarray(16 * r, 16 * (r + 1)));
      const expected = honest.v
        .slice(128 * r, 128 * (r + 1))
        .map((byte, k) => byte ^ ((word[k % 32] ?? 0) & (planes[k] ?? 0)));
      expect(q.slice(128 * r, 128 * (r + 1))).toEqual(expected);
    }
  });

  it("is on the compiled kernel what it is on the reference", () => {
    expect(ownMatrix(referenceOkvs())).toEqual(honest);
  });

  it("leaves no bit beyond the code's length", () => {
    for (let at = 0; at < honest.v.length; at += 32) {
      expect((honest.v[at + 30] ?? 0) >> 5).toBe(0);
      expect(honest.v[at + 31]).toBe(0);
    }
  });

  it("shows S corrections that look uniform: no value shows through", () => {
    const again = withKernel((scratch) => {
      const zeros = scratch.place(new Uint8Array(16 * rows));
      return ownerMatrix(scratch, { rows, firstBlock: 0 }, owner.leaves, zeros).corrections;
    });
    let ones = 0;
    for (const byte of again) for (let bit = 0; bit < 8; bit++) ones += (byte >> bit) & 1;
    const bits = 8 * again.length;
    expect(Math.abs(ones - bits / 2)).toBeLessThan(3 * Math.sqrt(bits)); // six standard deviations
  });
});

describe("a stretch of stream that is used twice", () => {
  const correctionsOf = (vector: Uint8Array, firstBlock: number): Uint8Array =>
    withKernel((scratch) => {
      return ownerMatrix(scratch, { rows, firstBlock }, owner.leaves, scratch.place(vector)).corrections;
    });
  /** Row r of the sum of two corrections, by columns. */
  const rowOfSum = (a: Uint8Array, b: Uint8Array, r: number): Uint8Array => {
    const row = new Uint8Array(32);
    for (let column = 0; column < 245; column++) {
      const at = column * (rows / 8) + (r >> 3);
      const bit = (((a[at] ?? 0) ^ (b[at] ?? 0)) >> (r & 7)) & 1;
      row[column >> 3] = (row[column >> 3] ?? 0) | (bit << (column & 7));
    }
    return row;
  };
  const [first, second] = [randomBytes(16 * rows), randomBytes(16 * rows)];
  const sumOf = (r: number): Uint8Array =>
    codeword(Uint8Array.from({ length: 16 }, (_, k) => (first[16 * r + k] ?? 0) ^ (second[16 * r + k] ?? 0)));

  it("shows S the sum of both vectors, row by row: so slots are taken once", () => {
    const [a, b] = [correctionsOf(first, 999), correctionsOf(second, 999)];
    for (let r = 0; r < rows; r += 17) expect(rowOfSum(a, b, r)).toEqual(sumOf(r));
  });

  it("shows nothing of the kind from slot to slot", () => {
    const [a, b] = [correctionsOf(first, 612), correctionsOf(second, 1224)];
    for (let r = 0; r < rows; r += 17) expect(rowOfSum(a, b, r)).not.toEqual(sumOf(r));
  });
});

describe("the consistency check", () => {
  const q = heldMatrix(honest.corrections);

  it("passes an honest receiver, whatever the challenge", () => {
    for (let i = 0; i < 20; i++) expect(verdict(q, honest.v)).toBe(true);
  });

  it("refuses a wrong answer in any plane, and a wrong sum of values", () => {
    for (const at of [5, 32 + 5, 64 + 5, 96 + 5, 63 * 128 + 127, 64 * 128, 64 * 144 - 1]) {
      const spoil = (answer: Uint8Array): void => {
        answer[at] = (answer[at] ?? 0) ^ 1;
      };
      // A wrong sum of values is multiplied by Delta at 32 places or more: it never passes.
      expect(verdict(q, honest.v, spoil)).toBe(false);
    }
  });

  it.each([0, 127, 128, 243, 244])(
    "refuses one flipped bit of column %i in any row unless Delta is 0 there, mask rows included",
    (column) => {
      for (const row of [0, rows - 65, rows - 64, rows - 1]) {
        const wrong = honest.corrections.slice();
        const at = column * (rows / 8) + (row >> 3);
        wrong[at] = (wrong[at] ?? 0) ^ (1 << (row & 7));
        const passes = (holder.delta[column] ?? 0) === 0;
        // In a row with a coefficient of 64 random bits it is missed with a probability of 2^-64.
        expect(verdict(heldMatrix(wrong), honest.v)).toBe(passes);
      }
    },
  );

  it("passes a wrong column in one of 16 set-ups, as the symbols of Delta are uniform", () => {
    const counts = new Array<number>(16).fill(0);
    for (const symbol of holder.delta) counts[symbol] = (counts[symbol] ?? 0) + 1;
    const expected = 245 / 16;
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chi).toBeLessThan(57); // the 1 - 10^-6 quantile with 15 degrees of freedom is 56.5
  });
});

describe("the set-up", () => {
  it.each([0, 980 * 32, 980 * 32 + 62_720])(
    "refuses what the tree owner sends when byte %i is wrong, as the other party's fault",
    async (at) => {
      const cheat = simulate(2, (party) =>
        recordedParty(party, ({ step, payload }) => {
          // Sums are known on one side only: both of a pair are spoilt. Elements and proofs are seen in any case.
          if (step !== "test/base/trees") return payload;
          for (const each of [at, at + 32]) payload[each] = (payload[each] ?? 0) ^ 1;
          return payload;
        }).run({ name: "test/vole", version: 1 }, async (run) => {
          await run.agree({});
          const own = { ...options, peer: 1 - run.index };
          if (run.index === 0) await TreeOwner.open(run, own);
          else await DeltaHolder.open(run, own);
        }),
      );
      await expect(cheat).rejects.toMatchObject({ code: "PEER_MALFORMED" });
    },
  );

  it("draws other seeds and another Delta in every run", async () => {
    const [otherOwner, otherHolder] = await setUp();
    expect(otherOwner.leaves).not.toEqual(owner.leaves);
    expect(otherHolder.delta).not.toEqual(holder.delta);
  });

  it("prints neither seeds nor Delta", () => {
    expect(JSON.stringify({ owner, holder })).toBe(
      '{"owner":"TreeOwner(redacted)","holder":"DeltaHolder(redacted)"}',
    );
  });
});
