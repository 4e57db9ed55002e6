/**
 * The two shares that a client sends to a neighbour, sealed so that the server, which carries them, can't read them:
 * ChaCha20-Poly1305 (RFC 8439) under a key that is used once.
 */

import { open, sealInto } from "#channel/aead";
import { ByteWriter } from "../../bytes/codec.js";
import { tagBytes } from "../../channel/noise/aead.js";
import { scalarBytes } from "../../group/scalars.js";
import { isScalar } from "./scalar-shares.js";

/** Two scalars and a tag. */
export const shareBoxBytes: number = 2 * scalarBytes + tagBytes;

/** Where a box goes. */
export interface BoxRoute {
  readonly sumId: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** 32 bytes, for this box alone. */
  readonly key: Uint8Array;
}

/** A neighbour's shares. Secret. */
export interface SharePair {
  /** Of the scalar behind the self mask. */
  readonly selfMask: Uint8Array;
  /** Of the secret mask key. */
  readonly maskKey: Uint8Array;
}

/** Never repeated: each key seals one box. */
const nonce = new Uint8Array(12);

function associatedData({ sumId, from, to }: BoxRoute): Uint8Array {
  return new ByteWriter()
    .text("veilshare/aggregation/resilient/shares")
    .fixed(sumId)
    .u32(from)
    .u32(to)
    .finish();
}

/** Writes the sealed shares over `target`, 80 bytes. */
export function sealShares(target: Uint8Array, shares: SharePair, route: BoxRoute): void {
  const plaintext = new Uint8Array(2 * scalarBytes);
  plaintext.set(shares.selfMask);
  plaintext.set(shares.maskKey, scalarBytes);
  sealInto(target, plaintext, { key: route.key, nonce, associatedData: associatedData(route) });
  plaintext.fill(0);
}

/** The shares in a box; undefined if it was not sealed by that client for this one, or holds no scalars. */
export function openShares(box: Uint8Array, route: BoxRoute): SharePair | undefined {
  const plaintext = open(box, { key: route.key, nonce, associatedData: associatedData(route) });
  if (plaintext === undefined) return undefined;
  const selfMask = plaintext.slice(0, scalarBytes);
  const maskKey = plaintext.slice(scalarBytes);
  return isScalar(selfMask) && isScalar(maskKey) ? { selfMask, maskKey } : undefined;
}
