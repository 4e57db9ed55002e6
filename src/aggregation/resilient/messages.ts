/**
 * The messages of a resilient sum as bytes, and what clients sign. Sets of clients travel as one bit a client; lists go by
 * ascending index and hold no index, so that nothing can stand in another's place.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { concatBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { elementBytes, scalarBytes } from "../../group/index.js";
import { ClientSet, clientSetBytes } from "./client-set.js";
import type { ResilientPlan } from "./plan.js";
import { commitmentBytes } from "./seeds.js";
import { shareBoxBytes } from "./share-box.js";
import { signatureBytes } from "../../channel/identity/signing-key.js";

/** Bytes of the seed that orders the graph. */
export const graphSeedBytes = 32;

/** What a client says about itself first. */
export interface Advert {
  /** ristretto255 element: others seal shares for it. */
  readonly boxKey: Uint8Array;
  /** ristretto255 element: pairs agree on masks by it. */
  readonly maskKey: Uint8Array;
  /** Pins the scalar of the self mask. */
  readonly commitment: Uint8Array;
  /** Over all that, with an active server; empty otherwise. */
  readonly signature: Uint8Array;
}

/** Bytes of an advert. */
export function advertBytes(plan: ResilientPlan): number {
  return 2 * elementBytes + commitmentBytes + (plan.server === "active" ? signatureBytes : 0);
}

/** @throws MalformedMessage for another length. Elements and signature are not checked here. */
export function readAdvert(bytes: Uint8Array, plan: ResilientPlan): Advert {
  checkLength(bytes, advertBytes(plan));
  const reader = new ByteReader(bytes);
  return {
    boxKey: reader.fixed(elementBytes),
    maskKey: reader.fixed(elementBytes),
    commitment: reader.fixed(commitmentBytes),
    signature: reader.fixed(reader.remaining),
  };
}

/** What a client signs about its keys. */
export function advertStatement(sumId: Uint8Array, client: number, unsigned: Uint8Array): Uint8Array {
  const label = "veilshare/aggregation/resilient/advert v1";
  return new ByteWriter().text(label).fixed(sumId).u32(client).fixed(unsigned).finish();
}

/** The public seed of the graph: nobody knows it before the last advert is in. */
export function graphSeedOf(sumId: Uint8Array, adverts: ReadonlyMap<number, Uint8Array>): Uint8Array {
  return digestOf("veilshare/aggregation/resilient/graph-seed v1", sumId, adverts);
}

/** What all clients of a sum with an active server must have seen alike: the clients that are there and their keys. */
export function viewDigestOf(sumId: Uint8Array, adverts: ReadonlyMap<number, Uint8Array>): Uint8Array {
  return digestOf("veilshare/aggregation/resilient/view v1", sumId, adverts);
}

function digestOf(label: string, sumId: Uint8Array, adverts: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const hash = sha256.create().update(utf8ToBytes(label)).update(sumId);
  for (const client of [...adverts.keys()].sort((a, b) => a - b)) {
    hash.update(
      new ByteWriter()
        .u32(client)
        .bytes(adverts.get(client) ?? new Uint8Array(0))
        .finish(),
    );
  }
  return hash.digest();
}

/** What a client signs about who is in the total. */
export function survivorsStatement(viewDigest: Uint8Array, survivors: ClientSet): Uint8Array {
  const label = "veilshare/aggregation/resilient/survivors v1";
  return new ByteWriter()
    .text(label)
    .fixed(viewDigest)
    .u32(survivors.clients)
    .fixed(survivors.toBytes())
    .finish();
}

/** Who is there, the graph's seed, and the adverts of the receiver's neighbours among them. */
export function writeKeys(
  present: ClientSet,
  graphSeed: Uint8Array,
  adverts: readonly Uint8Array[],
): Uint8Array {
  return concatBytes(present.toBytes(), graphSeed, ...adverts);
}

/** The parts of {@link writeKeys}; `neighbours` says who the receiver's are, from what was read before. */
export function readKeys(
  bytes: Uint8Array,
  plan: ResilientPlan,
  neighbours: (present: ClientSet, graphSeed: Uint8Array) => readonly number[],
): {
  readonly present: ClientSet;
  readonly graphSeed: Uint8Array;
  readonly adverts: Map<number, Uint8Array>;
} {
  const reader = new ByteReader(bytes);
  const present = ClientSet.fromBytes(reader.fixed(clientSetBytes(plan.clients)), plan.clients);
  const graphSeed = reader.fixed(graphSeedBytes);
  const adverts = new Map<number, Uint8Array>();
  for (const neighbour of neighbours(present, graphSeed))
    adverts.set(neighbour, reader.fixed(advertBytes(plan)));
  reader.end();
  return { present, graphSeed, adverts };
}

/** A set, then one item of a fixed length for each of some of its members. */
export function writeSetAndItems(set: ClientSet, items: readonly Uint8Array[]): Uint8Array {
  return concatBytes(set.toBytes(), ...items);
}

/** The parts of {@link writeSetAndItems}; `owners` says whose items follow. */
export function readSetAndItems(
  bytes: Uint8Array,
  shape: { readonly clients: number; readonly itemBytes: number },
  owners: (set: ClientSet) => readonly number[],
): { readonly set: ClientSet; readonly items: Map<number, Uint8Array> } {
  const reader = new ByteReader(bytes);
  const set = ClientSet.fromBytes(reader.fixed(clientSetBytes(shape.clients)), shape.clients);
  const items = new Map<number, Uint8Array>();
  for (const owner of owners(set)) items.set(owner, reader.fixed(shape.itemBytes));
  reader.end();
  return { set, items };
}

/** Boxes of shares for neighbours, by the neighbours' ascending indices. */
export function readBoxes(bytes: Uint8Array, neighbours: readonly number[]): Map<number, Uint8Array> {
  checkLength(bytes, shareBoxBytes * neighbours.length);
  const reader = new ByteReader(bytes);
  return new Map(neighbours.map((neighbour) => [neighbour, reader.fixed(shareBoxBytes)]));
}

/** What an answer holds for one client: nothing, a share of its self mask, or one of its mask key; never two of them. */
export const answerKinds = ["none", "self-mask", "mask-key"] as const;

/** One of {@link answerKinds}. */
export type AnswerKind = (typeof answerKinds)[number];

/** A share that is handed to the server. */
export interface Answer {
  readonly kind: AnswerKind;
  readonly share: Uint8Array;
}

const answerBytes = 1 + scalarBytes;

/** One answer for each client that the sender holds shares of, ascending. */
export function writeAnswers(answers: readonly Answer[]): Uint8Array {
  const bytes = new Uint8Array(answerBytes * answers.length);
  for (const [i, { kind, share }] of answers.entries()) {
    bytes[answerBytes * i] = answerKinds.indexOf(kind);
    bytes.set(share, answerBytes * i + 1);
  }
  return bytes;
}

/** @throws MalformedMessage for another length or an unknown kind. Shares are not checked here. */
export function readAnswers(bytes: Uint8Array, count: number): Answer[] {
  checkLength(bytes, answerBytes * count);
  const reader = new ByteReader(bytes);
  return Array.from({ length: count }, () => {
    const kind = answerKinds[reader.u8()];
    if (kind === undefined) throw new MalformedMessage("expected a kind of share, got another byte");
    return { kind, share: reader.fixed(scalarBytes) };
  });
}

/** @throws MalformedMessage for another length. */
export function checkLength(bytes: Uint8Array, byteLength: number): void {
  if (bytes.length !== byteLength) {
    throw new MalformedMessage(`expected ${byteLength} bytes, got ${bytes.length}`);
  }
}
