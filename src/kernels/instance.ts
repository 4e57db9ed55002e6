/** A compiled kernel as an instance of its own. */

import { hostIsLittleEndian } from "../bytes/encoding.js";
import { warnOnce } from "../warnings/warn.js";

/**
 * A fresh instance of an embedded module, or undefined where it can't run: no WebAssembly with SIMD, a content security
 * policy that forbids compiling it (`script-src 'wasm-unsafe-eval'` allows it; both are warned of once), or a big-endian host, whose typed arrays
 * would read and write the kernel's memory, which is little-endian everywhere, in the wrong order.
 *
 * @param module - The module, base64.
 */
export function kernelInstance(
  module: string,
  isLittleEndian: boolean = hostIsLittleEndian,
): WebAssembly.Instance | undefined {
  if (!isLittleEndian) return undefined;
  try {
    const binary = Uint8Array.from(atob(module), (character) => character.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(binary), {});
  } catch (thrown) {
    warnOnce("VEILSHARE_KERNELS", slowly(thrown));
    return undefined;
  }
}

function slowly(thrown: unknown): string {
  const why = thrown instanceof Error ? thrown.name : "an error";
  return (
    `WebAssembly with SIMD cannot be used here (${why}), so computations take several times as long; a content security ` +
    "policy allows it by script-src 'wasm-unsafe-eval'"
  );
}
