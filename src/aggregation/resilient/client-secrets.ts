/** What a client agrees on with each neighbour: keys of the boxes, and masks. */

import { wipe } from "../../bytes/wipe.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedMessage } from "../../bytes/codec.js";
import { concatBytes } from "../../bytes/encoding.js";
import { elementBytes, firstInvalidElement, invalidElementRow, multiply } from "../../group/index.js";
import { deriveKey } from "../../random/hkdf.js";
import { seedBytes } from "../../random/prg.js";
import { KeystreamSum, type RingWords } from "../../ring/keystream-sum.js";
import type { ClientRecord, ClientView } from "./client-record.js";
import { readAdvert } from "./messages.js";
import type { ResilientPlan } from "./plan.js";
import { pairMaskSeed, selfMaskSeed, shareBoxKey } from "./seeds.js";

/**
 * The keys of boxes to or from all present neighbours, by their indices.
 *
 * @throws MalformedMessage for a key that is no group element.
 */
export function boxKeysOf(
  record: ClientRecord,
  { adverts }: ClientView,
  plan: ResilientPlan,
  direction: "to" | "from",
): Map<number, Uint8Array> {
  const { index, sumId, boxSecret, advert } = record;
  const own = { client: index, publicKey: readAdvert(advert, plan).boxKey };
  const publicKeys = [...adverts.values()].map((bytes) => readAdvert(bytes, plan).boxKey);
  const agreed = agree(publicKeys, boxSecret);
  const keys = new Map<number, Uint8Array>();
  for (const [i, client] of [...adverts.keys()].entries()) {
    const peer = { client, publicKey: publicKeys[i] ?? new Uint8Array(0) };
    const secret = agreed.subarray(elementBytes * i, elementBytes * (i + 1));
    const [from, to] = direction === "to" ? [own, peer] : [peer, own];
    keys.set(client, shareBoxKey(secret, sumId, from, to));
  }
  agreed.fill(0);
  return keys;
}

/**
 * Checks what {@link masksOf} will need, before anything is sent that rests on it.
 *
 * @throws MalformedMessage for a key that is no group element.
 */
export function checkMaskKeys({ adverts }: ClientView, plan: ResilientPlan): void {
  const keys = [...adverts.values()].map((bytes) => readAdvert(bytes, plan).maskKey);
  if (firstInvalidElement(concatBytes(...keys)) >= 0) throw notAnElement();
}

/** The self mask, and one with each neighbour that dealt: the lower index adds it, the higher one takes it off. */
export function masksOf(record: ClientRecord, view: ClientView, plan: ResilientPlan): KeystreamSum {
  const { index, sumId, selfScalar, maskSecret, joined, advert } = record;
  const partners = [...view.adverts].filter(([client]) => joined?.has(client) === true);
  const keys = partners.map(([, bytes]) => readAdvert(bytes, plan).maskKey);
  const agreed = agree(keys, maskSecret);
  const own = { client: index, publicKey: readAdvert(advert, plan).maskKey };
  const seeds = new Uint8Array(seedBytes * (partners.length + 1));
  const subtract = new Uint8Array(partners.length + 1);
  seeds.set(selfMaskSeed(selfScalar, sumId, index));
  for (const [i, [client]] of partners.entries()) {
    const secret = agreed.subarray(elementBytes * i, elementBytes * (i + 1));
    const peer = { client, publicKey: keys[i] ?? new Uint8Array(0) };
    seeds.set(pairMaskSeed(secret, sumId, [own, peer]), seedBytes * (i + 1));
    subtract[i + 1] = index > client ? 1 : 0;
  }
  const masks = new KeystreamSum(seeds, subtract);
  wipe(seeds);
  agreed.fill(0);
  return masks;
}

/** What tells two vectors of a client apart, and nothing about either to who has not its state. */
export function inputDigestOf({ selfScalar }: ClientRecord, words: RingWords): Uint8Array {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const label = "veilshare/aggregation/resilient/input-digest";
  return deriveKey({ secret: selfScalar, label, context: sha256(bytes) });
}

function agree(publicKeys: readonly Uint8Array[], secret: Uint8Array): Uint8Array {
  try {
    return multiply(concatBytes(...publicKeys), secret);
  } catch (thrown) {
    if (invalidElementRow(thrown) === undefined) throw thrown;
    throw notAnElement();
  }
}

function notAnElement(): MalformedMessage {
  return new MalformedMessage("a public key that is no group element, or the identity");
}
