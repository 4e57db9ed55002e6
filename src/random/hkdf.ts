/**
 * HKDF-SHA-256 (RFC 5869) with a purpose label: wherever one secret gives several keys, each has its own label, so
 * that no key is ever used for two purposes.
 */

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "../bytes/encoding.js";
import { checkOptions, type RulesOf } from "../checks/options.js";
import { bytes, integer, optional, text } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";

/** 255 hash lengths: RFC 5869, section 2.3. */
const maxKeyBytes = 8160;

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
  /** Default 32; 1 to 8160. */
  readonly byteLength?: number;
}

const deriveKeyRules: RulesOf<DeriveKeyOptions> = {
  secret: bytes(),
  label: text,
  context: optional(bytes()),
  salt: optional(bytes()),
  byteLength: optional(integer()),
};

/**
 * A key for one purpose. The HKDF `info` is the label's length in one byte, the label, then the context, so that no
 * two pairs of label and context meet.
 *
 * **Source.** RFC 5869.
 *
 * @throws VeilshareError INVALID_ARGUMENT when the secret is short, the label empty or longer than 255 bytes, or the
 * length out of range.
 */
export function deriveKey(options: DeriveKeyOptions): Uint8Array {
  checkOptions("deriveKey", options, deriveKeyRules);
  const label = utf8ToBytes(options.label);
  if (label.length === 0 || label.length > 255) {
    throw invalidArgument("deriveKey", "a label of 1 to 255 bytes", `${label.length} bytes`);
  }
  if (options.secret.length < 16) {
    throw invalidArgument("deriveKey", "a secret of at least 16 bytes", `${options.secret.length} bytes`);
  }
  const byteLength = options.byteLength ?? 32;
  if (!Number.isInteger(byteLength) || byteLength < 1 || byteLength > maxKeyBytes) {
    throw invalidArgument("deriveKey", `1 to ${maxKeyBytes} bytes`, String(byteLength));
  }
  const context = options.context ?? new Uint8Array(0);
  const info = new Uint8Array(1 + label.length + context.length);
  info[0] = label.length;
  info.set(label, 1);
  info.set(context, 1 + label.length);
  return hkdf(sha256, options.secret, options.salt, info, byteLength);
}
