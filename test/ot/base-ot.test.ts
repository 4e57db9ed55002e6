import { describe, expect, it } from "vitest";
import { invalidElementRow } from "../../dist/group/index.js";
import { BaseOtReceiver, sendBaseOt } from "../../dist/ot/base-ot.js";
import { Prg } from "../../dist/random/index.js";
import { chiSquare } from "../support/chi-square.js";
import { expectError } from "../support/expect-error.js";
import { expectRedacted } from "../support/expect-redacted.js";

const name = new Uint8Array(32).fill(3);

function seeded(seed: number): (byteLength: number) => Uint8Array {
  const prg = new Prg(new Uint8Array(32).fill(seed));
  return (byteLength) => prg.bytes(byteLength);
}

/** Choices that are neither all alike nor regular. */
function someChoices(count: number): Uint8Array {
  return seeded(9)(count).map((byte) => byte & 1);
}

const row = (bytes: Uint8Array, i: number): Uint8Array => bytes.subarray(32 * i, 32 * i + 32);

describe("base oblivious transfer", () => {
  it("gives the receiver the chosen key of each instance, and not the other", () => {
    const count = 40;
    const choices = someChoices(count);
    const receiver = new BaseOtReceiver({ count, name }, choices);
    const { keys, message } = sendBaseOt({ count, name }, receiver.message);
    const got = receiver.keys(message);
    const seen = new Set<string>();
    for (let i = 0; i < count; i++) {
      const choice = choices[i] ?? 0;
      expect(row(got, i)).toEqual(row(keys, 2 * i + choice));
      expect(row(got, i)).not.toEqual(row(keys, 2 * i + 1 - choice));
      seen
        .add(Buffer.from(row(keys, 2 * i)).toString("hex"))
        .add(Buffer.from(row(keys, 2 * i + 1)).toString("hex"));
    }
    expect(seen.size).toBe(2 * count);
    expectRedacted(receiver);
  });

  it("replays from the same randomness, and gives other keys under another name", () => {
    const choices = someChoices(4);
    const run = (batchName: Uint8Array): string => {
      const receiver = new BaseOtReceiver({ count: 4, name: batchName, random: seeded(1) }, choices);
      const sender = sendBaseOt({ count: 4, name: batchName, random: seeded(2) }, receiver.message);
      expect(row(receiver.keys(sender.message), 3)).toEqual(row(sender.keys, 6 + (choices[3] ?? 0)));
      return Buffer.from(sender.keys).toString("hex");
    };
    expect(run(name)).toBe(run(name));
    expect(run(name)).not.toBe(run(new Uint8Array(32).fill(4)));
  });

  it("gives no common key when the ends have different names", () => {
    const receiver = new BaseOtReceiver({ count: 1, name }, Uint8Array.of(0));
    const { keys, message } = sendBaseOt({ count: 1, name: new Uint8Array(32) }, receiver.message);
    expect(receiver.keys(message)).not.toEqual(row(keys, 0));
  });

  it("has a sender's key that is bound to both elements of the instance", () => {
    const receiver = new BaseOtReceiver({ count: 2, name, random: seeded(1) }, Uint8Array.of(0, 0));
    const { keys } = sendBaseOt({ count: 2, name, random: seeded(2) }, receiver.message);
    const other = receiver.message.slice();
    other.set(row(receiver.message, 3), 32); // the element of instance 0 that is not chosen
    const changed = sendBaseOt({ count: 2, name, random: seeded(2) }, other);
    expect(row(changed.keys, 0)).not.toEqual(row(keys, 0));
    expect(row(changed.keys, 2)).toEqual(row(keys, 2));
  });

  it.each([
    ["the identity", new Uint8Array(32)],
    ["an encoding that is not canonical", new Uint8Array(32).fill(255)],
    ["an encoding of no element", Uint8Array.of(2, ...new Uint8Array(31))],
  ])("refuses %s, at both ends, and names the row", (_, bad) => {
    const count = 3;
    const receiver = new BaseOtReceiver({ count, name }, someChoices(count));
    const message = receiver.message.slice();
    message.set(bad, 32 * 4);
    expect(
      invalidElementRow(expectError(() => sendBaseOt({ count, name }, message), "INVALID_ARGUMENT")),
    ).toBe(4);
    const answer = sendBaseOt({ count, name }, receiver.message).message.slice();
    answer.set(bad, 32 * 2);
    expect(invalidElementRow(expectError(() => receiver.keys(answer), "INVALID_ARGUMENT"))).toBe(2);
  });

  it("sends elements whose bytes are uniform whatever the choice (false alarms below 10^-8)", () => {
    for (const choice of [0, 1]) {
      const count = 256;
      const { message } = new BaseOtReceiver({ count, name }, new Uint8Array(count).fill(choice));
      for (const place of [0, 1]) {
        const counts = new Uint32Array(16);
        for (let i = 0; i < count; i++) {
          // Not the first and last bytes: an encoding is even and below 2^255.
          for (const byte of row(message, 2 * i + place).subarray(1, 31))
            counts[byte >> 4] = (counts[byte >> 4] ?? 0) + 1;
        }
        expect(chiSquare(counts).exceeds).toBe(false);
      }
    }
  });
});
