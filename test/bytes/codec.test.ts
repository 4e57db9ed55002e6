import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter, MalformedMessage } from "../../dist/bytes/codec.js";
import { expectError } from "../support/expect-error.js";

describe("ByteWriter and ByteReader", () => {
  it("return every message, and refuse it with any byte missing or one too many", () => {
    const message = fc.record({
      u8: fc.nat(255),
      u16: fc.nat(65_535),
      u32: fc.nat(2 ** 32 - 1),
      u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fixed: fc.uint8Array({ minLength: 5, maxLength: 5 }),
      bytes: fc.uint8Array({ maxLength: 600 }),
      text: fc.string({ unit: "binary", maxLength: 40 }),
    });
    const read = (bytes: Uint8Array): unknown => {
      const reader = new ByteReader(bytes);
      const fields = {
        u8: reader.u8(),
        u16: reader.u16(),
        u32: reader.u32(),
        u64: reader.u64(),
        fixed: reader.fixed(5),
        bytes: reader.bytes(600),
        text: reader.text(600),
      };
      reader.end();
      return fields;
    };
    fc.assert(
      fc.property(message, fc.nat(), (fields, at) => {
        const { u8, u16, u32, u64, fixed, bytes, text } = fields;
        const writer = new ByteWriter()
          .u8(u8)
          .u16(u16)
          .u32(u32)
          .u64(u64)
          .fixed(fixed)
          .bytes(bytes)
          .text(text);
        const encoded = writer.finish();
        expect(read(encoded)).toEqual(fields);
        expect(() => read(encoded.slice(0, at % encoded.length))).toThrow(MalformedMessage);
        expect(() => read(Uint8Array.of(...encoded, 0))).toThrow(MalformedMessage);
      }),
    );
  });

  it("writes integers little-endian", () => {
    const bytes = new ByteWriter().u16(0x0102).u32(0x03040506).u64(7n).finish();
    expect([...bytes]).toEqual([2, 1, 6, 5, 4, 3, 7, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("refuses integers that do not fit instead of wrapping them", () => {
    const writer = new ByteWriter();
    for (const bad of [-1, 256, 0.5, Number.NaN]) expectError(() => writer.u8(bad), "VALUE_OUT_OF_RANGE");
    for (const bad of [-1, 65_536, 1.5]) expectError(() => writer.u16(bad), "VALUE_OUT_OF_RANGE");
    for (const bad of [-1, 2 ** 32, Number.POSITIVE_INFINITY]) {
      expectError(() => writer.u32(bad), "VALUE_OUT_OF_RANGE");
    }
    for (const bad of [-1n, 2n ** 64n]) expectError(() => writer.u64(bad), "VALUE_OUT_OF_RANGE");
    expect(writer.finish()).toEqual(new Uint8Array(0));
  });

  it("refuses a length above the maximum before it allocates, and ill-formed UTF-8", () => {
    const huge = new ByteWriter().u32(2 ** 32 - 1).finish();
    expect(() => new ByteReader(huge).bytes(2 ** 32 - 1)).toThrow(MalformedMessage);
    expect(() => new ByteReader(new ByteWriter().bytes(new Uint8Array(9)).finish()).bytes(8)).toThrow(
      MalformedMessage,
    );
    for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) {
      const message = new ByteWriter().bytes(Uint8Array.from(bad)).finish();
      expect(() => new ByteReader(message).text(9)).toThrow(MalformedMessage);
    }
  });

  it("hands out copies, also of a Node Buffer, and reads views into larger memory", () => {
    const message = Buffer.from([9, 1, 2, 3, 9]).subarray(1, 4);
    const bytes = new ByteReader(message).fixed(3);
    message.fill(0);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
    const writer = new ByteWriter().u8(1);
    const first = writer.finish();
    writer.u8(2);
    first.fill(7);
    expect(writer.finish()).toEqual(Uint8Array.of(1, 2));
  });

  it("tells how much remains", () => {
    const reader = new ByteReader(new Uint8Array(5));
    reader.u16();
    expect(reader.remaining).toBe(3);
  });
});
