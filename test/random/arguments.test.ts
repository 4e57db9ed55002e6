import { expect, it } from "vitest";
import {
  bernoulliExp,
  deriveKey,
  discreteGaussian,
  discreteLaplace,
  randomPermutation,
  rational,
} from "../../dist/random/index.js";

const secret = new Uint8Array(32);
const half = rational(1n, 2n);

/** Entries with an unknown option, a wrong kind, and no plain object. */
const mistakes: readonly (readonly [string, () => unknown, string])[] = [
  ["deriveKey", () => deriveKey({ secret, label: "a", bytelength: 16 } as never), "bytelength"],
  ["deriveKey", () => deriveKey({ secret: "secret", label: "a" } as never), "secret"],
  ["deriveKey", () => deriveKey({ secret, label: "a", byteLength: NaN }), "byteLength"],
  ["deriveKey", () => deriveKey({ secret, label: "a", salt: null } as never), "salt"],
  ["deriveKey", () => deriveKey([] as never), "options"],
  ["discreteGaussian", () => discreteGaussian({ variance: half, length: 1, rng: 1 } as never), "rng"],
  ["discreteGaussian", () => discreteGaussian({ variance: 0.5, length: 1 } as never), "variance"],
  ["discreteGaussian", () => discreteGaussian({ variance: half, length: NaN }), "length"],
  ["discreteLaplace", () => discreteLaplace({ scale: half, size: 1 } as never), "size"],
  [
    "discreteLaplace",
    () => discreteLaplace({ scale: { numerator: 1, denominator: 2n }, length: 1 } as never),
    "scale.numerator",
  ],
  ["discreteLaplace", () => discreteLaplace(null as never), "options"],
  ["bernoulliExp", () => bernoulliExp(0.5 as never), "exponent"],
  ["bernoulliExp", () => bernoulliExp(half, {} as never), "random"],
  ["randomPermutation", () => randomPermutation(3, {} as never), "prg"],
  ["rational", () => rational(1 as never), "numerator"],
  ["rational", () => rational(1n, 2 as never), "denominator"],
];

it.each(mistakes)("%s refuses a mistake of case %# by name", async (caller, call, field) => {
  const error = await Promise.resolve()
    .then(call)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field });
  expect((error as Error).message.startsWith(`${caller}: `)).toBe(true);
});
