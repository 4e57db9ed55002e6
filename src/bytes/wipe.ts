/** Overwriting secrets that have served. */

/**
 * Overwrites arrays with zeros. What the engine copied while it moved or compiled things stays where it is; this is what
 * JavaScript can do.
 *
 * @param secrets - Arrays that nobody uses any more; what is undefined is left out.
 */
export function wipe(
  ...secrets: readonly (Uint8Array | Uint32Array | BigUint64Array | BigInt64Array | undefined)[]
): void {
  for (const secret of secrets) {
    if (secret instanceof BigUint64Array || secret instanceof BigInt64Array) secret.fill(0n);
    else secret?.fill(0);
  }
}
