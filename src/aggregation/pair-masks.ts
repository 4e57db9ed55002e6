/**
 * The masks of a secure sum. Every two parties share a secret that nobody else has (X25519 between fresh keys) and
 * expand it to one stream of words over Z_2^64; the party with the lower index adds the stream to its vector, the
 * other one subtracts it. Over all parties the masks cancel.
 *
 * **Source.** Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine Learning" (CCS 2017),
 * section 4.0.1, without the part that survives dropouts; X25519 is RFC 7748, section 6.1.
 */

import { wipe } from "../bytes/wipe.js";
import { openX25519Key } from "#group/x25519";
import { ByteWriter } from "../bytes/codec.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { x25519Bytes, type X25519Key } from "../group/x25519.js";
import { Prg } from "../random/prg.js";
import { randomBytes, type RandomSource } from "../random/csprng.js";
import { addInPlace, subtractInPlace } from "../ring/vector.js";

/** Length of an X25519 public key. */
export const publicKeyBytes: number = x25519Bytes;

const maskLabel = "veilshare/aggregation/pair-mask";

/** One party's X25519 key pair for one secure sum. */
export class MaskKey {
  static {
    printAsRedacted(this);
  }

  readonly #key: X25519Key;
  readonly publicKey: Uint8Array;

  constructor(random: RandomSource = randomBytes) {
    const secretKey = random(x25519Bytes);
    this.#key = openX25519Key(secretKey);
    wipe(secretKey);
    this.publicKey = this.#key.publicKey;
  }

  /**
   * The stream of words that this party and another one share.
   *
   * The seed is bound to the session, to the two places and to both public keys, so that no two sums, pairs or keys
   * ever share a mask.
   *
   * @returns `undefined` when the other key is of small order: the secret would be zero whatever ours is
   *   (RFC 7748, section 6.1, asks to check).
   */
  maskWith(peer: MaskPeer): Prg | undefined {
    const sharedSecret = this.#key.agree(peer.publicKey);
    if (sharedSecret === undefined) return undefined;
    const ownFirst = peer.ownIndex < peer.index;
    const context = new ByteWriter()
      .bytes(peer.sessionId)
      .u32(Math.min(peer.ownIndex, peer.index))
      .u32(Math.max(peer.ownIndex, peer.index))
      .fixed(ownFirst ? this.publicKey : peer.publicKey)
      .fixed(ownFirst ? peer.publicKey : this.publicKey)
      .finish();
    const mask = Prg.derive(sharedSecret, maskLabel, context);
    wipe(sharedSecret);
    return mask;
  }
}

/** Whom a mask is shared with, and in which session. */
export interface MaskPeer {
  readonly sessionId: Uint8Array;
  readonly ownIndex: number;
  readonly index: number;
  readonly publicKey: Uint8Array;
}

/** All masks of one party, by index of the party they are shared with; none at the own place. */
export type PairMasks = readonly (Prg | undefined)[];

/** Adds or subtracts the next words of a mask, by the order of the two parties. */
export function applyMask(words: BigUint64Array, ownIndex: number, peerIndex: number, mask: Prg): void {
  const stream = mask.words(words.length);
  if (ownIndex < peerIndex) addInPlace(words, stream);
  else subtractInPlace(words, stream);
}
