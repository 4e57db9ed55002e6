/**
 * What computing parties tell the dealer: one request of fixed length for each correlation, numbered from 0, then one
 * that says that no more will come.
 *
 *   kind u8, number u32, four u32: the kind's own numbers, in the order of its fields; unused ones are 0
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../bytes/codec.js";
import { maxShift } from "./bounds.js";
import type { Correlation } from "./correlation.js";

/** Steps of the messages between a dealer and the computing parties. */
export const dealerSteps = {
  seed: "mpc/dealer-seed",
  request: "mpc/dealer-request",
  correction: "mpc/dealer-correction",
} as const;

/** Length of a request. */
export const requestBytes = 21;

/** A request; without a correlation it is the farewell. */
export interface DealerRequest {
  readonly number: number;
  readonly wanted?: Correlation;
}

const kindCodes = {
  done: 0,
  triple: 1,
  matrixTriple: 2,
  operandMask: 3,
  operandProduct: 4,
  truncation: 5,
  bitTriple: 6,
  sharedBit: 7,
} as const;

function fieldsOf(wanted: Correlation | undefined): readonly number[] {
  switch (wanted?.kind) {
    case undefined:
      return [];
    case "triple":
      return [wanted.length];
    case "matrixTriple":
      return [wanted.rows, wanted.inner, wanted.columns];
    case "operandMask":
      return [wanted.rows, wanted.columns];
    case "operandProduct":
      return [wanted.operand, wanted.transposed ? 1 : 0, wanted.columns];
    case "truncation":
      return [wanted.length, wanted.shift];
    case "bitTriple":
      return [wanted.words];
    case "sharedBit":
      return [wanted.length];
  }
}

/** The bytes of a request; equal requests have equal bytes. */
export function encodeRequest(request: DealerRequest): Uint8Array {
  const writer = new ByteWriter().u8(kindCodes[request.wanted?.kind ?? "done"]).u32(request.number);
  const fields = fieldsOf(request.wanted);
  for (let i = 0; i < 4; i++) writer.u32(fields[i] ?? 0);
  return writer.finish();
}

/**
 * The request in a message.
 *
 * @throws MalformedMessage for anything but exactly one request with dimensions of at least 1.
 */
export function decodeRequest(message: Uint8Array): DealerRequest {
  const reader = new ByteReader(message);
  const code = reader.u8();
  const number = reader.u32();
  const fields = [reader.u32(), reader.u32(), reader.u32(), reader.u32()] as const;
  reader.end();
  const wanted = correlationOf(code, fields);
  const used = fieldsOf(wanted).length;
  if (fields.some((field, i) => i >= used && field !== 0)) {
    throw new MalformedMessage("expected zeros in the unused fields of a request");
  }
  return wanted === undefined ? { number } : { number, wanted };
}

function correlationOf(
  code: number,
  [a, b, c]: readonly [number, number, number, number],
): Correlation | undefined {
  switch (code) {
    case kindCodes.done:
      return undefined;
    case kindCodes.triple:
      return { kind: "triple", length: dimension(a) };
    case kindCodes.matrixTriple:
      return { kind: "matrixTriple", rows: dimension(a), inner: dimension(b), columns: dimension(c) };
    case kindCodes.operandMask:
      return { kind: "operandMask", rows: dimension(a), columns: dimension(b) };
    case kindCodes.operandProduct:
      if (b > 1) throw new MalformedMessage(`expected 0 or 1 for a transposed operand, got ${b}`);
      return { kind: "operandProduct", operand: a, transposed: b === 1, columns: dimension(c) };
    case kindCodes.truncation:
      if (b < 1 || b > maxShift) throw new MalformedMessage(`expected a shift of 1 to ${maxShift}, got ${b}`);
      return { kind: "truncation", length: dimension(a), shift: b };
    case kindCodes.bitTriple:
      return { kind: "bitTriple", words: dimension(a) };
    case kindCodes.sharedBit:
      return { kind: "sharedBit", length: dimension(a) };
    default:
      throw new MalformedMessage(`expected a request kind from 0 to 7, got ${code}`);
  }
}

function dimension(value: number): number {
  if (value === 0) throw new MalformedMessage("expected dimensions of at least 1, got 0");
  return value;
}
