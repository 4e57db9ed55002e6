/**
 * What is said in the clear before the first Noise message, and becomes the prologue of the handshake: whoever changes a
 * byte of it on the way makes the handshake fail.
 *
 *   magic "veilshare" | version u16 | pattern u8 (1 KK, 2 XX) | session label text | initiator text | responder text
 *     | resumption u8: 0 none, 1 offered, 2 asked for, then handle (16 bytes) | attempt u32
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { equalBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { isPartyName } from "../names.js";

const magic = utf8ToBytes("veilshare");

/** Version of preamble and handshake messages. */
export const handshakeVersion = 2;

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
  readonly resumption: "none" | "offered" | ResumeRequest;
}

/** Which connection is to be gone on with. */
export interface ResumeRequest {
  /** 16 public bytes that name a connection to its two ends. */
  readonly handle: Uint8Array;
  /** Counts the reconnects; only ever grows. */
  readonly attempt: number;
}

/** Length of a handle. */
export const handleBytes = 16;

const resumptionCodes = { none: 0, offered: 1, asked: 2 } as const;

/** The bytes of a preamble. */
export function encodePreamble(preamble: Preamble): Uint8Array {
  const writer = new ByteWriter()
    .fixed(magic)
    .u16(preamble.version)
    .u8(patternCodes[preamble.pattern])
    .text(preamble.sessionLabel)
    .text(preamble.initiator)
    .text(preamble.responder);
  const { resumption } = preamble;
  if (typeof resumption === "string") return writer.u8(resumptionCodes[resumption]).finish();
  return writer.u8(resumptionCodes.asked).fixed(resumption.handle).u32(resumption.attempt).finish();
}

/**
 * One of another version is read up to the version, which is then all that counts.
 *
 * @throws MalformedMessage for anything but exactly one preamble.
 */
export function decodePreamble(bytes: Uint8Array): Preamble {
  const reader = new ByteReader(bytes);
  if (!equalBytes(reader.fixed(magic.length), magic))
    throw new MalformedMessage("expected a veilshare party");
  const version = reader.u16();
  if (version !== handshakeVersion) {
    const [initiator, responder] = ["", ""];
    return { version, pattern: "KK", sessionLabel: "", initiator, responder, resumption: "none" };
  }
  const code = reader.u8();
  const pattern = code === patternCodes.KK ? "KK" : "XX";
  if (code !== patternCodes[pattern]) throw new MalformedMessage(`expected pattern 1 or 2, got ${code}`);
  const sessionLabel = reader.text(maxLabelBytes);
  const initiator = reader.text(maxNameBytes);
  const responder = reader.text(maxNameBytes);
  const resumption = readResumption(reader);
  reader.end();
  if (!isPartyName(initiator) || !isPartyName(responder)) {
    throw new MalformedMessage("expected two party names");
  }
  return { version, pattern, sessionLabel, initiator, responder, resumption };
}

function readResumption(reader: ByteReader): Preamble["resumption"] {
  const code = reader.u8();
  if (code === resumptionCodes.none) return "none";
  if (code === resumptionCodes.offered) return "offered";
  if (code !== resumptionCodes.asked) throw new MalformedMessage(`expected resumption 0 to 2, got ${code}`);
  return { handle: reader.fixed(handleBytes), attempt: reader.u32() };
}
