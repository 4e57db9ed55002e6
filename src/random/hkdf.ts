/**
 * HKDF-SHA-256 (RFC 5869) with a purpose label: wherever one secret gives several keys, each has its own label, so
 * that no key is ever used for two purposes.
 */

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "../bytes/encoding.js";
import { invalidArgument } from "../errors.js";

/** What {@link deriveKey} needs. */
export interface DeriveKeyOptions {
  /** The secret input key material, at least 16 bytes. */
  readonly secret: Uint8Array;
  /** What the key is for, e.g. `veilshare/aggregation/mask`; never empty. */
  readonly label: string;
  /** Public context that makes the key one of its kind, e.g. a session id. */
  readonly context?: Uint8Array;
  /** RFC 5869 salt. Default: none, as the secrets here are uniform or Diffie-Hellman outputs. */
  readonly salt?: Uint8Array;
  /** Default 32, at most 8160 (255 hash lengths). */
  readonly byteLength?: number;
}

/**
 * A key for one purpose. The HKDF `info` is the label's length in one byte, the label, then the context, so that no
 * two pairs of label and context meet.
 *
 * **Source.** RFC 5869.
 *
 * @throws VeilshareError INVALID_ARGUMENT when the secret is short, the label empty or longer than 255 bytes.
 */
export function deriveKey(options: DeriveKeyOptions): Uint8Array {
  const label = utf8ToBytes(options.label);
  if (label.length === 0 || label.length > 255) {
    throw invalidArgument("deriveKey", "a label of 1 to 255 bytes", `${label.length} bytes`);
  }
  if (options.secret.length < 16) {
    throw invalidArgument("deriveKey", "a secret of at least 16 bytes", `${options.secret.length} bytes`);
  }
  const context = options.context ?? new Uint8Array(0);
  const info = new Uint8Array(1 + label.length + context.length);
  info[0] = label.length;
  info.set(label, 1);
  info.set(context, 1 + label.length);
  return hkdf(sha256, options.secret, options.salt, info, options.byteLength ?? 32);
}
