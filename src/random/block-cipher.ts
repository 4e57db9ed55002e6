/** What the two implementations of AES-128 on whole blocks have in common. */

/** AES-128 under one key, block by block (ECB): for constructions that need the bare permutation, never for messages. */
export interface BlockCipher {
  /** Writes the encryption of each 16-byte block of `source` over `target`, which has the same length and may be it. */
  encrypt(source: Uint8Array, target: Uint8Array): void;
}
