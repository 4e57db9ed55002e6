import { describe, expect, it } from "vitest";
import {
  columnsOf,
  effectiveReceiverItems,
  effectiveSenderItems,
  partitionCap,
  planOkvs,
} from "../../../dist/psi/okvs/parameters.js";

/** ln of a binomial coefficient, by Stirling's series with correction terms: good to 10^-9 here. */
function logGamma(x: number): number {
  if (x < 20) return logGamma(x + 1) - Math.log(x);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}

/** log2 of the probability that one of `partitions` of `items` has more than `cap`: a union bound of exact tails. */
function overflowBits(items: number, partitions: number, cap: number): number {
  const p = 1 / partitions;
  let sum = 0;
  let top = -Infinity;
  for (let load = cap + 1; load <= Math.min(items, cap + 4000); load++) {
    const log =
      logGamma(items + 1) -
      logGamma(load + 1) -
      logGamma(items - load + 1) +
      load * Math.log(p) +
      (items - load) * Math.log1p(-p);
    if (top === -Infinity) top = log;
    sum += Math.exp(log - top);
  }
  return (top + Math.log(sum * partitions)) / Math.LN2;
}

describe("the plan of an intersection by OKVS", () => {
  it.each([
    [2 ** 16, 1, 65_536],
    [2 ** 20, 16, 67_569],
    [10 ** 7, 153, 67_478],
    [10 ** 9, 15_259, 67_784],
  ])("gives %i items of the receiver %i partitions of %i", (items, partitions, cap) => {
    const plan = planOkvs(items, items);
    expect([plan.partitions, plan.receiverCap, plan.senderCap]).toEqual([partitions, cap, cap]);
  });

  it.each([
    [2 ** 17, 2],
    [2 ** 20, 16],
    [10 ** 7, 153],
    [1000, 16],
    [50, 15_259],
    [10 ** 9, 15_259],
  ])("lets %i items in %i partitions overflow with a probability of at most 2^-41", (items, partitions) => {
    const cap = partitionCap(items, partitions, 41);
    expect(overflowBits(items, partitions, cap)).toBeLessThan(-41);
    // And with little more room than that takes.
    if (items > 1000 * partitions) {
      expect(overflowBits(items, partitions, Math.floor(cap * 0.985))).toBeGreaterThan(-41);
    }
  });

  it("takes the number of partitions from the receiver's list alone, and each cap from its own list", () => {
    const plan = planOkvs(1000, 10 ** 7);
    expect([plan.partitions, plan.receiverCap, plan.senderCap]).toEqual([1, 1000, 10 ** 7]);
    const other = planOkvs(10 ** 7, 1000);
    expect([other.partitions, other.receiverCap]).toEqual([153, 67_478]);
    expect(other.senderCap).toBeLessThan(100);
  });

  it("has rows in multiples of 128 with room for bands, masks and 15 % more columns than records", () => {
    for (const items of [1, 2, 100, 50_000, 98_303, 98_304, 10 ** 6, 10 ** 7]) {
      const plan = planOkvs(items, items);
      expect(plan.rows % 128).toBe(0);
      expect(columnsOf(plan) - plan.bandBits).toBeGreaterThanOrEqual(1.15 * plan.receiverCap);
    }
  });

  it("widens the band above 2^26 items", () => {
    expect(planOkvs(2 ** 26, 10).bandBits).toBe(160);
    expect(planOkvs(2 ** 26 + 1, 10).bandBits).toBe(176);
  });

  it.each([
    [2 ** 20, 1.82],
    [10 ** 7, 1.76],
    [10 ** 9, 1.64],
    [50_000, 1.87],
    [10_000, 1.95],
    [1000, 2.3],
    [100, 5.7],
    [1, 347],
  ])("grants a receiver that cheats with %i items %d times as many", (items, factor) => {
    const effective = effectiveReceiverItems(planOkvs(items, items)) / items;
    expect(Math.abs(effective / factor - 1)).toBeLessThan(0.02);
  });

  it("grants a sender that cheats all slots of all partitions", () => {
    expect(effectiveSenderItems(planOkvs(2 ** 20, 2 ** 20))).toBe(16 * 67_569);
    expect(effectiveSenderItems(planOkvs(10, 12))).toBe(12);
  });
});
