/**
 * The compiled kernel of intersections by OKVS (sources in `assembly/`) as a typed object. Its memory grows with what is
 * allocated and is free when the kernel is dropped.
 *
 * **Security.** Trees, streams, the matrix and Delta: no branch and no memory address depends on a secret. The code's
 * tables, the band matrix and the lists of tags are read at addresses that depend on items (hashed under the run's key):
 * whoever shares the processor's caches may learn of them. The engine's compiler promises nothing.
 */

import { kernelInstance } from "../instance.js";
import { okvsModule } from "./module.generated.js";
import type { OkvsKernel, OkvsOperations } from "./operations.js";

/** The functions of the module, as WebAssembly sees them. */
interface Exports extends OkvsOperations {
  readonly memory: WebAssembly.Memory;
  heap(): number;
}

const pageBytes = 65_536;

/** A fresh instance, or undefined where it can't run, see {@link kernelInstance}. */
export function instantiateOkvs(): OkvsKernel | undefined {
  const instance = kernelInstance(okvsModule);
  if (instance === undefined) return undefined;
  const exports = instance.exports as unknown as Exports; // the module is ours; the kernel's tests call each one
  const memory = exports.memory;
  let view = new Uint8Array(memory.buffer);
  return allocating(exports, exports.heap(), (end) => {
    const missing = Math.ceil((end - memory.buffer.byteLength) / pageBytes);
    if (missing > 0) memory.grow(missing);
    if (view.buffer !== memory.buffer) view = new Uint8Array(memory.buffer);
    return view;
  });
}

/**
 * A kernel whose areas lie one after the other.
 *
 * @param memoryTo - The whole memory, grown to end at `end` or later.
 */
export function allocating(
  run: OkvsOperations,
  heap: number,
  memoryTo: (end: number) => Uint8Array<ArrayBuffer>,
): OkvsKernel {
  let top = heap;
  return {
    run,
    allocate: (byteLength) => {
      const at = top;
      top = at + Math.ceil(byteLength / 64) * 64;
      // Operations read whole blocks of what they get, a little beyond its end too.
      memoryTo(top + 2048);
      return at;
    },
    mark: () => top,
    release: (mark) => {
      top = mark;
    },
    memory: () => memoryTo(0),
  };
}
