/**
 * The group arithmetic of @noble/curves, element by element: the readable reference.
 *
 * **Security.** `multiply` runs a fixed sequence of additions for every scalar, but on BigInt, whose operations take
 * time that depends on their operands: not constant-time, see SECURITY.md.
 */

import { mulAddUnsafe } from "@noble/curves/abstract/curve.js";
import { expand_message_xmd } from "@noble/curves/abstract/hash-to-curve.js";
import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { rowCount, rowView, type ByteRows } from "../bytes/byte-rows.js";
import {
  elementBytes,
  invalidElement,
  uniformBytes,
  type GroupBackend,
  type IdentityRule,
} from "./backend.js";
import { decodeNonZeroScalar, decodeScalar, scalarBytes } from "./scalars.js";

type Point = InstanceType<typeof ristretto255.Point>;

const { Point } = ristretto255;

/** A sum of products shares its doublings among this many rows; more would only take more memory for their tables. */
const rowsPerSum = 1024;

/** The implementation on @noble/curves. */
export const referenceBackend: GroupBackend = {
  expandMessages(rows, dst) {
    const count = rowCount(rows);
    const expanded = new Uint8Array(count * uniformBytes);
    for (let i = 0; i < count; i++) {
      expanded.set(expand_message_xmd(rowView(rows, i), dst, uniformBytes, sha512), i * uniformBytes);
    }
    return expanded;
  },

  hashToGroup(rows, dst) {
    return mapRows(rows, (row) => hashToPoint(row, dst));
  },

  hashAndMultiply(rows, dst, scalar) {
    const factor = decodeNonZeroScalar("hashAndMultiply", scalar);
    return mapRows(rows, (row) => hashToPoint(row, dst).multiply(factor));
  },

  multiply(elements, scalars, identity) {
    const count = elements.length / elementBytes;
    const products = new Uint8Array(elements.length);
    const single = scalars.length === scalarBytes ? decodeNonZeroScalar("multiply", scalars) : undefined;
    for (let i = 0; i < count; i++) {
      const point = decodePoint(elements, i, identity);
      if (point === undefined) throw invalidElement("multiply", i, identity);
      const factor = single ?? decodeNonZeroScalar("multiply", scalarAt(scalars, i));
      products.set(point.multiply(factor).toBytes(), i * elementBytes);
    }
    return products;
  },

  multiplyBase(scalars) {
    const count = scalars.length / scalarBytes;
    const products = new Uint8Array(count * elementBytes);
    for (let i = 0; i < count; i++) {
      const factor = decodeScalar("multiplyBase", scalarAt(scalars, i));
      const product = factor === 0n ? Point.ZERO : Point.BASE.multiply(factor);
      products.set(product.toBytes(), i * elementBytes);
    }
    return products;
  },

  addEach(elements, others, subtracting) {
    const sums = new Uint8Array(elements.length);
    for (let i = 0; i < elements.length / elementBytes; i++) {
      const [point, other] = [decodePoint(elements, i, "allow"), decodePoint(others, i, "allow")];
      if (point === undefined || other === undefined) throw invalidElement("addEach", i, "allow");
      sums.set(point.add(subtracting ? other.negate() : other).toBytes(), i * elementBytes);
    }
    return sums;
  },

  linearCombinationVartime(scalars, elements) {
    const count = elements.length / elementBytes;
    let total: Point = Point.ZERO;
    for (let start = 0; start < count; start += rowsPerSum) {
      const points: Point[] = [];
      const factors: bigint[] = [];
      for (let i = start; i < Math.min(start + rowsPerSum, count); i++) {
        const point = decodePoint(elements, i, "allow");
        if (point === undefined) throw invalidElement("linearCombinationVartime", i, "allow");
        points.push(point);
        factors.push(decodeScalar("linearCombinationVartime", scalarAt(scalars, i)));
      }
      total = total.add(mulAddUnsafe(Point, points, factors));
    }
    return total.toBytes();
  },

  firstInvalidElement(elements, identity) {
    const count = elements.length / elementBytes;
    for (let i = 0; i < count; i++) if (decodePoint(elements, i, identity) === undefined) return i;
    return -1;
  },
};

function scalarAt(scalars: Uint8Array, index: number): Uint8Array {
  return scalars.subarray(index * scalarBytes, (index + 1) * scalarBytes);
}

function hashToPoint(row: Uint8Array, dst: Uint8Array): Point {
  return ristretto255_hasher.hashToCurve(row, { DST: dst });
}

function mapRows(rows: ByteRows, toPoint: (row: Uint8Array) => Point): Uint8Array {
  const count = rowCount(rows);
  const elements = new Uint8Array(count * elementBytes);
  for (let i = 0; i < count; i++) elements.set(toPoint(rowView(rows, i)).toBytes(), i * elementBytes);
  return elements;
}

function decodePoint(elements: Uint8Array, index: number, identity: IdentityRule): Point | undefined {
  const encoding = elements.subarray(index * elementBytes, (index + 1) * elementBytes);
  if (identity === "refuse" && isIdentity(encoding)) return undefined;
  try {
    return Point.fromBytes(encoding);
  } catch {
    return undefined; // the decoder throws for nothing but the encoding: its length is right
  }
}

/** The identity's only canonical encoding is all zeros (RFC 9496, appendix A.1). */
function isIdentity(encoding: Uint8Array): boolean {
  for (let i = 0; i < elementBytes; i++) if (encoding[i] !== 0) return false;
  return true;
}
