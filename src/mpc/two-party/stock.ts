/**
 * Correlations that were made ahead of time, as a source of correlated randomness uses them. A stock has three heaps, of
 * triples, of bit triples and of shared bits; each unit of each is given out once, in order, to both parties alike.
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { bytesToHex, equalBytes } from "../../bytes/encoding.js";
import type { Party } from "../../channel/party.js";
import { VeilshareError } from "../../errors.js";
import type { Correlation, CorrelationShares } from "../correlation.js";
import { wordsForBits } from "../packed-bits.js";

/** Names of the heaps. Units: an element of a triple; a word of 64 bit triples; a word of 64 shared bits. */
export const heapNames = ["triple", "bitTriple", "sharedBit"] as const;

/** Name of a heap. */
export type HeapName = (typeof heapNames)[number];

/** Numbers of units, or positions, by heap. */
export type HeapCounts = Readonly<Record<HeapName, number>>;

/** Vectors of a heap, in words a unit: masks first, then what depends on them. */
export const heapVectors: Readonly<
  Record<HeapName, { readonly masks: number[]; readonly dependent: number[] }>
> = {
  triple: { masks: [1, 1], dependent: [1] },
  bitTriple: { masks: [1, 1], dependent: [1] },
  sharedBit: { masks: [1], dependent: [64] },
};

/** A stock of correlations, each of which is given out once. Both parties have their ends of the same stock. */
export interface CorrelationStock {
  /**
   * Agrees with the other party on where the stock stands: each heap at the further of both positions.
   *
   * @throws VeilshareError PEER_MISMATCH when the two ends are not of one stock.
   */
  open(party: Party, peer: number): Promise<void>;
  /** The next correlation, or undefined when the stock has none, or not enough, of the kind: then at both parties. */
  take(wanted: Correlation): Omit<CorrelationShares, "number"> | undefined;
  /** No more will be taken. */
  close(): void;
}

/** The heap and number of units that a correlation takes; undefined for kinds that are not kept. */
export function unitsOf(
  wanted: Correlation,
): { readonly heap: HeapName; readonly units: number } | undefined {
  switch (wanted.kind) {
    case "triple":
      return { heap: "triple", units: wanted.length };
    case "bitTriple":
      return { heap: "bitTriple", units: wanted.words };
    case "sharedBit":
      return { heap: "sharedBit", units: wordsForBits(wanted.length) };
    case "matrixTriple":
    case "operandMask":
    case "operandProduct":
    case "truncation":
      return undefined;
  }
}

const step = "mpc/stock";

/** What both ends tell each other before anything is taken. */
export interface StockState {
  /** 32 bytes that the two ends of one stock have in common, and no other stock. */
  readonly id: Uint8Array;
  /** The first unit of each heap that was never given out. */
  readonly positions: HeapCounts;
}

/**
 * The further of both parties' positions, heap by heap.
 *
 * @throws VeilshareError PEER_MISMATCH for another stock; PEER_MALFORMED for positions beyond the stock.
 */
export async function agreePositions(
  party: Party,
  peer: number,
  own: StockState,
  counts: HeapCounts,
): Promise<HeapCounts> {
  const writer = new ByteWriter().fixed(own.id);
  for (const heap of heapNames) writer.u64(BigInt(own.positions[heap]));
  const message = writer.finish();
  const [received] = await Promise.all([
    party.receive(peer, step, { byteLength: message.length }),
    party.send(peer, step, message),
  ]);
  const name = party.names[peer] ?? "";
  const reader = new ByteReader(received);
  const id = reader.fixed(own.id.length);
  if (!equalBytes(id, own.id)) {
    const [expected, got] = [`stock ${bytesToHex(own.id.subarray(0, 4))}`, bytesToHex(id.subarray(0, 4))];
    const text = `${step}: party "${name}": expected ${expected}, got ${got}`;
    throw new VeilshareError("PEER_MISMATCH", text, { party: name, step, field: "stock", expected, got });
  }
  const agreed = { triple: 0, bitTriple: 0, sharedBit: 0 };
  for (const heap of heapNames) {
    const other = reader.u64();
    if (other > BigInt(counts[heap])) {
      const expected = `a position of at most ${counts[heap]}`;
      const text = `${step}: party "${name}": expected ${expected}, got ${other}`;
      throw new VeilshareError("PEER_MALFORMED", text, {
        party: name,
        step,
        field: heap,
        expected,
        got: String(other),
        cause: new MalformedMessage("a position beyond the stock"),
      });
    }
    agreed[heap] = Math.max(own.positions[heap], Number(other));
  }
  return agreed;
}
