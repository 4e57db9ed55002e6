import { expect, it } from "vitest";
import { additive, shamir } from "../../dist/sharing/index.js";

const words = new BigUint64Array(2);
const deal = { secret: [1n], threshold: 2, shares: 3 };

/** Entries with an unknown option, a wrong kind, and no plain object. */
const mistakes: readonly (readonly [string, () => unknown, string])[] = [
  ["additive.split", () => additive.split(words, 2, { rng: 1 } as never), "rng"],
  ["additive.split", () => additive.split(words, 2, { random: 1 } as never), "random"],
  ["additive.split", () => additive.split(words, 2, null as never), "options"],
  ["additive.split", () => additive.split([1n] as never, 2), "secret"],
  ["shamir.split", () => shamir.split({ ...deal, treshold: 2 } as never), "treshold"],
  ["shamir.split", () => shamir.split({ ...deal, threshold: NaN }), "threshold"],
  ["shamir.split", () => shamir.split({ ...deal, secret: [1] } as never), "secret"],
  ["shamir.split", () => shamir.split({ ...deal, random: null } as never), "random"],
  ["shamir.split", () => shamir.split(undefined as never), "secret"],
  ["shamir.splitVerifiable", () => shamir.splitVerifiable({ ...deal, share: 3 } as never), "share"],
  ["shamir.splitVerifiable", () => shamir.splitVerifiable({ ...deal, shares: "3" } as never), "shares"],
  ["shamir.splitVerifiable", () => shamir.splitVerifiable({ ...deal, field: 1 } as never), "options"],
  ["shamir.splitVerifiable", () => shamir.splitVerifiable([] as never), "options"],
];

it.each(mistakes)("%s refuses a mistake of case %# by name", async (caller, call, field) => {
  const error = await Promise.resolve()
    .then(call)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field });
  expect((error as Error).message.startsWith(`${caller}: `)).toBe(true);
});
