/**
 * The group arithmetic of the compiled kernel: cuts batches to the kernel's size, and overwrites its memory after each
 * batch. What it does not do fast itself it leaves to the reference.
 */

import { sha512 } from "@noble/hashes/sha2.js";
import { rowCount, rowView, type ByteRows } from "../bytes/byte-rows.js";
import { concatBytes, utf8ToBytes } from "../bytes/encoding.js";
import { instantiateRistretto255, type Ristretto255Kernel } from "../kernels/ristretto255/kernel.js";
import { elementBytes, invalidElement, uniformBytes, type GroupBackend } from "./backend.js";
import { referenceBackend } from "./reference-backend.js";
import { checkScalar, checkScalars, scalarBytes } from "./scalars.js";

/** Rows of one call of the kernel, whose messages fit it. */
interface Piece {
  readonly start: number;
  readonly end: number;
  /** False for one row that is too long for the kernel. */
  readonly fits: boolean;
}

/** The implementation on the compiled kernel, or undefined where the platform cannot run it. */
export function createKernelBackend(): GroupBackend | undefined {
  const kernel = instantiateRistretto255();
  return kernel === undefined ? undefined : kernelBackend(kernel);
}

function kernelBackend(kernel: Ristretto255Kernel): GroupBackend {
  return {
    expandMessages: (rows, dst) =>
      wipingAfter(kernel, () =>
        hashPieces(kernel, rows, dst, {
          result: kernel.uniform,
          resultBytes: uniformBytes,
          inKernel: (count, tagLength) => {
            kernel.expand(count, tagLength);
          },
          elsewhere: (row) => referenceBackend.expandMessages(row, dst),
        }),
      ),

    hashToGroup: (rows, dst) =>
      wipingAfter(kernel, () =>
        hashPieces(kernel, rows, dst, {
          result: kernel.output,
          resultBytes: elementBytes,
          inKernel: (count, tagLength) => {
            kernel.hash(count, tagLength);
          },
          elsewhere: (row) => referenceBackend.hashToGroup(row, dst),
        }),
      ),

    hashAndMultiply: (rows, dst, scalar) => {
      checkScalar("hashAndMultiply", scalar, "refuse");
      return wipingAfter(kernel, () => {
        kernel.scalars.set(scalar);
        return hashPieces(kernel, rows, dst, {
          result: kernel.output,
          resultBytes: elementBytes,
          inKernel: (count, tagLength) => {
            kernel.hashAndMultiply(count, tagLength);
          },
          elsewhere: (row) => referenceBackend.hashAndMultiply(row, dst, scalar),
        });
      });
    },

    multiply: (elements, scalars, identity) => {
      const scalarEach = scalars.length !== scalarBytes;
      checkScalars("multiply", scalars, "refuse");
      const products = new Uint8Array(elements.length);
      const step = kernel.rowCapacity * elementBytes;
      return wipingAfter(kernel, () => {
        if (!scalarEach) kernel.scalars.set(scalars);
        for (let at = 0; at < elements.length; at += step) {
          const part = elements.subarray(at, at + step);
          kernel.input.set(part);
          if (scalarEach) kernel.scalars.set(scalars.subarray(at, at + step));
          const refused = kernel.multiply(part.length / elementBytes, scalarEach, identity === "refuse");
          if (refused >= 0) throw invalidElement("multiply", at / elementBytes + refused, identity);
          products.set(kernel.output.subarray(0, part.length), at);
        }
        return products;
      });
    },

    multiplyBase: (scalars) => {
      checkScalars("multiplyBase", scalars, "allow");
      const products = new Uint8Array(scalars.length);
      const step = kernel.rowCapacity * scalarBytes;
      return wipingAfter(kernel, () => {
        for (let at = 0; at < scalars.length; at += step) {
          const part = scalars.subarray(at, at + step);
          kernel.scalars.set(part);
          kernel.multiplyBase(part.length / scalarBytes);
          products.set(kernel.output.subarray(0, part.length), at);
        }
        return products;
      });
    },

    addEach: (elements, others, subtracting) => {
      const sums = new Uint8Array(elements.length);
      const step = kernel.rowCapacity * elementBytes;
      return wipingAfter(kernel, () => {
        for (let at = 0; at < elements.length; at += step) {
          const part = elements.subarray(at, at + step);
          kernel.input.set(part);
          kernel.scalars.set(others.subarray(at, at + step));
          const refused = kernel.addEach(part.length / elementBytes, subtracting);
          if (refused >= 0) throw invalidElement("addEach", at / elementBytes + refused, "allow");
          sums.set(kernel.output.subarray(0, part.length), at);
        }
        return sums;
      });
    },

    linearCombinationVartime: (scalars, elements) => {
      checkScalars("linearCombinationVartime", scalars, "allow");
      const step = kernel.rowCapacity * elementBytes;
      return wipingAfter(kernel, () => {
        kernel.clearSum();
        for (let at = 0; at < elements.length; at += step) {
          const part = elements.subarray(at, at + step);
          kernel.input.set(part);
          kernel.scalars.set(scalars.subarray(at, at + step));
          const refused = kernel.addProducts(part.length / elementBytes);
          if (refused >= 0) {
            throw invalidElement("linearCombinationVartime", at / elementBytes + refused, "allow");
          }
        }
        kernel.finishSum();
        return kernel.output.slice(0, elementBytes);
      });
    },

    firstInvalidElement: (elements, identity) => {
      const step = kernel.rowCapacity * elementBytes;
      for (let at = 0; at < elements.length; at += step) {
        const part = elements.subarray(at, at + step);
        kernel.input.set(part);
        const refused = kernel.check(part.length / elementBytes, identity === "refuse");
        if (refused >= 0) return at / elementBytes + refused;
      }
      return -1;
    },
  };
}

function wipingAfter<T>(kernel: Ristretto255Kernel, work: () => T): T {
  try {
    return work();
  } finally {
    kernel.wipe();
  }
}

/** How {@link hashPieces} treats rows that fit the kernel, already loaded, and a row that does not. */
interface HashSteps {
  /** Where the kernel leaves its results, and how many bytes a row. */
  readonly result: Uint8Array;
  readonly resultBytes: number;
  readonly inKernel: (count: number, tagLength: number) => void;
  readonly elsewhere: (row: ByteRows) => Uint8Array;
}

function hashPieces(
  kernel: Ristretto255Kernel,
  rows: ByteRows,
  dst: Uint8Array,
  { result, resultBytes, inKernel, elsewhere }: HashSteps,
): Uint8Array {
  const results = new Uint8Array(rowCount(rows) * resultBytes);
  const tag = tagWithLength(dst);
  kernel.tag.set(tag);
  for (const { start, end, fits } of pieces(rows, kernel)) {
    if (fits) {
      loadMessages(kernel, rows, start, end);
      inKernel(end - start, tag.length);
      results.set(result.subarray(0, (end - start) * resultBytes), start * resultBytes);
    } else {
      const bytes = rowView(rows, start);
      results.set(elsewhere({ bytes, offsets: Uint32Array.of(0, bytes.length) }), start * resultBytes);
    }
  }
  return results;
}

/** Cuts a batch so that each piece fits the kernel's rows and message bytes. */
function* pieces(rows: ByteRows, kernel: Ristretto255Kernel): Generator<Piece> {
  const { offsets } = rows;
  const count = rowCount(rows);
  let start = 0;
  while (start < count) {
    const base = offsets[start] as number; // start < count, and offsets has one entry more
    let end = start;
    while (
      end < count &&
      end - start < kernel.rowCapacity &&
      (offsets[end + 1] as number) - base <= kernel.messageCapacity
    ) {
      end += 1;
    }
    const fits = end > start;
    if (!fits) end = start + 1;
    yield { start, end, fits };
    start = end;
  }
}

function loadMessages(kernel: Ristretto255Kernel, rows: ByteRows, start: number, end: number): void {
  const base = rows.offsets[start] as number; // start <= end <= the number of rows
  kernel.messages.set(rows.bytes.subarray(base, rows.offsets[end]));
  for (let i = start; i <= end; i++) kernel.offsets[i - start] = (rows.offsets[i] as number) - base;
}

/** DST_prime of RFC 9380, section 5.3.1; a tag of more than 255 bytes is hashed first (section 5.3.3). */
function tagWithLength(dst: Uint8Array): Uint8Array {
  const short = dst.length > 255 ? sha512(concatBytes(utf8ToBytes("H2C-OVERSIZE-DST-"), dst)) : dst;
  return concatBytes(short, Uint8Array.of(short.length));
}
