/** All that a client of a resilient sum knows between two messages, and how it is stored. */

import { wipe } from "../../bytes/wipe.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { canonicalJson } from "../../bytes/canonical-json.js";
import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { equalBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { invalidArgument } from "../../errors.js";
import { scalarBytes } from "../../group/scalars.js";
import { ClientSet, clientSetBytes } from "./client-set.js";
import { advertBytes, graphSeedBytes } from "./messages.js";
import { agreedPlan, type ResilientPlan } from "./plan.js";
import { sumIdBytes } from "./seeds.js";
import type { SharePair } from "./share-box.js";

/**
 * How far a client is: it said its keys; dealt its shares; said whose boxes it could open; knows who is in; put its mask on; signed who is in
 * (active server only); gave its shares away. `failed` after a message that an honest server would not send.
 */
export const clientPhases = [
  "advertised",
  "dealt",
  "opened",
  "joined",
  "masked",
  "confirming",
  "answered",
  "failed",
] as const;

/** One of {@link clientPhases}. */
export type ClientPhase = (typeof clientPhases)[number];

/** What the server said with the keys. */
export interface ClientView {
  readonly present: ClientSet;
  readonly graphSeed: Uint8Array;
  /** Adverts of the present neighbours. */
  readonly adverts: ReadonlyMap<number, Uint8Array>;
}

/** Secret: scalars and shares. Later parts are there from the phase on that brings them. */
export interface ClientRecord {
  phase: ClientPhase;
  readonly index: number;
  readonly sumId: Uint8Array;
  readonly boxSecret: Uint8Array;
  readonly maskSecret: Uint8Array;
  readonly selfScalar: Uint8Array;
  /** The own advert as it was sent. */
  readonly advert: Uint8Array;
  view: ClientView | undefined;
  /** Shares of others' secrets by their owner, and of the own ones. */
  readonly held: Map<number, SharePair>;
  joined: ClientSet | undefined;
  /** Of the vector that was masked, so that no other is masked alike. */
  inputDigest: Uint8Array | undefined;
  survivors: ClientSet | undefined;
}

const format = "veilshare resilient client v2";

/** 32 bytes that differ for different plans. */
export function planDigest(plan: ResilientPlan): Uint8Array {
  return sha256(utf8ToBytes(canonicalJson(agreedPlan(plan))));
}

/** The record as bytes. Secret. */
export function writeClientRecord(record: ClientRecord, plan: ResilientPlan): Uint8Array {
  const writer = new ByteWriter().text(format).fixed(planDigest(plan));
  writer.u8(clientPhases.indexOf(record.phase)).u32(record.index).fixed(record.sumId);
  writer.fixed(record.boxSecret).fixed(record.maskSecret).fixed(record.selfScalar).fixed(record.advert);
  const optional = <T>(value: T | undefined, write: (value: T) => void): void => {
    writer.u8(value === undefined ? 0 : 1);
    if (value !== undefined) write(value);
  };
  optional(record.view, ({ present, graphSeed, adverts }) => {
    writer.fixed(present.toBytes()).fixed(graphSeed).u32(adverts.size);
    for (const [client, advert] of adverts) writer.u32(client).fixed(advert);
  });
  writer.u32(record.held.size);
  for (const [client, { selfMask, maskKey }] of record.held)
    writer.u32(client).fixed(selfMask).fixed(maskKey);
  optional(record.joined, (set) => writer.fixed(set.toBytes()));
  optional(record.inputDigest, (digest) => writer.fixed(digest));
  optional(record.survivors, (set) => writer.fixed(set.toBytes()));
  return writer.finish();
}

/**
 * The record of stored bytes.
 *
 * @throws VeilshareError INVALID_ARGUMENT for bytes that {@link writeClientRecord} did not write for this plan.
 */
export function readClientRecord(bytes: Uint8Array, plan: ResilientPlan): ClientRecord {
  try {
    return readRecord(new ByteReader(bytes), plan);
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    throw invalidArgument("ResilientClient.restore", "the state of a client of this plan", thrown.message);
  }
}

function readRecord(reader: ByteReader, plan: ResilientPlan): ClientRecord {
  if (reader.text(64) !== format) throw new MalformedMessage("bytes of another format");
  if (!equalBytes(reader.fixed(32), planDigest(plan)))
    throw new MalformedMessage("the state of another plan");
  const phase = clientPhases[reader.u8()];
  if (phase === undefined) throw new MalformedMessage("an unknown phase");
  const optional = <T>(read: () => T): T | undefined => (reader.u8() === 1 ? read() : undefined);
  const set = (): ClientSet => ClientSet.fromBytes(reader.fixed(clientSetBytes(plan.clients)), plan.clients);
  const entries = <T>(read: () => T): Map<number, T> => {
    const count = reader.u32();
    if (count > plan.clients) throw new MalformedMessage(`${count} entries`);
    return new Map(Array.from({ length: count }, () => [reader.u32(), read()]));
  };
  const record: ClientRecord = {
    phase,
    index: reader.u32(),
    sumId: reader.fixed(sumIdBytes),
    boxSecret: reader.fixed(scalarBytes),
    maskSecret: reader.fixed(scalarBytes),
    selfScalar: reader.fixed(scalarBytes),
    advert: reader.fixed(advertBytes(plan)),
    view: optional(() => ({
      present: set(),
      graphSeed: reader.fixed(graphSeedBytes),
      adverts: entries(() => reader.fixed(advertBytes(plan))),
    })),
    held: entries(() => ({ selfMask: reader.fixed(scalarBytes), maskKey: reader.fixed(scalarBytes) })),
    joined: optional(set),
    inputDigest: optional(() => reader.fixed(32)),
    survivors: optional(set),
  };
  reader.end();
  return record;
}

/** Overwrites the secrets of a record that is over. */
export function wipeClientRecord(record: ClientRecord): void {
  wipe(record.boxSecret, record.maskSecret, record.selfScalar);
  for (const { selfMask, maskKey } of record.held.values()) {
    selfMask.fill(0);
    maskKey.fill(0);
  }
  record.held.clear();
}
