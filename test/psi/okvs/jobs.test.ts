import { blake3 } from "@noble/hashes/blake3.js";
import { describe, expect, it } from "vitest";
import { simulate } from "../../../dist/channel/index.js";
import { codeTables } from "../../../dist/ot/subspace-vole/code.js";
import { DeltaHolder, deltaPlanes, TreeOwner } from "../../../dist/ot/subspace-vole/set-up.js";
import { createPool } from "../../../dist/parallel/index.js";
import { answerJob, encodeJob, tagJob } from "../../../dist/psi/okvs/jobs.js";
import { planOkvs } from "../../../dist/psi/okvs/parameters.js";
import { randomBytes } from "../../../dist/random/index.js";

const [owner, holder] = (await simulate(2, (party) =>
  party.run({ name: "test/vole", version: 1 }, async (run) => {
    await run.agree({});
    const own = { purpose: "test", peer: 1 - run.index };
    return run.index === 0 ? TreeOwner.open(run, own) : DeltaHolder.open(run, own);
  }),
)) as [TreeOwner, DeltaHolder];

const count = 40;
const { rows, bandBits } = planOkvs(count, count);
const keys = { recordKey: randomBytes(32), outputKey: randomBytes(32) };
const common = randomBytes(32 * 10);
const digestsOf = (): Uint32Array => {
  const bytes = randomBytes(32 * count);
  bytes.set(common);
  return new Uint32Array(bytes.buffer);
};
const [own, theirs] = [digestsOf(), digestsOf()];
const shape = { rows, bandBits, firstBlock: 612 };
const encode = {
  ...shape,
  digests: own,
  recordKey: keys.recordKey,
  leaves: owner.leaves,
  seed: randomBytes(32),
};

/** A record by its definition. */
function recordOf(digests: Uint32Array, i: number): Uint8Array {
  const digest = new Uint8Array(digests.slice(8 * i, 8 * (i + 1)).buffer);
  return blake3(digest, { key: keys.recordKey, dkLen: 64 });
}

/** What a record's band chooses of rows of 128 bytes. */
function decode(record: Uint8Array, matrix: Uint8Array): Uint8Array {
  const span = BigInt(rows - 64 - bandBits + 1);
  const start = Number((new DataView(record.slice().buffer).getBigUint64(40, true) * span) >> 64n);
  const sum = new Uint8Array(128);
  for (let bit = 0; bit < bandBits; bit++) {
    if (bit > 0 && (((record[16 + (bit >> 3)] ?? 0) >> (bit & 7)) & 1) === 0) continue;
    for (let k = 0; k < 128; k++) sum[k] = (sum[k] ?? 0) ^ (matrix[128 * (start + bit) + k] ?? 0);
  }
  return sum;
}

/** The output by its definition: keyed BLAKE3 of the row and the value. */
function outputOf(row: Uint8Array, record: Uint8Array): Uint8Array {
  return blake3(Uint8Array.of(...row, ...record.subarray(0, 16)), { key: keys.outputKey });
}

const tables = codeTables();

/** Delta times the codeword of a word. */
function masked(word: Uint8Array): Uint8Array {
  const planes = deltaPlanes(holder.delta);
  const codeword = new Uint8Array(32);
  for (const [t, byte] of word.entries()) {
    for (let k = 0; k < 32; k++) codeword[k] = (codeword[k] ?? 0) ^ (tables[(256 * t + byte) * 32 + k] ?? 0);
  }
  return planes.map((byte, k) => byte & (codeword[k % 32] ?? 0));
}

describe.each([0, 1])("the work on a partition with %i worker threads", (workers) => {
  it("gives outputs that are the hash of row and value, in the order of tags, equal for common items only", async () => {
    const pool = createPool({ workers });
    try {
      const encoded = await pool.run(encodeJob, encode);
      expect(encoded.encoded).toBe(true);
      const matrix = encoded.matrix.slice();
      const challenge = randomBytes(32);
      const answered = await pool.run(answerJob, {
        ...encoded,
        bandBits,
        challenge,
        outputKey: keys.outputKey,
      });
      const tagged = await pool.run(tagJob, {
        ...shape,
        ...keys,
        digests: theirs,
        leaves: holder.leaves,
        delta: holder.delta,
        corrections: encoded.corrections,
        challenge,
      });
      const outputs = (hashes: Uint8Array): string[] =>
        Array.from({ length: count }, (_, i) => [...hashes.subarray(32 * i, 32 * (i + 1))].join());
      const [mine, others] = [outputs(answered.hashes), outputs(tagged.hashes)];
      for (const [place, i] of answered.numbers.entries()) {
        const record = recordOf(own, i);
        expect(mine[place]).toBe([...outputOf(decode(record, matrix), record)].join());
      }
      const shared = [...answered.numbers].filter((_, place) => others.includes(mine[place] ?? ""));
      expect(shared.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      // S: Dec(Q, y) + C(h1) Delta = Dec(V, y) + (C(Dec(P, y)) + C(h1)) Delta, and Dec(P, x) = h1 for items of R.
      for (const [place, i] of tagged.numbers.entries()) {
        const record = recordOf(theirs, i);
        const values = new Uint8Array(rows * 128);
        for (let r = 0; r < rows; r++) values.set(encoded.values.subarray(16 * r, 16 * (r + 1)), 128 * r);
        const value = decode(record, values).subarray(0, 16);
        const difference = masked(value.map((byte, k) => byte ^ (record[k] ?? 0)));
        const row = decode(record, matrix).map((byte, k) => byte ^ (difference[k] ?? 0));
        expect(others[place]).toBe([...outputOf(row, record)].join());
      }
    } finally {
      await pool.close();
    }
  });
});

describe("a partition on its own", () => {
  it("has mask rows of its own seed, uniform, and others under another seed", async () => {
    const pool = createPool({ workers: 0 });
    const masks = async (seed: Uint8Array): Promise<Uint8Array> =>
      (await pool.run(encodeJob, { ...encode, seed })).values.slice(16 * (rows - 64));
    const all = Uint8Array.from([...(await masks(randomBytes(32))), ...(await masks(randomBytes(32)))]);
    expect(all.length).toBe(2048);
    expect(new Set(Array.from({ length: 128 }, (_, r) => all.slice(16 * r, 16 * (r + 1)).join())).size).toBe(
      128,
    );
    let ones = 0;
    for (const byte of all) for (let bit = 0; bit < 8; bit++) ones += (byte >> bit) & 1;
    expect(Math.abs(ones - 8192)).toBeLessThan(6 * 64); // six standard deviations
  });

  it("is what it is in line: nothing of one job is left for the next", async () => {
    const pool = createPool({ workers: 0 });
    const first = await pool.run(encodeJob, encode);
    await pool.run(encodeJob, { ...encode, firstBlock: 0, seed: randomBytes(32) });
    expect(await pool.run(encodeJob, encode)).toEqual(first);
  });
});
