/**
 * Frames of a link. Every frame starts with its type (1 byte) and its number in this direction (4 bytes); integers are
 * little-endian.
 *
 *   LANE    id u32, label text      the sender opens a lane and names it
 *   DATA    id u32, last u8, rest   a piece of a message in a lane; `last` is 1 on a message's last piece
 *   WINDOW  id u32, bytes u32       the receiver of a lane took so much out of it
 *   PING                            sign of life
 *   WORK                            sign of life of a party that is busy with the run: waits for it have no time limit
 *   ABORT   code text, name text    the sender stopped the run, because of the named party if there is a name
 *   BYE                             the sender has sent all it will
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { giveBackMemory } from "../../bytes/memory.js";

const frameType = { lane: 1, data: 2, window: 3, ping: 4, abort: 5, bye: 6, work: 7 } as const;

/** Bytes before the piece of a message in a DATA frame. */
export const dataHeaderBytes = 10;

/** Longest name of a lane in UTF-8 bytes. */
export const maxLaneLabelBytes = 512;

const maxAbortCodeBytes = 64;
const maxNameBytes = 256;

/** A decoded frame. */
export type Frame = { readonly sequence: number } & (
  | { readonly kind: "lane"; readonly lane: number; readonly label: string }
  | { readonly kind: "data"; readonly lane: number; readonly last: boolean; readonly piece: Uint8Array }
  | { readonly kind: "window"; readonly lane: number; readonly bytes: number }
  | { readonly kind: "ping" }
  | { readonly kind: "work" }
  | { readonly kind: "abort"; readonly code: string; readonly accused: string }
  | { readonly kind: "bye" }
);

/** Opens a lane under a name. */
export function encodeLane(sequence: number, lane: number, label: string): Uint8Array {
  return new ByteWriter().u8(frameType.lane).u32(sequence).u32(lane).text(label).finish();
}

/** One piece of a message; copied. */
export function encodeData(sequence: number, lane: number, last: boolean, piece: Uint8Array): Uint8Array {
  const frame = new Uint8Array(dataHeaderBytes + piece.length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, frameType.data);
  view.setUint32(1, sequence, true);
  view.setUint32(5, lane, true);
  view.setUint8(9, last ? 1 : 0);
  frame.set(piece, dataHeaderBytes);
  return frame;
}

/** Gives back the memory of the DATA frame that a piece is a view of, unless the frame shares it. */
export function giveBackFrameOf(piece: Uint8Array): void {
  const start = piece.byteOffset - dataHeaderBytes;
  if (start === 0) giveBackMemory(new Uint8Array(piece.buffer, start, dataHeaderBytes + piece.length));
}

/** Gives room back in a lane. */
export function encodeWindow(sequence: number, lane: number, bytes: number): Uint8Array {
  return new ByteWriter().u8(frameType.window).u32(sequence).u32(lane).u32(bytes).finish();
}

/** A sign of life. */
export function encodePing(sequence: number): Uint8Array {
  return new ByteWriter().u8(frameType.ping).u32(sequence).finish();
}

/** A sign of life of a party that is busy with the run. */
export function encodeWork(sequence: number): Uint8Array {
  return new ByteWriter().u8(frameType.work).u32(sequence).finish();
}

/** Stops the run, with an error code and the name of the party that is to blame, if one is. */
export function encodeAbort(sequence: number, code: string, accused = ""): Uint8Array {
  return new ByteWriter().u8(frameType.abort).u32(sequence).text(code).text(accused).finish();
}

/** Nothing more will come. */
export function encodeBye(sequence: number): Uint8Array {
  return new ByteWriter().u8(frameType.bye).u32(sequence).finish();
}

/**
 * The frame in a transport message. The piece of a DATA frame is a view of it.
 *
 * @throws MalformedMessage for anything but exactly one well-formed frame.
 */
export function decodeFrame(message: Uint8Array): Frame {
  const reader = new ByteReader(message);
  const type = reader.u8();
  const sequence = reader.u32();
  switch (type) {
    case frameType.data: {
      const lane = reader.u32();
      const last = reader.u8();
      if (last > 1) throw new MalformedMessage("expected 0 or 1 as the last-piece mark");
      return { kind: "data", sequence, lane, last: last === 1, piece: message.subarray(dataHeaderBytes) };
    }
    case frameType.lane: {
      const frame: Frame = {
        kind: "lane",
        sequence,
        lane: reader.u32(),
        label: reader.text(maxLaneLabelBytes),
      };
      reader.end();
      return frame;
    }
    case frameType.window: {
      const frame: Frame = { kind: "window", sequence, lane: reader.u32(), bytes: reader.u32() };
      if (frame.bytes === 0) throw new MalformedMessage("expected a grant of at least 1 byte");
      reader.end();
      return frame;
    }
    case frameType.abort: {
      const code = reader.text(maxAbortCodeBytes);
      const frame: Frame = { kind: "abort", sequence, code, accused: reader.text(maxNameBytes) };
      reader.end();
      return frame;
    }
    case frameType.ping:
      reader.end();
      return { kind: "ping", sequence };
    case frameType.work:
      reader.end();
      return { kind: "work", sequence };
    case frameType.bye:
      reader.end();
      return { kind: "bye", sequence };
    default:
      throw new MalformedMessage(`expected a frame type from 1 to 7, got ${type}`);
  }
}
