/** XofTurboShake128 on the compiled kernel: faster than @noble/hashes by the width of its lanes, 64 bits to 32. */

import type { Arena, Prio3Kernel } from "../kernels/prio3/kernel.js";
import { seedBytes, turboShakeDomain, xofPrefix, type Xof, type XofInput } from "./xof.js";

/** Bytes that are copied into the kernel at once. */
const pieceBytes = 16_384;

/** The implementation on a kernel. */
export function kernelXof(kernel: Prio3Kernel): Xof {
  return {
    deriveSeed: (input) =>
      kernel.use((arena) => {
        absorb(kernel, arena, input);
        const out = arena.reserve(seedBytes);
        kernel.squeeze(out, seedBytes);
        return arena.take(out, seedBytes);
      }),
    expandIntoVector: (field, length, input) =>
      kernel.use((arena) => {
        absorb(kernel, arena, input);
        const out = arena.reserve(length * field.elementBytes);
        const fieldKernel = field.name === "Field64" ? kernel.field64 : kernel.field128;
        fieldKernel.sample(out, length);
        return arena.take(out, length * field.elementBytes);
      }),
  };
}

function absorb(kernel: Prio3Kernel, arena: Arena, input: XofInput): void {
  kernel.startSponge();
  const piece = arena.reserve(pieceBytes);
  for (const part of [xofPrefix(input), ...input.binder]) {
    for (let start = 0; start < part.length; start += pieceBytes) {
      const bytes = part.subarray(start, start + pieceBytes);
      arena.write(piece, bytes);
      kernel.absorb(piece, bytes.length);
    }
  }
  kernel.finishInput(turboShakeDomain);
}
