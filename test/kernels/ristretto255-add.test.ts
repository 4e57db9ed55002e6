import { describe, expect, it } from "vitest";
import { concatBytes } from "../../dist/bytes/encoding.js";
import { createGroup, elementBytes, invalidElementRow, randomScalars } from "../../dist/group/index.js";
import { expectError } from "../support/expect-error.js";

const groups = [createGroup({ backend: "kernel" }), createGroup({ backend: "reference" })] as const;
const identity = new Uint8Array(elementBytes);

describe("sums and differences of elements, row by row", () => {
  it.each([0, 1, 3, 4, 5, 300])("are the same on kernel and reference, %i rows", (count) => {
    const [a, b] = [randomScalars(count), randomScalars(count)].map((scalars) =>
      groups[0].multiplyBase(scalars),
    );
    if (a === undefined || b === undefined) throw new Error("expected two batches");
    const [kernel, reference] = groups;
    expect(kernel.addEach(a, b)).toEqual(reference.addEach(a, b));
    expect(kernel.subtractEach(a, b)).toEqual(reference.subtractEach(a, b));
    expect(kernel.addEach(kernel.subtractEach(a, b), b)).toEqual(a);
  });

  it.each(groups)("know doubles, negatives and the identity ($backend)", (group) => {
    const one = Uint8Array.of(1, ...new Uint8Array(31));
    const two = Uint8Array.of(2, ...new Uint8Array(31));
    const base = group.multiplyBase(one);
    expect(group.addEach(base, base)).toEqual(group.multiplyBase(two));
    expect(group.subtractEach(base, base)).toEqual(identity);
    expect(group.addEach(identity, base)).toEqual(base);
    expect(group.addEach(base, identity)).toEqual(base);
    expect(group.addEach(group.subtractEach(identity, base), base)).toEqual(identity);
  });

  it.each(groups)("refuse what is no element, on either side, and other counts ($backend)", (group) => {
    const good = group.multiplyBase(randomScalars(6));
    const bad = concatBytes(good.subarray(0, 5 * elementBytes), new Uint8Array(elementBytes).fill(255));
    for (const [a, b] of [
      [bad, good],
      [good, bad],
    ] as const) {
      expect(invalidElementRow(expectError(() => group.addEach(a, b), "INVALID_ARGUMENT"))).toBe(5);
      expect(invalidElementRow(expectError(() => group.subtractEach(a, b), "INVALID_ARGUMENT"))).toBe(5);
    }
    expectError(() => group.addEach(good, good.subarray(32)), "INVALID_ARGUMENT");
    expectError(() => group.addEach(good.subarray(1), good.subarray(1)), "INVALID_ARGUMENT");
  });
});
