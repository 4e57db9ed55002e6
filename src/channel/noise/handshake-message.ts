/**
 * Messages of a handshake on a transport.
 *
 *   initiator                                   responder
 *     FIRST   1 | preamble | Noise message 1  ->
 *                                             <-  NOISE  2 | Noise message 2
 *   [ NOISE   2 | Noise message 3             -> ]                   XX only
 *     READY   3 | sealed nothing              ->
 *                                             <-  READY  3 | sealed nothing
 *   or, from the responder at any point:      <-  REFUSAL 0 | reason u8
 *
 * READY is the key confirmation: only now does the responder know that the first message was no replay, and the initiator
 * that it was admitted. A refusal is not authenticated; it lets an honest caller report a reason instead of a silence.
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { maxNoiseMessageBytes } from "./handshake-state.js";

const messageType = { refusal: 0, first: 1, noise: 2, ready: 3 } as const;
const maxPreambleBytes = 1024;

const refusalReasons = ["unauthenticated", "version", "pattern", "session", "duplicate", "over"] as const;

/** Why a responder turns a caller away. An unknown name and a wrong key are one reason, so that names can't be probed. */
export type RefusalReason = (typeof refusalReasons)[number];

/** A decoded handshake message. */
export type HandshakeMessage =
  | { readonly kind: "refusal"; readonly reason: RefusalReason }
  | { readonly kind: "first"; readonly preamble: Uint8Array; readonly noise: Uint8Array }
  | { readonly kind: "noise"; readonly noise: Uint8Array }
  | { readonly kind: "ready"; readonly sealed: Uint8Array };

/** The bytes of a handshake message. */
export function encodeHandshakeMessage(message: HandshakeMessage): Uint8Array {
  const writer = new ByteWriter().u8(messageType[message.kind]);
  switch (message.kind) {
    case "refusal":
      return writer.u8(refusalReasons.indexOf(message.reason)).finish();
    case "first":
      return writer.bytes(message.preamble).bytes(message.noise).finish();
    case "noise":
      return writer.bytes(message.noise).finish();
    case "ready":
      return writer.bytes(message.sealed).finish();
  }
}

/** @throws MalformedMessage for anything but exactly one handshake message. */
export function decodeHandshakeMessage(bytes: Uint8Array): HandshakeMessage {
  const reader = new ByteReader(bytes);
  const message = decodeBody(reader, reader.u8());
  reader.end();
  return message;
}

function decodeBody(reader: ByteReader, type: number): HandshakeMessage {
  switch (type) {
    case messageType.refusal: {
      const reason = refusalReasons[reader.u8()];
      if (reason === undefined) throw new MalformedMessage("expected a reason from 0 to 5");
      return { kind: "refusal", reason };
    }
    case messageType.first:
      return {
        kind: "first",
        preamble: reader.bytes(maxPreambleBytes),
        noise: reader.bytes(maxNoiseMessageBytes),
      };
    case messageType.noise:
      return { kind: "noise", noise: reader.bytes(maxNoiseMessageBytes) };
    case messageType.ready:
      return { kind: "ready", sealed: reader.bytes(maxNoiseMessageBytes) };
    default:
      throw new MalformedMessage(`expected a handshake message type from 0 to 3, got ${type}`);
  }
}
