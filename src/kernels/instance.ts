/** A compiled kernel as an instance of its own. */

import { hostIsLittleEndian } from "../bytes/encoding.js";

/**
 * A fresh instance of an embedded module, or undefined where it can't run: no WebAssembly with SIMD, a content security
 * policy that forbids compiling it (`script-src 'wasm-unsafe-eval'` allows it), or a big-endian host, whose typed arrays
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
  } catch {
    return undefined;
  }
}
