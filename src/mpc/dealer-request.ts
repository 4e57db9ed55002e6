/**
 * What computing parties tell the dealer: one request of fixed length for each correlation, numbered from 0, then one
 * that says that no more will come.
 *
 *   kind u8, number u32, four u32: the kind's own numbers, in the order of its fields; unused ones are 0
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../bytes/codec.js";
import { correlationCodes, kindRecord, type RequestFields } from "./correlation-kinds.js";
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

/** The kind number of the farewell. */
const doneCode = 0;

/** The bytes of a request; equal requests have equal bytes. */
export function encodeRequest({ number, wanted }: DealerRequest): Uint8Array {
  const record = wanted && kindRecord(wanted.kind);
  const fields = wanted && record ? record.fields(wanted) : [];
  const writer = new ByteWriter().u8(record?.code ?? doneCode).u32(number);
  for (let i = 0; i < 4; i++) writer.u32(fields[i] ?? 0);
  return writer.finish();
}

/**
 * The request in a message.
 *
 * @throws MalformedMessage for anything but exactly one request whose numbers are in their kind's ranges.
 */
export function decodeRequest(message: Uint8Array): DealerRequest {
  const reader = new ByteReader(message);
  const code = reader.u8();
  const number = reader.u32();
  const fields = [reader.u32(), reader.u32(), reader.u32(), reader.u32()] as const;
  reader.end();
  const kind = correlationCodes.get(code);
  if (kind === undefined && code !== doneCode) {
    throw new MalformedMessage(`expected a request kind from 0 to ${correlationCodes.size}, got ${code}`);
  }
  const record = kind && kindRecord(kind);
  checkFields(fields, record?.ranges ?? []);
  return record === undefined ? { number } : { number, wanted: record.fromFields(fields) };
}

function checkFields(
  fields: RequestFields,
  ranges: readonly { readonly least: number; readonly most?: number }[],
): void {
  for (const [i, field] of fields.entries()) {
    const { least, most } = ranges[i] ?? { least: 0, most: 0 };
    if (field >= least && field <= (most ?? field)) continue;
    const expected = most === undefined ? `at least ${least}` : `${least} to ${most}`;
    throw new MalformedMessage(`expected ${expected} in field ${i} of a request, got ${field}`);
  }
}
