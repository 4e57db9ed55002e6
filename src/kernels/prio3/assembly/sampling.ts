/** Uniform elements from the sponge: the next output, values of the order or more left out. */

import { at, copy, isCanonical } from "./element";
import { squeeze } from "./turboshake";

/** Two blocks of the sponge: a whole number of elements of either size. */
const BUFFER: usize = memory.data(336, 16);
const BUFFER_BYTES: usize = 336;

/** Fills a vector. Called once after the input was finished: output that is left over is lost. */
export function sample<T>(out: usize, length: usize): void {
  let filled: usize = 0;
  while (filled < length) {
    squeeze(BUFFER, BUFFER_BYTES);
    for (let i: usize = 0; i < BUFFER_BYTES / sizeof<T>() && filled < length; i++) {
      const candidate = at<T>(BUFFER, i);
      if (!isCanonical<T>(candidate)) continue;
      copy<T>(at<T>(out, filled), candidate);
      filled++;
    }
  }
  memory.fill(BUFFER, 0, BUFFER_BYTES);
}
