/** Inputs of parties that do not compute: they deal replicated shares to the three that do. */

import { randomWords } from "../../random/csprng.js";
import { subtract } from "../../ring/vector.js";
import type { Share } from "../share.js";

/**
 * Replicated shares of a vector over Z_2^64, one for each of the three computing parties in their order: of three components
 * that sum to the vector, party k gets those numbered k and k + 1 modulo 3.
 *
 * **Security.** What one of the three gets is uniformly random; any two together have the vector.
 */
export function shareReplicated(words: BigUint64Array): readonly [Share, Share, Share] {
  const [first, second] = [randomWords(words.length), randomWords(words.length)];
  const third = subtract(subtract(words, first), second);
  return [
    [first, second],
    [second, third],
    [third, first],
  ];
}
