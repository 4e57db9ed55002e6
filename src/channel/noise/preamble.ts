/**
 * What is said in the clear before the first Noise message, and becomes the prologue of the handshake: whoever changes a
 * byte of it on the way makes the handshake fail.
 *
 *   magic "veilshare" | version u16 | pattern u8 (1 KK, 2 XX) | session label text | initiator text | responder text
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { equalBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { isPartyName } from "../names.js";

const magic = utf8ToBytes("veilshare");

/** Version of preamble and handshake messages. */
export const handshakeVersion = 1;

/** Longest session label in UTF-8 bytes. */
export const maxLabelBytes = 256;

const maxNameBytes = 256;
const patternCodes = { KK: 1, XX: 2 } as const;

/** The patterns that links between parties use. */
export type LinkPattern = keyof typeof patternCodes;

/** The cleartext head of a handshake. */
export interface Preamble {
  readonly version: number;
  readonly pattern: LinkPattern;
  readonly sessionLabel: string;
  readonly initiator: string;
  readonly responder: string;
}

/** The bytes of a preamble. */
export function encodePreamble(preamble: Preamble): Uint8Array {
  return new ByteWriter()
    .fixed(magic)
    .u16(preamble.version)
    .u8(patternCodes[preamble.pattern])
    .text(preamble.sessionLabel)
    .text(preamble.initiator)
    .text(preamble.responder)
    .finish();
}

/** @throws MalformedMessage for anything but exactly one preamble. */
export function decodePreamble(bytes: Uint8Array): Preamble {
  const reader = new ByteReader(bytes);
  if (!equalBytes(reader.fixed(magic.length), magic))
    throw new MalformedMessage("expected a veilshare party");
  const version = reader.u16();
  const code = reader.u8();
  const pattern = code === patternCodes.KK ? "KK" : "XX";
  if (code !== patternCodes[pattern]) throw new MalformedMessage(`expected pattern 1 or 2, got ${code}`);
  const sessionLabel = reader.text(maxLabelBytes);
  const initiator = reader.text(maxNameBytes);
  const responder = reader.text(maxNameBytes);
  reader.end();
  if (!isPartyName(initiator) || !isPartyName(responder)) {
    throw new MalformedMessage("expected two party names");
  }
  return { version, pattern, sessionLabel, initiator, responder };
}
