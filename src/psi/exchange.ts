/**
 * The messages of the intersection. All three streams run at once, so that computing, sending and receiving overlap;
 * none waits for another, so that no two parties can wait for each other.
 */

import { ByteReader, ByteWriter } from "../bytes/codec.js";
import type { ProtocolRun } from "../channel/party.js";
import { peerFault, VeilshareError, type PeerErrorCode } from "../errors.js";
import { elementBytes, invalidElementRow } from "../group/index.js";
import { blindItems, doubleElements, type BlindingContext } from "./blinding.js";
import type { ItemSource } from "../items/distinct-items.js";
import type { FlatValues } from "./common-items.js";
import { doubledValues } from "./doubled-value.js";
import { GrowingMemory } from "../items/growing-memory.js";
import { checkPeerItems, type PeerLimits } from "./peer-limits.js";
import { ValueIndex } from "./value-index.js";

/** Steps of the protocol; the run's prefix goes before them. */
export const steps = {
  sizes: "sizes",
  blinded: "blinded",
  commitment: "commitment",
  doubled: "doubled",
  verdict: "verdict",
  opening: "opening",
  done: "done",
} as const;

/** What the streams of one run have in common. */
export interface ExchangeContext extends BlindingContext {
  readonly run: ProtocolRun;
  /** Rows of a message. */
  readonly batchSize: number;
  /** Bytes that are kept of a doubled element. */
  readonly valueBytes: number;
  /** Has something done when the exchange is over, whatever its end. */
  readonly atEnd: (release: () => void) => void;
  /** What goes before the steps where a run has several pairs of lists, e.g. `1/`. */
  readonly stage: string;
}

/** What {@link exchangeSizes} needs. */
export type SizesContext = Pick<ExchangeContext, "run" | "stage">;

/** What a party says of its list. */
export interface ListSize {
  /** Distinct items. */
  readonly items: number;
  /** 0 for an empty list. */
  readonly keyColumns: number;
}

/** Index of the other party. */
export function peerOf(run: ProtocolRun): number {
  return 1 - run.index;
}

/** A fault of the other party's, with its name and the step. */
export function psiFault(
  run: ProtocolRun,
  code: PeerErrorCode,
  step: keyof typeof steps,
  expected: string,
  got: string,
): VeilshareError {
  const party = run.names[peerOf(run)] as string; // there are two parties
  return peerFault(code, { party, step: `psi/${step}`, expected, got });
}

/**
 * Tells the peer the size of the own list and learns that of its list.
 *
 * @throws VeilshareError as {@link checkPeerItems}; PEER_MISMATCH for another number of key columns.
 */
export async function exchangeSizes(
  { run, stage }: SizesContext,
  own: ListSize,
  limits: PeerLimits,
): Promise<ListSize> {
  const message = new ByteWriter().u32(own.items).u32(own.keyColumns).finish();
  const messages = await run.exchange(stage + steps.sizes, message, { byteLength: message.length });
  const reader = new ByteReader(messages[peerOf(run)] as Uint8Array); // one message a party
  const [items, keyColumns] = [reader.u32(), reader.u32()];
  checkPeerItems(run, limits, items);
  if ((items === 0) !== (keyColumns === 0)) {
    throw psiFault(
      run,
      "PEER_MALFORMED",
      "sizes",
      "key columns if and only if there are items",
      "the opposite",
    );
  }
  if (items > 0 && own.items > 0 && keyColumns !== own.keyColumns) {
    throw psiFault(run, "PEER_MISMATCH", "sizes", `${own.keyColumns} key columns`, String(keyColumns));
  }
  return { items, keyColumns };
}

/** Sends the own items, blinded, in the given order. Afterwards their bytes are needed no more. */
export async function sendBlinded(
  context: ExchangeContext,
  items: ItemSource,
  order: Uint32Array,
): Promise<void> {
  const { run, batchSize, stage } = context;
  let done = 0;
  for await (const batch of regrouped(
    blindItems(context, items, order),
    order.length,
    batchSize,
    elementBytes,
  )) {
    await run.send(peerOf(run), stage + steps.blinded, batch);
    done += batch.length / elementBytes;
    run.progress({ step: "psi/blind", done, total: order.length });
  }
  items.releaseBytes();
}

/**
 * Receives the peer's blinded items and doubles them; sends the doubled values back, in the peer's order, when they are
 * owed.
 *
 * @returns The peer's doubled values.
 * @throws VeilshareError PEER_MALFORMED for a bad element, PEER_UNEXPECTED for one that comes twice.
 */
export async function doublePeerItems(
  context: ExchangeContext,
  peerItems: number,
  owed: boolean,
): Promise<ValueIndex> {
  const { run, batchSize, valueBytes, stage } = context;
  const index = new ValueIndex(valueBytes, peerItems);
  context.atEnd(() => {
    index.release();
  });
  const values = collected(
    context,
    doubleElements(context, receiveBlinded(context, peerItems)),
    index,
    peerItems,
  );
  for await (const batch of regrouped(values, peerItems, batchSize, valueBytes)) {
    if (owed) await run.send(peerOf(run), stage + steps.doubled, batch);
  }
  return index;
}

/** Puts doubled values into the index while they pass. */
async function* collected(
  { run, valueBytes }: ExchangeContext,
  doubled: AsyncGenerator<Uint8Array>,
  index: ValueIndex,
  peerItems: number,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const elements of doubled) {
      const values = doubledValues(elements, valueBytes);
      for (let offset = 0; offset < values.length; offset += valueBytes) {
        if (index.add(values, offset) === -1) continue;
        throw psiFault(run, "PEER_UNEXPECTED", "blinded", "distinct elements", `item ${index.size} twice`);
      }
      run.progress({ step: "psi/double", done: index.size, total: peerItems });
      yield values;
    }
  } catch (thrown) {
    const row = invalidElementRow(thrown);
    if (row === undefined) throw thrown;
    const expected = "canonical ristretto255 encodings other than the identity";
    throw psiFault(run, "PEER_MALFORMED", "blinded", expected, `another one as item ${index.size + row}`);
  }
}

async function* receiveBlinded(context: ExchangeContext, peerItems: number): AsyncGenerator<Uint8Array> {
  const { run, batchSize, stage } = context;
  for (let start = 0; start < peerItems; start += batchSize) {
    const rows = Math.min(batchSize, peerItems - start);
    yield await run.receive(peerOf(run), stage + steps.blinded, { byteLength: rows * elementBytes });
  }
}

/** The doubled values of the peer's items in batches, in an order or, without one, as they came in. Each is its own memory. */
export function* answerBatches(
  { batchSize, valueBytes }: Pick<ExchangeContext, "batchSize" | "valueBytes">,
  values: ValueIndex,
  order?: Uint32Array,
): Generator<Uint8Array> {
  for (let start = 0; start < values.size; start += batchSize) {
    const rows = Math.min(batchSize, values.size - start);
    const batch = new Uint8Array(rows * valueBytes);
    for (let i = 0; i < rows; i++) {
      values.copyValue(order?.[start + i] ?? start + i, batch, i * valueBytes);
    }
    yield batch;
  }
}

/** Sends doubled values of the peer's items back, see {@link answerBatches}. */
export async function sendAnswers(
  context: ExchangeContext,
  values: ValueIndex,
  order?: Uint32Array,
): Promise<void> {
  const { run, stage } = context;
  for (const batch of answerBatches(context, values, order)) {
    await run.send(peerOf(run), stage + steps.doubled, batch);
  }
}

/** Receives the own doubled values in the order in which the peer sends them. */
export async function receiveDoubled(context: ExchangeContext, ownItems: number): Promise<FlatValues> {
  const { run, batchSize, valueBytes, stage } = context;
  const memory = new GrowingMemory();
  context.atEnd(() => {
    memory.release();
  });
  memory.reserve(ownItems * valueBytes);
  const bytes = memory.bytes.subarray(0, ownItems * valueBytes);
  for (let start = 0; start < ownItems; start += batchSize) {
    const byteLength = Math.min(batchSize, ownItems - start) * valueBytes;
    bytes.set(await run.receive(peerOf(run), stage + steps.doubled, { byteLength }), start * valueBytes);
  }
  return { bytes, valueBytes };
}

/** Tells the peer whether it gets what it waits for. */
export async function sendVerdict({ run, stage }: ExchangeContext, released: boolean): Promise<void> {
  await run.send(peerOf(run), stage + steps.verdict, Uint8Array.of(released ? 1 : 0));
}

/**
 * Waits for the peer's verdict.
 *
 * @throws VeilshareError PEER_MALFORMED for anything but yes or no.
 */
export async function receiveVerdict({ run, stage }: ExchangeContext): Promise<boolean> {
  const [verdict] = await run.receive(peerOf(run), stage + steps.verdict, { byteLength: 1 });
  if (verdict === 0 || verdict === 1) return verdict === 1;
  throw psiFault(run, "PEER_MALFORMED", "verdict", "0 or 1", "another byte");
}

/**
 * Tells the peer that all is sent, and waits until it has sent all.
 *
 * @param last - What is told with it: nothing, or the nonce that opens a commitment.
 * @returns What the peer tells, of the same length.
 */
export async function exchangeDone(
  { run, stage }: SizesContext,
  last: Uint8Array = new Uint8Array(0),
): Promise<Uint8Array> {
  const messages = await run.exchange(stage + steps.done, last, { byteLength: last.length });
  return messages[peerOf(run)] as Uint8Array; // one message a party
}

/** Awaits all streams. When one fails the session is stopped, so that the others end too before this rejects. */
export async function together<T extends readonly unknown[]>(
  run: ProtocolRun,
  streams: { readonly [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  try {
    return await Promise.all(streams); // what each of them gives, in order
  } catch (thrown) {
    run.abort(thrown);
    await Promise.allSettled(streams);
    throw thrown;
  }
}

/** The same promise; a failure of the session that met a stream while it computed gets the stream's step. */
export async function inStep<T>(step: keyof typeof steps, stream: Promise<T>): Promise<T> {
  try {
    return await stream;
  } catch (thrown) {
    if (!(thrown instanceof VeilshareError) || !thrown.isPeerFault || thrown.step !== undefined) throw thrown;
    const { code, message, ...details } = thrown.toJSON();
    throw new VeilshareError(code, `psi/${step}: ${message}`, {
      ...details,
      step: `psi/${step}`,
      cause: thrown,
    });
  }
}

/**
 * The same rows in pieces of `batchSize` rows, the last one shorter. All are views of the same memory: who takes one has
 * done with it before asking for the next.
 */
async function* regrouped(
  pieces: AsyncIterable<Uint8Array>,
  totalRows: number,
  batchSize: number,
  rowBytes: number,
): AsyncGenerator<Uint8Array> {
  let left = totalRows * rowBytes;
  const memory = new Uint8Array(Math.min(left, batchSize * rowBytes));
  let batch = memory;
  let filled = 0;
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length;) {
      const part = piece.subarray(start, start + batch.length - filled);
      batch.set(part, filled);
      filled += part.length;
      start += part.length;
      if (filled < batch.length) continue;
      yield batch;
      left -= filled;
      batch = memory.subarray(0, Math.min(left, memory.length));
      filled = 0;
    }
  }
}
