import { expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  decrypt,
  encrypt,
  generatePaillierKey,
  multiplyPlain,
  PrecomputedRandomisers,
  rerandomise,
  sealedSum,
} from "../../dist/he/index.js";
import { testKey } from "./test-key.js";

const key = testKey;
const { publicKey } = key;
const sealed = await encrypt(key, [1n], { maxAbs: 1n });
const randomisers = new PrecomputedRandomisers(publicKey);
const atSealedSum = (options: unknown): Promise<unknown> =>
  simulate(2, (party) => sealedSum(party, new BigInt64Array(1), options as never));

/** Entries with an unknown option, a wrong kind, and no plain object. */
const mistakes: readonly (readonly [string, () => unknown, string])[] = [
  ["generatePaillierKey", () => generatePaillierKey({ bit: 2048 } as never), "bit"],
  ["generatePaillierKey", () => generatePaillierKey({ bits: "2048" } as never), "bits"],
  ["generatePaillierKey", () => generatePaillierKey(2048 as never), "options"],
  ["encrypt", () => encrypt(publicKey, [1n], { maxAbs: 1n, slots: 1 } as never), "slots"],
  ["encrypt", () => encrypt(publicKey, [1n], { maxAbs: 1 } as never), "maxAbs"],
  ["encrypt", () => encrypt(publicKey, [1n], { maxAbs: 1n, pool: null } as never), "pool"],
  ["decrypt", () => decrypt(key, sealed, { pools: 1 } as never), "pools"],
  ["decrypt", () => decrypt(key, sealed, { signal: 1 } as never), "signal"],
  ["multiplyPlain", () => multiplyPlain(sealed, 1n, 1n, { pools: 1 } as never), "pools"],
  ["multiplyPlain", () => multiplyPlain(sealed, 1n, 1 as never), "maxFactor"],
  ["rerandomise", () => rerandomise(publicKey, sealed, { rng: 1 } as never), "rng"],
  ["rerandomise", () => rerandomise(publicKey, sealed, { random: 1 } as never), "random"],
  ["PrecomputedRandomisers.add", () => randomisers.add(0, { rng: 1 } as never), "rng"],
  ["PrecomputedRandomisers.take", () => randomisers.take(0, { onProgress: 1 } as never), "onProgress"],
  ["sealedSum", () => atSealedSum({ maxAbs: 1n, holders: 1 }), "holders"],
  ["sealedSum", () => atSealedSum({ maxAbs: 1n, holder: NaN }), "holder"],
  ["sealedSum", () => atSealedSum({ maxAbs: 1n, work: { pools: 1 } }), "work.pools"],
  ["sealedSum", () => atSealedSum({ maxAbs: 1n, key: {} }), "key"],
];

it.each(mistakes)("%s refuses a mistake of case %# by name", async (caller, call, field) => {
  const error = await Promise.resolve()
    .then(call)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field });
  expect((error as Error).message.startsWith(`${caller}: `)).toBe(true);
});
