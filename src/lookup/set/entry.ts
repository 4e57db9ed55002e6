/**
 * One entry of a published set. The OPRF output of a key gives, through HKDF-SHA-256, where its entry stands and what
 * opens it:
 *
 *   tag (16 bytes) || key (32 bytes) = HKDF(F(key), "veilshare/lookup/entry", public key || epoch || label length)
 *   entry = tag || nonce (12) || ChaCha20-Poly1305(key, nonce, tag; content (`labels.ts`) || zeros)
 *
 * Every label is padded to the same length. The nonce is fresh for every sealing: the same key's label may change
 * within an epoch, and two labels under one nonce would show their difference to whoever kept both versions.
 *
 * Source: RFC 9497 (the output), RFC 5869 (HKDF), RFC 8439 (the cipher).
 */

import { wipe } from "../../bytes/wipe.js";
import { open, sealInto } from "#channel/aead";
import { ByteWriter } from "../../bytes/codec.js";
import { concatBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { deriveKey } from "../../random/hkdf.js";
import { labelLengthBytes, labelsOf } from "./labels.js";

/** Bytes of an index tag: of n entries, one meets the tag of a key that is not there with a probability of n / 2^128. */
export const tagBytes = 16;

/** Longest label that a set may have. */
export const maxLabelBytes = 4096;

const keyBytes = 32;
/** Bytes of a nonce. */
export const nonceBytes = 12;
const sealBytes = 16;

/** What an entry belongs to: its tag and key are of no use elsewhere. */
export interface EntryScope {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Number of the server's key. */
  readonly epoch: number;
  /** Length to which labels are padded. */
  readonly labelBytes: number;
}

/** Length of an entry whose label is padded to `labelBytes`. */
export function entryByteLength(labelBytes: number): number {
  return tagBytes + nonceBytes + labelLengthBytes + labelBytes + sealBytes;
}

/** Where a key's entry stands and what opens it. Prints as redacted: whoever has it can read the label. */
export class EntryKey {
  static {
    printAsRedacted(this);
  }

  readonly #tag: Uint8Array;
  readonly #key: Uint8Array;
  readonly #labelBytes: number;

  /** @param output - F(key), 64 bytes. */
  constructor(output: Uint8Array, { publicKey, epoch, labelBytes }: EntryScope) {
    const context = new ByteWriter().fixed(publicKey).u32(epoch).u16(labelBytes).finish();
    const byteLength = tagBytes + keyBytes;
    const derived = deriveKey({ secret: output, label: "veilshare/lookup/entry", context, byteLength });
    this.#tag = derived.slice(0, tagBytes);
    this.#key = derived.slice(tagBytes);
    this.#labelBytes = labelBytes;
    derived.fill(0);
  }

  get tag(): Uint8Array {
    return this.#tag.slice();
  }

  /**
   * The whole entry for a key's labels.
   *
   * @param content - As `contentOf` makes it, of at most `labelBytes` bytes after the first two.
   * @param nonce - 12 bytes, never used before.
   */
  seal(content: Uint8Array, nonce: Uint8Array): Uint8Array {
    const plaintext = new Uint8Array(labelLengthBytes + this.#labelBytes);
    plaintext.set(content);
    const sealed = new Uint8Array(plaintext.length + sealBytes);
    sealInto(sealed, plaintext, { key: this.#key, nonce, associatedData: this.#tag });
    plaintext.fill(0);
    return concatBytes(this.#tag, nonce, sealed);
  }

  /** The labels of an entry that stands at this key's tag; undefined when it was not sealed for it. */
  open(entry: Uint8Array): readonly Uint8Array[] | undefined {
    const nonce = entry.subarray(tagBytes, tagBytes + nonceBytes);
    const sealed = entry.subarray(tagBytes + nonceBytes);
    const plaintext = open(sealed, { key: this.#key, nonce, associatedData: this.#tag });
    return plaintext === undefined ? undefined : labelsOf(plaintext);
  }

  /** Overwrites the key. */
  wipe(): void {
    wipe(this.#key);
  }
}
