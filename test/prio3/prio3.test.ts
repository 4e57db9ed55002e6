import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createArithmetic } from "../../dist/prio3/arithmetic.js";
import { countCircuit } from "../../dist/prio3/count.js";
import { histogramCircuit } from "../../dist/prio3/histogram.js";
import { multihotCountVecCircuit } from "../../dist/prio3/multihot-count-vec.js";
import { sumVecCircuit } from "../../dist/prio3/sum-vec.js";
import { sumCircuit } from "../../dist/prio3/sum.js";
import type { Circuit } from "../../dist/prio3/circuit.js";
import {
  InputShare,
  Prio3,
  prio3Count,
  prio3Histogram,
  prio3MultihotCountVec,
  prio3Sum,
  prio3SumVec,
  prio3SumVecWithMultiproof,
  type OutputShare,
  type Report,
} from "../../dist/prio3/index.js";
import { VeilshareError } from "../../dist/errors.js";
import { elementCount, integersOf, vectorOf } from "../../dist/field/vector-field.js";
import { Prg } from "../../dist/random/index.js";
import { expectError } from "../support/expect-error.js";
import { expectRedacted } from "../support/expect-redacted.js";

const context = new TextEncoder().encode("test");
const verifyKey = new Uint8Array(32).fill(1);

/** All aggregators' steps on one report. */
function verify<M, R>(prio3: Prio3<M, R>, { nonce, publicShare, inputShares }: Report): OutputShare[] {
  const starts = inputShares.map((inputShare) =>
    prio3.verifyInit({ verifyKey, context, nonce, publicShare, inputShare }),
  );
  const message = prio3.verifierSharesToMessage(
    context,
    starts.map(({ verifierShare }) => verifierShare),
  );
  return starts.map(({ state }) => prio3.verifyNext(state, message));
}

/** The result of a batch, by every step of every party. */
function run<M, R>(prio3: Prio3<M, R>, measurements: readonly M[]): R {
  const shares = Array.from({ length: prio3.shares }, () => prio3.aggregate());
  for (const measurement of measurements) {
    for (const [i, output] of verify(prio3, prio3.shard({ context, measurement })).entries()) {
      shares[i]?.add(output);
    }
  }
  return prio3.unshard(shares, measurements.length);
}

/** True when some step refuses the report; any other failure is thrown on. */
function isRefused<M, R>(prio3: Prio3<M, R>, report: Report): boolean {
  try {
    verify(prio3, report);
    return false;
  } catch (error) {
    if (error instanceof VeilshareError && error.code === "PEER_MALFORMED") return true;
    throw error;
  }
}

describe("Prio3 adds up what plain integers add up to", () => {
  const shares = fc.integer({ min: 2, max: 4 });
  const sumOf = (rows: readonly (readonly bigint[])[]): bigint[] =>
    (rows[0] ?? []).map((_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0n), 0n));

  it("in Count and Sum", () => {
    const ranges = fc.bigInt(1n, 2n ** 40n).chain((maxMeasurement) =>
      fc.record({
        maxMeasurement: fc.constant(maxMeasurement),
        values: fc.array(fc.oneof(fc.bigInt(0n, maxMeasurement), fc.constantFrom(0n, maxMeasurement)), {
          minLength: 1,
          maxLength: 4,
        }),
      }),
    );
    fc.assert(
      fc.property(shares, ranges, (n, { maxMeasurement, values }) => {
        const sum = values.reduce((a, b) => a + b, 0n);
        expect(run(prio3Sum({ shares: n, maxMeasurement }), values)).toBe(sum);
        const flags = values.map((value) => value % 2n === 1n);
        expect(run(prio3Count({ shares: n }), flags)).toBe(BigInt(flags.filter(Boolean).length));
      }),
      { numRuns: 12 },
    );
  });

  it("in SumVec, with one proof over Field128 and with several over Field64, whatever the chunks", () => {
    const cases = fc.record({
      shares,
      length: fc.integer({ min: 1, max: 5 }),
      maxMeasurement: fc.bigInt(1n, 2n ** 33n),
      chunkLength: fc.integer({ min: 1, max: 40 }),
      proofs: fc.integer({ min: 3, max: 5 }),
    });
    fc.assert(
      fc.property(cases, fc.infiniteStream(fc.bigInt(0n, 2n ** 40n)), ({ proofs, ...parameters }, stream) => {
        const row = (): bigint[] =>
          Array.from({ length: parameters.length }, () => {
            return (stream.next().value as bigint) % (parameters.maxMeasurement + 1n); // the stream has no end
          });
        const rows = [row(), row()];
        expect(run(prio3SumVec(parameters), rows)).toEqual(sumOf(rows));
        expect(run(prio3SumVecWithMultiproof({ ...parameters, proofs }), rows)).toEqual(sumOf(rows));
      }),
      { numRuns: 10 },
    );
  });

  it("in Histogram and MultihotCountVec", () => {
    const cases = fc.integer({ min: 1, max: 12 }).chain((length) =>
      fc.record({
        shares,
        length: fc.constant(length),
        chunkLength: fc.integer({ min: 1, max: 6 }),
        maxWeight: fc.integer({ min: 1, max: length }),
        buckets: fc.array(fc.integer({ min: 0, max: length - 1 }), { minLength: 1, maxLength: 3 }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ buckets, maxWeight, ...parameters }) => {
        const rows = buckets.map((bucket) =>
          Array.from({ length: parameters.length }, (_, i) => (i === bucket ? 1n : 0n)),
        );
        expect(run(prio3Histogram(parameters), buckets)).toEqual(sumOf(rows));
        const choices = rows.map((row) => row.map((value) => value === 1n));
        expect(run(prio3MultihotCountVec({ ...parameters, maxWeight }), choices)).toEqual(sumOf(rows));
      }),
      { numRuns: 12 },
    );
  });

  it("with as many aggregators as there can be", () => {
    expect(run(prio3Count({ shares: 255 }), [true, true, false])).toBe(2n);
  });
});

describe("Prio3 on the kernel and on the reference", () => {
  it("gives the same bytes for the same randomness", () => {
    const random = (): ((byteLength: number) => Uint8Array) => {
      const prg = new Prg(new Uint8Array(32).fill(5));
      return (byteLength) => prg.bytes(byteLength);
    };
    const make = (arithmetic: "kernel" | "reference"): Uint8Array[] => {
      const prio3 = prio3SumVec({ shares: 3, length: 9, maxMeasurement: 900n, chunkLength: 11, arithmetic });
      const measurement = [1, 2, 3, 4, 5, 6, 7, 8, 900];
      const report = prio3.shard({ context, measurement, random: random() });
      const outputs = verify(prio3, report).map((output) => output.toBytes());
      return [report.publicShare, ...report.inputShares.map((share) => share.toBytes()), ...outputs];
    };
    expect(make("kernel")).toEqual(make("reference"));
  });
});

describe("Prio3 refuses", () => {
  const { xof, field64, field128 } = createArithmetic();

  /** A client that encodes what it likes and proves it as well as it can. */
  function liar<M, R>(circuit: Circuit<M, R>, encoded: readonly bigint[]): Prio3<M, R> {
    const lying = { ...circuit, encode: () => vectorOf(circuit.field, encoded) };
    return new Prio3({ circuit: lying, xof, algorithmId: 1, shares: 2, proofs: 1 });
  }

  function refusesEncoding<M, R>(circuit: Circuit<M, R>, encoded: readonly bigint[]): boolean {
    const prio3 = liar(circuit, encoded);
    return isRefused(prio3, prio3.shard({ context, measurement: undefined as M })); // the liar does not look at it
  }

  it("every encoding that is not of a valid measurement, though proved with the honest prover", () => {
    const element = (modulus: bigint): fc.Arbitrary<bigint> =>
      fc.oneof(fc.constantFrom(0n, 1n, 0n, 1n, 2n, modulus - 1n), fc.bigInt(2n, modulus - 1n));
    const check = <M, R>(circuit: Circuit<M, R>, isValid: (bits: readonly bigint[]) => boolean): void => {
      const encodings = fc.array(element(circuit.field.modulus), {
        minLength: circuit.measurementLength,
        maxLength: circuit.measurementLength,
      });
      fc.assert(
        fc.property(encodings, (encoded) => {
          const valid = encoded.every((value) => value <= 1n) && isValid(encoded);
          expect(refusesEncoding(circuit, encoded)).toBe(!valid);
        }),
        { numRuns: 25 },
      );
    };
    const weight = (bits: readonly bigint[]): bigint => bits.reduce((a, b) => a + b, 0n);
    check(countCircuit(field64), () => true);
    check(sumCircuit(field64, 5n), () => true);
    check(sumVecCircuit(field128, { length: 2, maxMeasurement: 3n, chunkLength: 3 }), () => true);
    check(histogramCircuit(field128, { length: 4, chunkLength: 3 }), (bits) => weight(bits) === 1n);
    // Four choices, of which at most two: their number stands behind them with weights 1 and 1.
    check(multihotCountVecCircuit(field128, { length: 4, maxWeight: 2, chunkLength: 3 }), (bits) => {
      return weight(bits.slice(0, 4)) === weight(bits.slice(4));
    });
  });

  it("a report of which any byte of any share was changed on the way", () => {
    const prio3 = prio3Sum({ shares: 2, maxMeasurement: 5n });
    const report = prio3.shard({ context, measurement: 3n });
    for (const { aggregatorId } of report.inputShares) {
      const length = report.inputShares[aggregatorId]?.toBytes().length ?? 0;
      for (let at = 0; at < length; at++) {
        const inputShares = report.inputShares.map((share) => {
          const bytes = share.toBytes();
          if (share.aggregatorId === aggregatorId) bytes[at] = (bytes[at] ?? 0) ^ 1;
          return new InputShare(share.aggregatorId, bytes);
        });
        expect(isRefused(prio3, { ...report, inputShares }), `${aggregatorId} ${at}`).toBe(true);
      }
    }
  });

  it("a report under another nonce, context or verify key than the one it was made or begun with", () => {
    const prio3 = prio3Histogram({ shares: 2, length: 4 });
    const report = prio3.shard({ context, measurement: 3 });
    expect(isRefused(prio3, { ...report, nonce: new Uint8Array(16) })).toBe(true);
    const [leader, helper] = report.inputShares as [InputShare, InputShare];
    const start = (inputShare: InputShare, key: Uint8Array, ctx: Uint8Array): Uint8Array =>
      prio3.verifyInit({ ...report, verifyKey: key, context: ctx, inputShare }).verifierShare;
    const good = start(leader, verifyKey, context);
    for (const bad of [
      start(helper, new Uint8Array(32), context),
      start(helper, verifyKey, new Uint8Array(1)),
    ]) {
      expectError(() => prio3.verifierSharesToMessage(context, [good, bad]), "PEER_MALFORMED", {
        step: "verifierSharesToMessage",
        field: "proof",
      });
    }
  });

  it("a verifier message that is not the joint randomness of the public share", () => {
    const prio3 = prio3Histogram({ shares: 2, length: 4 });
    const { inputShares, ...report } = prio3.shard({ context, measurement: 3 });
    const [inputShare] = inputShares as [InputShare];
    const { state } = prio3.verifyInit({ ...report, verifyKey, context, inputShare });
    expectError(() => prio3.verifyNext(state, new Uint8Array(32)), "PEER_MALFORMED", {
      field: "jointRandomness",
    });
    expectError(() => prio3.verifyNext(state, new Uint8Array(31)), "INVALID_ARGUMENT");
  });

  it("messages that are short, long or not canonical, naming them", () => {
    const prio3 = prio3Histogram({ shares: 2, length: 4 });
    const { nonce, publicShare, inputShares } = prio3.shard({ context, measurement: 3 });
    const bad = (bytes: Uint8Array): Uint8Array[] => [
      bytes.slice(1),
      Uint8Array.of(...bytes, 0),
      new Uint8Array(0),
    ];
    for (const share of inputShares) {
      const id = share.aggregatorId;
      for (const bytes of bad(share.toBytes())) {
        expectError(() => prio3.decodeInputShare(id, bytes), "INVALID_ARGUMENT", { field: "inputShare" });
      }
      const input = { verifyKey, context, nonce, publicShare, inputShare: share };
      for (const field of ["nonce", "publicShare", "verifyKey"] as const) {
        for (const bytes of bad(input[field])) {
          expectError(() => prio3.verifyInit({ ...input, [field]: bytes }), "INVALID_ARGUMENT", { field });
        }
      }
    }
    const high = (bytes: Uint8Array): Uint8Array => bytes.slice().fill(0xff, 0, 16);
    const leader = inputShares[0]?.toBytes() ?? new Uint8Array(0);
    expectError(() => prio3.decodeInputShare(0, high(leader)), "INVALID_ARGUMENT", { field: "inputShare" });
    const aggregate = prio3.aggregate().toBytes();
    for (const bytes of [...bad(aggregate), high(aggregate)]) {
      expectError(() => prio3.decodeAggregateShare(bytes), "INVALID_ARGUMENT", { field: "aggregateShare" });
    }
    const verifier = new Uint8Array(prio3.sizes.verifierShare);
    for (const bytes of [...bad(verifier), high(verifier)]) {
      const field = "verifierShares[1]";
      expectError(() => prio3.verifierSharesToMessage(context, [verifier, bytes]), "INVALID_ARGUMENT", {
        field,
      });
    }
    expectError(() => prio3.verifierSharesToMessage(context, [verifier]), "INVALID_ARGUMENT");
  });

  it("measurements out of range at the client, and parameters that can't work", () => {
    const range = (f: () => unknown): unknown => expectError(f, "VALUE_OUT_OF_RANGE");
    const argument = (f: () => unknown): unknown => expectError(f, "INVALID_ARGUMENT");
    const sum = prio3Sum({ shares: 2, maxMeasurement: 10n });
    for (const measurement of [-1n, 11n, 2n ** 64n]) range(() => sum.shard({ context, measurement }));
    argument(() => sum.shard({ context, measurement: 5 as unknown as bigint }));
    const vec = prio3SumVec({ shares: 2, length: 2, maxMeasurement: 10n });
    for (const measurement of [[0, 11], [-1, 0], new Uint32Array([11, 0])]) {
      range(() => vec.shard({ context, measurement }));
    }
    for (const measurement of [[0], [0, 1, 2], [0, 0.5], [0, Number.NaN], "ab" as unknown as number[]]) {
      argument(() => vec.shard({ context, measurement }));
    }
    const histogram = prio3Histogram({ shares: 2, length: 3 });
    for (const measurement of [-1, 3, 0.5]) range(() => histogram.shard({ context, measurement }));
    const multihot = prio3MultihotCountVec({ shares: 2, length: 3, maxWeight: 1 });
    range(() => multihot.shard({ context, measurement: [true, true, false] }));
    argument(() => multihot.shard({ context, measurement: [true] }));
    argument(() => prio3Count({ shares: 2 }).shard({ context, measurement: 1 as unknown as boolean }));
    for (const shares of [0, 1, 256, 2.5]) argument(() => prio3Count({ shares }));
    for (const maxMeasurement of [0n, -1n, 2n ** 63n])
      argument(() => prio3Sum({ shares: 2, maxMeasurement }));
    argument(() => prio3SumVec({ shares: 2, length: 0, maxMeasurement: 1n }));
    argument(() => prio3Histogram({ shares: 2, length: 3, chunkLength: 0 }));
    argument(() => prio3MultihotCountVec({ shares: 2, length: 3, maxWeight: 4 }));
    argument(() => prio3SumVecWithMultiproof({ shares: 2, length: 1, maxMeasurement: 1n, proofs: 0 }));
  });

  it("options and arguments of other names and types, by name", () => {
    const refuses = (f: () => unknown, field: string): unknown =>
      expectError(f, "INVALID_ARGUMENT", { field });
    const other = (value: unknown): never => value as never;
    const more = (named: object): object => named;
    refuses(() => prio3Sum({ shares: 2, maxMeasurement: 1n, ...more({ bits: 3 }) }), "bits");
    refuses(() => prio3Count({ shares: 2, ...more({ proofs: 3 }) }), "proofs");
    refuses(() => prio3Histogram({ shares: 2, length: 2, ...more({ buckets: 3 }) }), "buckets");
    refuses(() => prio3Count({ shares: 2, arithmetic: other("fast") }), "arithmetic");
    const sum = prio3Sum({ shares: 2, maxMeasurement: 10n });
    const nonce = new Uint8Array(16);
    refuses(() => sum.shard({ context, measurement: 1n, ...more({ nounce: nonce }) }), "nounce");
    refuses(() => sum.shard({ context, measurement: 1n, random: other(5) }), "random");
    refuses(() => sum.shard(other(undefined)), "context");
    const { publicShare } = sum.shard({ context, measurement: 1n });
    const start = { verifyKey: new Uint8Array(32), context, nonce, publicShare };
    for (const share of [undefined, new Uint8Array(40)]) {
      refuses(() => sum.verifyInit({ ...start, inputShare: other(share) }), "inputShare");
    }
    refuses(() => sum.verifierSharesToMessage(context, other("ab")), "verifierShares");
    refuses(() => sum.verifyNext(other({}), new Uint8Array(0)), "state");
    const shares = [sum.aggregate(), sum.aggregate()];
    refuses(() => sum.unshard([sum.aggregate(), other(1)], 1), "aggregateShares[1]");
    refuses(() => sum.unshard(shares, 1, other("Signed")), "integers"); // would have been taken for unsigned
  });

  it("to put together a sum that may have wrapped around", () => {
    const prio3 = prio3Sum({ shares: 2, maxMeasurement: 2n ** 62n });
    expect(prio3.maxMeasurements).toBe(3n);
    const shares = [prio3.aggregate(), prio3.aggregate()];
    expect(prio3.unshard(shares, 3)).toBe(0n);
    expectError(() => prio3.unshard(shares, 4), "BOUND_EXCEEDED");
    expectError(() => prio3.unshard(shares.slice(1), 1), "INVALID_ARGUMENT");
    expectError(() => prio3.unshard(shares, 0), "INVALID_ARGUMENT");
    expect(prio3.maxSignedMeasurements).toBe(1n);
    expectError(() => prio3.unshard(shares, 2, "signed"), "BOUND_EXCEEDED");
  });

  it.each([1, 2])(
    "with joint randomness over Field64 and only %i proofs, which the draft forbids",
    (proofs) => {
      const parameters = { shares: 2, length: 4, maxMeasurement: 255n, proofs };
      expectError(() => prio3SumVecWithMultiproof(parameters), "INVALID_ARGUMENT");
      expect(prio3SumVecWithMultiproof({ ...parameters, proofs: 3 }).proofs).toBe(3);
      expect(prio3SumVecWithMultiproof({ ...parameters, field: "Field128" }).proofs).toBe(proofs);
    },
  );

  it("a report whose public share differs between aggregators, in whichever part", () => {
    const prio3 = prio3Histogram({ shares: 3, length: 4 });
    for (let aggregator = 0; aggregator < 3; aggregator++) {
      for (let part = 0; part < 3; part++) {
        const report = prio3.shard({ context, measurement: 2 });
        const altered = report.publicShare.slice();
        altered[32 * part + 5] = (altered[32 * part + 5] ?? 0) ^ 1;
        const check = (): void => {
          const starts = report.inputShares.map((inputShare, i) => {
            const publicShare = i === aggregator ? altered : report.publicShare;
            return prio3.verifyInit({ ...report, verifyKey, context, publicShare, inputShare });
          });
          const message = prio3.verifierSharesToMessage(
            context,
            starts.map(({ verifierShare }) => verifierShare),
          );
          for (const { state } of starts) prio3.verifyNext(state, message);
        };
        expectError(check, "PEER_MALFORMED");
      }
    }
  });

  it("a report whose aggregators each have another part of their own changed", () => {
    const prio3 = prio3Histogram({ shares: 2, length: 4 });
    const report = prio3.shard({ context, measurement: 2 });
    for (const [i, inputShare] of report.inputShares.entries()) {
      const publicShare = report.publicShare.slice();
      publicShare[32 * i] = (publicShare[32 * i] ?? 0) ^ 1;
      const { state } = prio3.verifyInit({ ...report, verifyKey, context, publicShare, inputShare });
      expectError(() => prio3.verifyNext(state, state.jointRandSeed), "PEER_MALFORMED");
    }
  });
});

describe("signed sums", () => {
  it("never wrap: the largest sum and noise on both sides of the possible ones come out as they are", () => {
    for (const maxMeasurement of [1n, 255n, 2n ** 40n, 2n ** 61n, 2n ** 62n]) {
      const prio3 = prio3Sum({ shares: 2, maxMeasurement });
      const { modulus } = prio3.field;
      const most = prio3.maxSignedMeasurements;
      const measurements = Number(most < 2n ** 20n ? most : 2n ** 20n);
      const largest = BigInt(measurements) * maxMeasurement;
      const margin = (modulus - 1n - largest) / 2n;
      for (const value of [0n, 1n, largest, largest + 1n, largest + margin, -1n, -margin]) {
        const element = ((value % modulus) + modulus) % modulus;
        const share = prio3.decodeAggregateShare(vectorOf(prio3.field, [element]));
        expect(prio3.unshard([share, prio3.aggregate()], measurements, "signed")).toBe(value);
      }
    }
  });
});

describe("Prio3's secrets", () => {
  it("print as redacted", () => {
    const prio3 = prio3Count({ shares: 2 });
    const { inputShares, ...report } = prio3.shard({ context, measurement: true });
    const [inputShare] = inputShares as [InputShare];
    const { state } = prio3.verifyInit({ ...report, verifyKey, context, inputShare });
    for (const secret of [inputShare, state, state.outputShare(), prio3.aggregate()]) expectRedacted(secret);
  });

  it("are in memory of their own: what comes in is left alone, and what goes out can be changed", () => {
    const prio3 = prio3Histogram({ shares: 2, length: 4 });
    const nonce = new Uint8Array(16).fill(9);
    const report = prio3.shard({ context, measurement: 1, nonce });
    report.nonce.fill(0);
    expect(nonce).toEqual(new Uint8Array(16).fill(9));
    const input = { ...report, nonce, verifyKey, context, inputShare: report.inputShares[0] as InputShare };
    const before = [input.publicShare.slice(), input.inputShare.toBytes()];
    const { state, verifierShare } = prio3.verifyInit(input);
    verifierShare.fill(0);
    input.inputShare.toBytes().fill(0);
    expect([input.publicShare, input.inputShare.toBytes()]).toEqual(before);
    expect(prio3.verifyInit(input).verifierShare).not.toEqual(verifierShare);
    const output = state.outputShare();
    output.toBytes().fill(0);
    expect(elementCount(prio3.field, output.toBytes())).toBe(4);
    expect(integersOf(prio3.field, output.toBytes()).some((value) => value !== 0n)).toBe(true);
  });
});
