/**
 * The kernel's operations in plain TypeScript: the readable reference that the compiled kernel is tested against, and what
 * runs where the platform has no WebAssembly with SIMD.
 */

import { allocating } from "./kernel.js";
import type { OkvsKernel } from "./operations.js";
import { bandOperations } from "./reference-band.js";
import { hashOperations } from "./reference-hash.js";
import { matrixOperations } from "./reference-matrix.js";
import { tagOperations } from "./reference-tags.js";

/** A fresh reference kernel. */
export function referenceOkvs(): OkvsKernel {
  let bytes = new Uint8Array(1 << 20);
  const memory = (): Uint8Array<ArrayBuffer> => bytes;
  const run = {
    ...hashOperations(memory),
    ...matrixOperations(memory),
    ...bandOperations(memory),
    ...tagOperations(memory),
  };
  return allocating(run, 64, (end) => {
    if (end > bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * bytes.length));
      larger.set(bytes);
      bytes = larger;
    }
    return bytes;
  });
}
