/** All that the server of a resilient sum knows between two messages, and how it is stored. */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { bytesFromWords, equalBytes, wordsFromBytes } from "../../bytes/encoding.js";
import { invalidArgument } from "../../errors.js";
import type { RingWords } from "../../ring/keystream-sum.js";
import { planDigest } from "./client-record.js";
import { ClientSet, clientSetBytes } from "./client-set.js";
import type { ResilientPlan } from "./plan.js";
import { zeroWords } from "./ring.js";
import { sumIdBytes } from "./seeds.js";

/** What the server collects; `total` when all is there, `done` when the total was given, `failed` when too few stayed. */
export const serverPhases = [
  "adverts",
  "shares",
  "opened",
  "vectors",
  "confirmations",
  "answers",
  "total",
  "done",
  "failed",
] as const;

/** One of {@link serverPhases}. */
export type ServerPhase = (typeof serverPhases)[number];

/** What came in, by client. No vector is kept: they are added up as they come. */
export interface ServerRecord {
  phase: ServerPhase;
  readonly sumId: Uint8Array;
  readonly adverts: Map<number, Uint8Array>;
  /** Each client's boxes for its present neighbours, ascending. */
  readonly boxes: Map<number, Uint8Array>;
  /** Who dealt; from the vectors on, whose boxes enough of its neighbours could open. */
  joined: ClientSet;
  /** What each client says of the boxes that it got: a byte for each of its neighbours that dealt, ascending; 1: it opened. */
  readonly opened: Map<number, Uint8Array>;
  /** Whose vector is in the sum. */
  readonly included: ClientSet;
  readonly sum: RingWords;
  readonly signatures: Map<number, Uint8Array>;
  /** Secret: shares. */
  readonly answers: Map<number, Uint8Array>;
}

/** The record of a server that waits for the first message. */
export function emptyServerRecord(plan: ResilientPlan, sumId: Uint8Array): ServerRecord {
  return {
    phase: "adverts",
    sumId,
    adverts: new Map(),
    boxes: new Map(),
    joined: new ClientSet(plan.clients),
    opened: new Map(),
    included: new ClientSet(plan.clients),
    sum: zeroWords(plan.bits, plan.length),
    signatures: new Map(),
    answers: new Map(),
  };
}

const format = "veilshare resilient server v2";
const maxEntryBytes = 2 ** 24;

/** The record as bytes. Secret from the first answer on. */
export function writeServerRecord(record: ServerRecord, plan: ResilientPlan): Uint8Array {
  const writer = new ByteWriter().text(format).fixed(planDigest(plan));
  writer.u8(serverPhases.indexOf(record.phase)).fixed(record.sumId);
  writer.fixed(record.joined.toBytes()).fixed(record.included.toBytes());
  for (const messages of [record.adverts, record.boxes, record.opened, record.signatures, record.answers]) {
    writer.u32(messages.size);
    for (const [client, message] of messages) writer.u32(client).bytes(message);
  }
  const { sum } = record;
  return writer
    .bytes(bytesFromWords(sum instanceof BigUint64Array ? sum : BigUint64Array.from(sum, BigInt)))
    .finish();
}

/**
 * The record of stored bytes.
 *
 * @throws VeilshareError INVALID_ARGUMENT for bytes that {@link writeServerRecord} did not write for this plan.
 */
export function readServerRecord(bytes: Uint8Array, plan: ResilientPlan): ServerRecord {
  try {
    return readRecord(new ByteReader(bytes), plan);
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    throw invalidArgument("ResilientServer.restore", "the state of a server of this plan", thrown.message);
  }
}

function readRecord(reader: ByteReader, plan: ResilientPlan): ServerRecord {
  if (reader.text(64) !== format) throw new MalformedMessage("bytes of another format");
  if (!equalBytes(reader.fixed(32), planDigest(plan)))
    throw new MalformedMessage("the state of another plan");
  const phase = serverPhases[reader.u8()];
  if (phase === undefined) throw new MalformedMessage("an unknown phase");
  const set = (): ClientSet => ClientSet.fromBytes(reader.fixed(clientSetBytes(plan.clients)), plan.clients);
  const messages = (): Map<number, Uint8Array> => {
    const count = reader.u32();
    if (count > plan.clients) throw new MalformedMessage(`${count} entries`);
    return new Map(Array.from({ length: count }, () => [reader.u32(), reader.bytes(maxEntryBytes)]));
  };
  const sumId = reader.fixed(sumIdBytes);
  const [joined, included] = [set(), set()];
  const [adverts, boxes, opened] = [messages(), messages(), messages()];
  const [signatures, answers] = [messages(), messages()];
  const sumBytes = reader.bytes(8 * plan.length);
  reader.end();
  if (sumBytes.length !== 8 * plan.length) throw new MalformedMessage(`a sum of ${sumBytes.length} bytes`);
  const wide = wordsFromBytes(sumBytes);
  const sum = plan.bits <= 32 ? Uint32Array.from(wide, Number) : wide;
  return { phase, sumId, joined, included, adverts, boxes, opened, signatures, answers, sum };
}
