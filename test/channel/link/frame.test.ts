import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MalformedMessage } from "../../../dist/bytes/codec.js";
import * as frames from "../../../dist/channel/link/frame.js";

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

describe("frames", () => {
  it("come back as they were sent", () => {
    fc.assert(
      fc.property(
        u32,
        u32,
        fc.boolean(),
        fc.uint8Array({ maxLength: 300 }),
        (sequence, lane, last, piece) => {
          expect(frames.decodeFrame(frames.encodeData(sequence, lane, last, piece))).toEqual({
            kind: "data",
            sequence,
            lane,
            last,
            piece,
          });
        },
      ),
    );
    fc.assert(
      fc.property(u32, u32, fc.string({ unit: "binary", maxLength: 100 }), (sequence, lane, label) => {
        expect(frames.decodeFrame(frames.encodeLane(sequence, lane, label))).toEqual({
          kind: "lane",
          sequence,
          lane,
          label,
        });
      }),
    );
    expect(frames.decodeFrame(frames.encodeWindow(1, 2, 3))).toEqual({
      kind: "window",
      sequence: 1,
      lane: 2,
      bytes: 3,
    });
    expect(frames.decodeFrame(frames.encodePing(4))).toEqual({ kind: "ping", sequence: 4 });
    expect(frames.decodeFrame(frames.encodeWork(4))).toEqual({ kind: "work", sequence: 4 });
    expect(frames.decodeFrame(frames.encodeBye(5))).toEqual({ kind: "bye", sequence: 5 });
    expect(frames.decodeFrame(frames.encodeAbort(6, "ABORTED"))).toEqual({
      kind: "abort",
      accused: "",
      sequence: 6,
      code: "ABORTED",
    });
  });

  it("are refused when they are cut short anywhere, and when a byte is added where none may be", () => {
    const whole = [
      frames.encodeLane(1, 2, "label"),
      frames.encodeWindow(1, 2, 3),
      frames.encodePing(1),
      frames.encodeWork(1),
      frames.encodeBye(1),
      frames.encodeAbort(1, "ABORTED"),
    ];
    for (const frame of whole) {
      for (let length = 0; length < frame.length; length++) {
        expect(() => frames.decodeFrame(frame.subarray(0, length))).toThrow(MalformedMessage);
      }
      expect(() => frames.decodeFrame(Uint8Array.of(...frame, 0))).toThrow(MalformedMessage);
    }
    const data = frames.encodeData(1, 2, true, new Uint8Array(0));
    for (let length = 0; length < data.length; length++) {
      expect(() => frames.decodeFrame(data.subarray(0, length))).toThrow(MalformedMessage);
    }
  });

  it.each([
    ["type 0", Uint8Array.of(0, 0, 0, 0, 0)],
    ["type 8", Uint8Array.of(8, 0, 0, 0, 0)],
    ["a last-piece mark of 2", Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0, 2)],
    ["a grant of nothing", frames.encodeWindow(0, 0, 0)],
    ["a label of 513 bytes", frames.encodeLane(0, 0, "x".repeat(513))],
    [
      "a label that is not UTF-8",
      Uint8Array.of(...frames.encodeLane(0, 0, "").subarray(0, 9), 1, 0, 0, 0, 0xff),
    ],
    [
      "a length beyond the frame",
      Uint8Array.of(...frames.encodeLane(0, 0, "").subarray(0, 9), 0xff, 0, 0, 0),
    ],
    ["an abort code of 65 bytes", frames.encodeAbort(0, "x".repeat(65))],
  ])("are refused with %s", (_, frame) => {
    expect(() => frames.decodeFrame(frame)).toThrow(MalformedMessage);
  });

  it("of arbitrary bytes are frames or refused, never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          frames.decodeFrame(bytes);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(MalformedMessage);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
