/**
 * A normalizer that two parties can agree on: what it is called, which version of its rules and which tables it has, so
 * that keys which were brought into different forms are never compared without a word.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { canonicalJson, type JsonValue } from "../bytes/canonical-json.js";
import { bytesToHex, utf8ToBytes } from "../bytes/encoding.js";
import { invalidArgument } from "../errors.js";

/** What a normalizer is made of. */
export interface NormalizerParts {
  /** The same at everybody who uses the same rules, e.g. `veilshare/email`. */
  readonly name: string;
  /** 1 or more; another one when the rules give another form for any text. */
  readonly version: number;
  /** Everything that the form depends on besides the rules: options, tables, versions of data. */
  readonly tables?: JsonValue;
  /** The one form of a text; null for what is none of its kind. */
  readonly normalize: (text: string) => string | null;
}

/** What parties compare of a normalizer. */
export interface NormalizerIdentity extends Record<string, JsonValue> {
  readonly normalizer: string;
  readonly version: number;
  /** SHA-256 of the tables, hex. */
  readonly tables: string;
}

/**
 * A normalizer with a name, a version and the digest of its tables.
 *
 * @example
 * const customerNumbers = new Normalizer({
 *   name: "acme/customer-number",
 *   version: 1,
 *   normalize: (text) => /^\d{1,8}$/.test(text.trim()) ? text.trim().padStart(8, "0") : null,
 * });
 */
export class Normalizer {
  readonly #normalize: (text: string) => string | null;
  readonly #identity: NormalizerIdentity;

  /** @throws VeilshareError INVALID_ARGUMENT for a part that is not as it should be. */
  constructor({ name, version, tables = null, normalize }: NormalizerParts) {
    if (typeof name !== "string" || name === "") throw invalidArgument("Normalizer", "a name", typeof name);
    if (!Number.isSafeInteger(version) || version < 1) {
      throw invalidArgument("Normalizer", "a version of 1 or more", String(version));
    }
    if (typeof normalize !== "function") {
      throw invalidArgument("Normalizer", "normalize to be a function", typeof normalize);
    }
    const digest = sha256(utf8ToBytes(canonicalJson(tables)));
    this.#identity = Object.freeze({ normalizer: name, version, tables: bytesToHex(digest) });
    this.#normalize = normalize;
  }

  /** What parties compare. */
  get identity(): NormalizerIdentity {
    return this.#identity;
  }

  /**
   * The one form of a text; null for what is none of its kind.
   *
   * @throws VeilshareError INVALID_ARGUMENT when the function that it was made of gives something else.
   */
  normalize(text: string): string | null {
    const form: unknown = this.#normalize(text);
    if (form === null || typeof form === "string") return form;
    throw invalidArgument(`Normalizer ${this.#identity.normalizer}`, "a text or null", typeof form);
  }
}
