/** How the randomness of a report is divided, in the order of the draft. */

import { keepBytes, type RandomSource } from "../random/csprng.js";
import { nonceBytes } from "./messages.js";
import { seedBytes } from "./xof.js";

/** The secrets of one helper's share. */
export interface HelperSeeds {
  readonly aggregatorId: number;
  readonly seed: Uint8Array;
  /** One where there is joint randomness, else none. */
  readonly blind: readonly Uint8Array[];
}

/** Seeds that lie end to end, as views. */
export function splitSeeds(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / seedBytes }, (_, i) =>
    bytes.subarray(i * seedBytes, (i + 1) * seedBytes),
  );
}

/** A share's seed for each helper, and a blind where there is joint randomness: the first seeds of a report. */
export function helperSeeds(
  seeds: readonly Uint8Array[],
  shares: number,
  hasJointRand: boolean,
): HelperSeeds[] {
  const each = hasJointRand ? 2 : 1;
  return Array.from({ length: shares - 1 }, (_, helper) => {
    // There are `each` seeds a helper, says the length of the randomness.
    const [seed, ...blind] = seeds.slice(each * helper, each * (helper + 1)) as [Uint8Array, ...Uint8Array[]];
    return { aggregatorId: helper + 1, seed, blind };
  });
}

/** A fresh nonce. */
export function drawnNonce(random: RandomSource): Uint8Array {
  return keepBytes(random, nonceBytes);
}
