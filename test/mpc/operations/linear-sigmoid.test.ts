import { describe, expect, it } from "vitest";
import {
  linearSigmoid,
  linearSigmoidAt,
  linearSigmoidError,
  linearSigmoidSlope,
  roughSignBits,
} from "../../../dist/mpc/index.js";
import { schemes } from "../computation.js";

const sweep = Float64Array.from({ length: 2401 }, (_, i) => (i - 1200) / 100);

describe("linearSigmoidAt", () => {
  it("is within its stated error of the logistic function everywhere, odd about 1/2 and monotone", () => {
    let largest = 0;
    let before = 0;
    for (let x = -40; x <= 40; x += 1 / 512) {
      const value = linearSigmoidAt(x);
      largest = Math.max(largest, Math.abs(value - 1 / (1 + Math.exp(-x))));
      expect(value + linearSigmoidAt(-x)).toBe(1);
      expect(value).toBeGreaterThanOrEqual(before);
      if (x > -40) expect(value - before).toBeLessThanOrEqual(linearSigmoidSlope / 512 + 1e-15);
      before = value;
    }
    expect(largest).toBeLessThan(linearSigmoidError);
    expect(largest).toBeGreaterThan(0.99 * 0.0166);
  });
});

describe.each(schemes)("with $name,", (scheme) => {
  it("linearSigmoid is linearSigmoidAt, but for 0.0012 just above a knot", async () => {
    const results = await scheme.compute(async ({ engine, own }) => {
      const x = await own(0, sweep, { rows: sweep.length, bound: 4000, fractionalBits: 16 });
      return [...(await engine.reveal(await linearSigmoid(engine, x)))];
    });
    for (const [i, value] of (results[0] ?? []).entries()) {
      const x = Math.round((sweep[i] ?? 0) * 2 ** 16) / 2 ** 16;
      const nearKnot = [-27 / 8, -25 / 16, 25 / 16, 27 / 8].some((knot) => x >= knot && x < knot + 2 ** -7);
      expect(Math.abs(value - linearSigmoidAt(x))).toBeLessThan(nearKnot ? 0.0012 : 1e-9);
    }
  });

  it("roughSignBits is the sign of all values that are negative or large enough", async () => {
    const values = BigInt64Array.of(-(2n ** 30n), -1n, -257n, -2n, 512n, 513n, 2n ** 30n, 1n, 511n, 0n);
    const results = await scheme.compute(async ({ engine, own }) => {
      const x = await own(0, values, { rows: values.length, bound: 2 ** 30, fractionalBits: 0 });
      return [...(await engine.revealBits(await roughSignBits(engine, x, 8)))];
    });
    expect(results[0]?.slice(0, 7)).toEqual([1, 1, 1, 1, 0, 0, 0]);
  });

  it("roughSignBits refuses to ignore more bits than there are", async () => {
    const run = scheme.compute(async ({ engine, own }) => {
      const x = await own(0, BigInt64Array.of(1n), { rows: 1, bound: 7, fractionalBits: 0 });
      return roughSignBits(engine, x, 3);
    });
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
