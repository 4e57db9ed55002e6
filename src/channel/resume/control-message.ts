/**
 * What the two ends of a resumable connection say to each other besides the frames of the link. The first byte of a frame is
 * below 128, that of these above:
 *
 *   ACK     128 | frames got u64         so many frames of yours are here
 *   END     129                          a frame, numbered like one: nothing more will come
 *   RESUME  130 | frames got u64         first on a new connection: go on after these
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";

const types = { ack: 128, end: 129, resume: 130 } as const;

/** A decoded message of this layer. */
export type ControlMessage =
  { readonly kind: "ack" | "resume"; readonly got: number } | { readonly kind: "end" };

/** True for a message of this layer, false for a frame of the link. */
export function isControl(message: Uint8Array): boolean {
  return (message[0] ?? 0) >= types.ack;
}

/** So many frames have come. */
export function encodeAck(got: number): Uint8Array {
  return new ByteWriter().u8(types.ack).u64(BigInt(got)).finish();
}

/** Nothing more will come. */
export function encodeEnd(): Uint8Array {
  return Uint8Array.of(types.end);
}

/** Go on after so many frames. */
export function encodeResume(got: number): Uint8Array {
  return new ByteWriter().u8(types.resume).u64(BigInt(got)).finish();
}

/** @throws MalformedMessage for anything but exactly one message of this layer. */
export function decodeControl(message: Uint8Array): ControlMessage {
  const reader = new ByteReader(message);
  const type = reader.u8();
  if (type === types.end) {
    reader.end();
    return { kind: "end" };
  }
  if (type !== types.ack && type !== types.resume) {
    throw new MalformedMessage(`expected a message from 128 to 130, got ${type}`);
  }
  const got = reader.u64();
  reader.end();
  if (got > BigInt(Number.MAX_SAFE_INTEGER)) throw new MalformedMessage("expected a count below 2^53");
  return { kind: type === types.ack ? "ack" : "resume", got: Number(got) };
}
