/** The arithmetic that {@link minimalPsi} needs, by three packages. */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
} from "node:crypto";
import { createGroup, randomScalar } from "veilshare/group";
import type { BenchContext } from "../context.js";
import type { BlindingParty } from "./minimal-psi.js";

/** @noble/curves through this package's own reference, with this package's hash to the group. */
export function nobleParty(): BlindingParty {
  const group = createGroup({ backend: "reference" });
  const scalar = randomScalar();
  return {
    hashAndMultiply: (items) => {
      const encoded = items.map((item) => new TextEncoder().encode(item));
      const offsets = new Uint32Array(items.length + 1);
      for (const [i, bytes] of encoded.entries()) offsets[i + 1] = (offsets[i] ?? 0) + bytes.length;
      const bytes = new Uint8Array(Buffer.concat(encoded));
      return rowsOf(group.hashAndMultiply({ bytes, offsets }, "veilshare/bench", scalar));
    },
    multiply: (elements) => rowsOf(group.multiply(new Uint8Array(Buffer.concat(elements)), scalar)),
  };
}

interface Sodium {
  readonly ready: Promise<void>;
  crypto_hash_sha512(message: string): Uint8Array;
  crypto_core_ristretto255_from_hash(hash: Uint8Array): Uint8Array;
  crypto_core_ristretto255_scalar_random(): Uint8Array;
  crypto_scalarmult_ristretto255(scalar: Uint8Array, element: Uint8Array): Uint8Array;
}

/** libsodium in WebAssembly; one SHA-512 an item, where RFC 9380 takes two. */
export async function loadSodiumParty(context: Pick<BenchContext, "rival">): Promise<() => BlindingParty> {
  const loaded = (await context.rival("libsodium-wrappers-sumo")) as { readonly default: Sodium };
  const sodium = loaded.default;
  await sodium.ready;
  return () => {
    const scalar = sodium.crypto_core_ristretto255_scalar_random();
    const times = (element: Uint8Array): Uint8Array => sodium.crypto_scalarmult_ristretto255(scalar, element);
    return {
      hashAndMultiply: (items) =>
        items.map((item) =>
          times(sodium.crypto_core_ristretto255_from_hash(sodium.crypto_hash_sha512(item))),
        ),
      multiply: (elements) => elements.map(times),
    };
  };
}

/** The bytes before a raw key in X25519's DER forms (RFC 8410). */
const publicKeyHead = Buffer.from("302a300506032b656e032100", "hex");

/**
 * X25519 of OpenSSL through node:crypto, on x-coordinates of Curve25519 and its twist: an item's hash is taken for an
 * x-coordinate. That treats a point and its negative alike and mixes two curves; it is here for its speed.
 */
export function x25519Party(): BlindingParty {
  const own = generateKeyPairSync("x25519").privateKey.export({ format: "der", type: "pkcs8" });
  const privateKey = createPrivateKey({ key: own, format: "der", type: "pkcs8" });
  const times = (x: Uint8Array): Uint8Array => {
    const key = Buffer.concat([publicKeyHead, x]);
    return diffieHellman({ privateKey, publicKey: createPublicKey({ key, format: "der", type: "spki" }) });
  };
  return {
    hashAndMultiply: (items) => items.map((item) => times(createHash("sha256").update(item).digest())),
    multiply: (elements) => elements.map(times),
  };
}

function rowsOf(flat: Uint8Array): Uint8Array[] {
  return Array.from({ length: flat.length / 32 }, (_, i) => flat.slice(32 * i, 32 * i + 32));
}
