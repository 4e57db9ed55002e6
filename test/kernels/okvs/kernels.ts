import { instantiateOkvs } from "../../../dist/kernels/okvs/kernel.js";
import type { OkvsKernel } from "../../../dist/kernels/okvs/operations.js";
import { referenceOkvs } from "../../../dist/kernels/okvs/reference-kernel.js";

/** The compiled kernel, which this platform must be able to run. */
export function compiledOkvs(): OkvsKernel {
  const kernel = instantiateOkvs();
  if (kernel === undefined) throw new Error("this platform cannot run the kernel");
  return kernel;
}

/** Puts bytes into a kernel's memory. */
export function place(kernel: OkvsKernel, bytes: Uint8Array, room = bytes.length): number {
  const at = kernel.allocate(Math.max(room, bytes.length));
  kernel.memory().set(bytes, at);
  return at;
}

/** Room of zeros. */
export function zeros(kernel: OkvsKernel, byteLength: number): number {
  return place(kernel, new Uint8Array(byteLength));
}

/** A copy of what is in a kernel's memory. */
export function taken(kernel: OkvsKernel, at: number, byteLength: number): Uint8Array {
  return kernel.memory().slice(at, at + byteLength);
}

/** What the same steps give on the compiled kernel and on the reference. */
export function onBoth(steps: (kernel: OkvsKernel) => Uint8Array): readonly [Uint8Array, Uint8Array] {
  return [steps(compiledOkvs()), steps(referenceOkvs())];
}
