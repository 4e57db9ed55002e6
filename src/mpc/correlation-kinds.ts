/**
 * The kinds of correlations: one record for each, which whoever sends, deals, limits, keeps or counts correlations reads.
 * A new kind is a new record; how two parties make it by oblivious transfer is in `two-party/ot-randomness.ts`.
 */

import { addInPlace, multiply, subtractInPlace } from "../ring/vector.js";
import { matrixProduct, transposedProduct } from "../ring/matrix.js";
import { MalformedMessage } from "../bytes/codec.js";
import { maxShift } from "./bounds.js";
import type { Correlation } from "./correlation.js";
import { maxRatioShift, scaleLowBitsInPlace, type Ratio } from "./ratio.js";
import { andWords, unpackBits, wordsForBits, xorInPlace } from "./packed-bits.js";

/** Shape of a kept operand mask. */
export interface OperandShape {
  readonly rows: number;
  readonly columns: number;
}

/** A kept operand mask in the clear: what only a dealer has. */
export interface OperandMask extends OperandShape {
  readonly words: BigUint64Array;
}

/** Lengths of a correlation's vectors. */
export interface CorrelationLengths {
  readonly masks: readonly number[];
  readonly dependent: readonly number[];
}

/** How shares of a kind's vectors add up, and how one is taken off again. */
export interface ShareArithmetic {
  readonly combineInPlace: (total: BigUint64Array, share: BigUint64Array) => void;
  readonly removeInPlace: (total: BigUint64Array, share: BigUint64Array) => void;
}

const additive: ShareArithmetic = { combineInPlace: addInPlace, removeInPlace: subtractInPlace };
const exclusive: ShareArithmetic = { combineInPlace: xorInPlace, removeInPlace: xorInPlace };

/** Name of a kind. */
export type CorrelationKind = Correlation["kind"];

type Wanted<Kind extends CorrelationKind> = Extract<Correlation, { readonly kind: Kind }>;

/** Numbers of a request, in order; those that a kind does not use are 0. */
export type RequestFields = readonly [number, number, number, number];

/** Everything there is to know of a kind. */
interface KindRecord<Kind extends CorrelationKind> {
  /** Its number in requests to a dealer, from 1. */
  readonly code: number;
  /** Its own numbers, as a request holds them. */
  readonly fields: (wanted: Wanted<Kind>) => readonly number[];
  /** The other way round; what each number must be, `ranges` says. */
  readonly fromFields: (fields: RequestFields) => Wanted<Kind>;
  /** Smallest and largest value of each number; up to 2^32 - 1 where no largest is given. */
  readonly ranges: readonly { readonly least: number; readonly most?: number }[];
  readonly lengths: (wanted: Wanted<Kind>, operand: OperandShape) => CorrelationLengths;
  readonly masks: ShareArithmetic;
  readonly dependent: ShareArithmetic;
  /** The dependent vectors of masks in the clear: the definition of the kind. */
  readonly dependentVectors: (
    wanted: Wanted<Kind>,
    masks: readonly [BigUint64Array, BigUint64Array],
    operand: OperandMask,
  ) => BigUint64Array[];
  /** Multiplications that the dependent vectors take beyond one an element. */
  readonly work?: (wanted: Wanted<Kind>, operand: OperandShape) => number;
  /** Units of a file of preprocessed correlations that it takes; none for kinds that are not kept. */
  readonly preprocessedUnits?: (wanted: Wanted<Kind>) => number;
}

const dimension = { least: 1 } as const;

const kinds: { readonly [Kind in CorrelationKind]: KindRecord<Kind> } = {
  triple: {
    code: 1,
    fields: ({ length }) => [length],
    fromFields: ([length]) => ({ kind: "triple", length }),
    ranges: [dimension],
    lengths: ({ length }) => ({ masks: [length, length], dependent: [length] }),
    masks: additive,
    dependent: additive,
    dependentVectors: (_, [a, b]) => [multiply(a, b)],
    preprocessedUnits: ({ length }) => length,
  },
  matrixTriple: {
    code: 2,
    fields: ({ rows, inner, columns }) => [rows, inner, columns],
    fromFields: ([rows, inner, columns]) => ({ kind: "matrixTriple", rows, inner, columns }),
    ranges: [dimension, dimension, dimension],
    lengths: ({ rows, inner, columns }) => ({
      masks: [rows * inner, inner * columns],
      dependent: [rows * columns],
    }),
    masks: additive,
    dependent: additive,
    dependentVectors: (wanted, [a, b]) => [matrixProduct(a, b, wanted)],
    work: ({ rows, inner, columns }) => rows * inner * columns,
  },
  operandMask: {
    code: 3,
    fields: ({ rows, columns }) => [rows, columns],
    fromFields: ([rows, columns]) => ({ kind: "operandMask", rows, columns }),
    ranges: [dimension, dimension],
    lengths: ({ rows, columns }) => ({ masks: [rows * columns], dependent: [] }),
    masks: additive,
    dependent: additive,
    dependentVectors: () => [],
  },
  operandProduct: {
    code: 4,
    fields: ({ operand, transposed, columns }) => [operand, transposed ? 1 : 0, columns],
    fromFields: ([operand, transposed, columns]) => ({
      kind: "operandProduct",
      operand,
      transposed: transposed === 1,
      columns,
    }),
    ranges: [{ least: 0 }, { least: 0, most: 1 }, dimension],
    lengths: ({ transposed, columns }, operand) => {
      const [inner, rows] = transposed ? [operand.rows, operand.columns] : [operand.columns, operand.rows];
      return { masks: [inner * columns], dependent: [rows * columns] };
    },
    masks: additive,
    dependent: additive,
    dependentVectors: ({ transposed, columns }, [v], { rows, columns: inner, words }) =>
      transposed
        ? [transposedProduct(words, v, { rows: inner, inner: rows, columns })]
        : [matrixProduct(words, v, { rows, inner, columns })],
    work: ({ columns }, operand) => operand.rows * operand.columns * columns,
  },
  truncation: {
    code: 5,
    fields: ({ length, shift, numerator }) => [length, shift, ...halvesOf(numerator)],
    fromFields: ([length, shift, low, high]) => ({
      kind: "truncation",
      length,
      ...ratioFrom(shift, [low, high]),
    }),
    ranges: [dimension, { least: 1, most: maxShift }, { least: 0 }, { least: 0 }],
    lengths: ({ length }) => ({ masks: [length], dependent: [length, length] }),
    masks: additive,
    dependent: additive,
    dependentVectors: (wanted, [r]) => truncationDependents(r, wanted),
  },
  bitTriple: {
    code: 6,
    fields: ({ words }) => [words],
    fromFields: ([words]) => ({ kind: "bitTriple", words }),
    ranges: [dimension],
    lengths: ({ words }) => ({ masks: [words, words], dependent: [words] }),
    masks: exclusive,
    dependent: exclusive,
    dependentVectors: (_, [a, b]) => [andWords(a, b)],
    preprocessedUnits: ({ words }) => words,
  },
  sharedBit: {
    code: 7,
    fields: ({ length }) => [length],
    fromFields: ([length]) => ({ kind: "sharedBit", length }),
    ranges: [dimension],
    lengths: ({ length }) => ({ masks: [wordsForBits(length)], dependent: [length] }),
    masks: exclusive,
    dependent: additive,
    dependentVectors: ({ length }, [bits]) => [unpackBits(bits, length)],
    preprocessedUnits: ({ length }) => wordsForBits(length),
  },
};

/** All kinds, with their numbers in requests. */
export const correlationCodes: ReadonlyMap<number, CorrelationKind> = new Map(
  (Object.keys(kinds) as CorrelationKind[]).map((kind) => [kinds[kind].code, kind]), // the record's own keys
);

/** The record of a kind. A union of kinds has no record of its own: each entry is for just its kind. */
export function kindRecord<Kind extends CorrelationKind>(kind: Kind): KindRecord<Kind> {
  return kinds[kind];
}

/** The lengths that a correlation's vectors have; `operand` is the shape of the kept mask it names. */
export function correlationLengths(wanted: Correlation, operand: OperandShape): CorrelationLengths {
  return kindRecord(wanted.kind).lengths(wanted, operand);
}

function truncationDependents(r: BigUint64Array, ratio: Ratio): BigUint64Array[] {
  const topBit = r.map((word) => word >> 63n);
  const high = r.slice();
  scaleLowBitsInPlace(high, ratio, "down");
  return [high, topBit];
}

function halvesOf(numerator: bigint): readonly [number, number] {
  return [Number(numerator & 0xffff_ffffn), Number(numerator >> 32n)];
}

/** @throws MalformedMessage for a numerator of 0, or one beside 1 with a shift that only 1 can have. */
function ratioFrom(shift: number, [low, high]: readonly [number, number]): Ratio {
  const numerator = (BigInt(high) << 32n) | BigInt(low);
  if (numerator === 0n || (numerator !== 1n && shift > maxRatioShift)) {
    throw new MalformedMessage(
      `expected a numerator above 0 and a shift up to ${maxRatioShift}, got ${shift}`,
    );
  }
  return { numerator, shift };
}
