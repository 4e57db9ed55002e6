/**
 * The first message between any two parties of a session.
 *
 *   wire version u16 | own index u16 | 32 random bytes | window u64 | largest message u64 | number of names u16 | names
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../bytes/codec.js";
import type { SessionLimits } from "./limits.js";

/** Version of the frames and the greeting. */
export const wireVersion = 2;

/** Length of a party's contribution to the session id. */
export const nonceBytes = 32;

const maxHelloBytes = 65_536;
const maxNameBytes = 256;

/** What a party says of itself. */
export interface Hello {
  readonly version: number;
  readonly index: number;
  readonly nonce: Uint8Array;
  /** What it lets others have in one lane that it has not taken. */
  readonly windowBytes: number;
  /** Largest message it takes. */
  readonly maxMessageBytes: number;
  readonly names: readonly string[];
}

/** The greeting of one party. */
export function encodeHello(
  own: { readonly index: number; readonly names: readonly string[]; readonly limits: SessionLimits },
  nonce: Uint8Array,
): Uint8Array {
  const writer = new ByteWriter()
    .u16(wireVersion)
    .u16(own.index)
    .fixed(nonce)
    .u64(BigInt(own.limits.windowBytes))
    .u64(BigInt(own.limits.maxMessageBytes))
    .u16(own.names.length);
  for (const name of own.names) writer.text(name);
  return writer.finish();
}

/**
 * What a greeting says. One of another version is read up to the version, which is then all that counts.
 *
 * @throws MalformedMessage
 */
export function decodeHello(message: Uint8Array): Hello {
  if (message.length > maxHelloBytes) throw new MalformedMessage(`expected at most ${maxHelloBytes} bytes`);
  const reader = new ByteReader(message);
  const version = reader.u16();
  if (version !== wireVersion) {
    return { version, index: 0, nonce: new Uint8Array(0), windowBytes: 1, maxMessageBytes: 1, names: [] };
  }
  const index = reader.u16();
  const nonce = reader.fixed(nonceBytes);
  const windowBytes = size(reader);
  const maxMessageBytes = size(reader);
  const names = Array.from({ length: reader.u16() }, () => reader.text(maxNameBytes));
  reader.end();
  return { version, index, nonce, windowBytes, maxMessageBytes, names };
}

function size(reader: ByteReader): number {
  const value = reader.u64();
  if (value < 1n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new MalformedMessage("expected a size from 1 to 2^53-1");
  }
  return Number(value);
}
