/**
 * Every key and seed of a resilient sum, each derived by HKDF under a label of its own and bound to the sum: the scalars
 * are what is shared, never the seeds.
 */

import { concatBytes } from "../../bytes/encoding.js";
import { ByteWriter } from "../../bytes/codec.js";
import { deriveKey } from "../../random/hkdf.js";

/** Bytes of the public number of a sum. */
export const sumIdBytes = 32;

/** Bytes of what a client says about its self mask beforehand. */
export const commitmentBytes = 32;

const prefix = "veilshare/aggregation/resilient/";

/** One end of a Diffie-Hellman agreement. */
export interface Endpoint {
  readonly client: number;
  readonly publicKey: Uint8Array;
}

/** The seed of the mask that a client puts on its vector besides those it shares with others. */
export function selfMaskSeed(scalar: Uint8Array, sumId: Uint8Array, client: number): Uint8Array {
  const context = new ByteWriter().fixed(sumId).u32(client).finish();
  return deriveKey({ secret: scalar, label: `${prefix}self-mask`, context });
}

/**
 * What pins a client to the scalar of its self mask before anyone sees a share of it, so that shares which put another
 * scalar together are noticed. It hides the scalar as HKDF's outputs under different labels say nothing of each other.
 */
export function selfMaskCommitment(scalar: Uint8Array, sumId: Uint8Array, client: number): Uint8Array {
  const context = new ByteWriter().fixed(sumId).u32(client).finish();
  return deriveKey({ secret: scalar, label: `${prefix}self-mask-commitment`, context });
}

/**
 * The seed of the mask that two clients share, the same whichever comes first.
 *
 * @param agreed - What both get from their mask keys.
 */
export function pairMaskSeed(
  agreed: Uint8Array,
  sumId: Uint8Array,
  ends: readonly [Endpoint, Endpoint],
): Uint8Array {
  const [first, second] = ends[0].client < ends[1].client ? ends : [ends[1], ends[0]];
  return deriveKey({ secret: agreed, label: `${prefix}pair-mask`, context: contextOf(sumId, first, second) });
}

/**
 * The key that shares travel under, one for each direction.
 *
 * @param agreed - What both get from their box keys.
 */
export function shareBoxKey(agreed: Uint8Array, sumId: Uint8Array, from: Endpoint, to: Endpoint): Uint8Array {
  return deriveKey({ secret: agreed, label: `${prefix}share-box`, context: contextOf(sumId, from, to) });
}

function contextOf(sumId: Uint8Array, a: Endpoint, b: Endpoint): Uint8Array {
  const places = new ByteWriter().u32(a.client).u32(b.client).finish();
  return concatBytes(sumId, places, a.publicKey, b.publicKey);
}
