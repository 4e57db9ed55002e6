/**
 * Correlations that were made ahead of time, as a source of correlated randomness uses them. A preprocessed file has three pools, of
 * triples, of bit triples and of shared bits; each unit of each is given out once, in order, to both parties alike.
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { bytesToHex, equalBytes } from "../../bytes/encoding.js";
import type { Party } from "../../channel/party.js";
import { peerFault } from "../../errors.js";
import { jsonCell, type CellKind } from "../../store/index.js";
import { kindRecord } from "../correlation-kinds.js";
import type { Correlation, CorrelationShares } from "../correlation.js";

/** Names of the pools. Units: an element of a triple; a word of 64 bit triples; a word of 64 shared bits. */
export const poolNames = ["triple", "bitTriple", "sharedBit"] as const;

/** Name of a pool. */
export type PoolName = (typeof poolNames)[number];

/** Numbers of units, or positions, by pool. */
export type PoolCounts = Readonly<Record<PoolName, number>>;

/** Vectors of a pool, in words a unit: masks first, then what depends on them. */
export const poolVectors: Readonly<
  Record<PoolName, { readonly masks: number[]; readonly dependent: number[] }>
> = {
  triple: { masks: [1, 1], dependent: [1] },
  bitTriple: { masks: [1, 1], dependent: [1] },
  sharedBit: { masks: [1], dependent: [64] },
};

/** How far a file was used, in the store of its owner. */
export interface UsedUnits extends PoolCounts {
  /** The owner, by the store's epoch, that has it in a session; 0 for none. */
  readonly session: number;
}

/** By the file's id. */
export const usedUnits: CellKind<UsedUnits> = jsonCell("veilshare/preprocessed", {
  read: (record) => ({
    triple: record.integer("triple"),
    bitTriple: record.integer("bitTriple"),
    sharedBit: record.integer("sharedBit"),
    session: record.integer("session"),
  }),
  write: (used) => ({ ...used }),
});

/** Preprocessed correlations, each of which is given out once. Both parties have their ends of the same preprocessed file. */
export interface PreprocessedCorrelations {
  /**
   * Agrees with the other party on where the preprocessed file stands, each pool at the further of both positions, and on
   * how much this session may use. That much is taken off for good before it resolves.
   *
   * @throws VeilshareError PEER_MISMATCH when the two ends are not of one preprocessed file; INVALID_ARGUMENT while it is in
   *   another session; STORE_ROLLED_BACK; as `StateStore.transact`.
   */
  open(party: Party, peer: number): Promise<void>;
  /** The next correlation, or undefined when the preprocessed file has none, or not enough, of the kind: then at both parties. */
  take(wanted: Correlation): Omit<CorrelationShares, "number"> | undefined;
  /** No more will be taken; what was not used is given back. */
  close(): Promise<void>;
}

/** The pool and number of units that a correlation takes; undefined for kinds that are not kept. */
export function unitsOf(
  wanted: Correlation,
): { readonly pool: PoolName; readonly units: number } | undefined {
  const pool = poolNames.find((name) => name === wanted.kind);
  const units = kindRecord(wanted.kind).preprocessedUnits?.(wanted);
  return pool === undefined || units === undefined ? undefined : { pool, units };
}

const step = "mpc/preprocessed";

/** What both ends tell each other before anything is taken. */
export interface PreprocessedState {
  /** 32 bytes that the two ends of one preprocessed file have in common, and no other preprocessed file. */
  readonly id: Uint8Array;
  /** The first unit of each pool that was never given out. */
  readonly positions: PoolCounts;
  /** Most units of each pool that this session is to use. */
  readonly most: PoolCounts;
}

/** What both ends use: from which unit of each pool on, and up to which. */
export interface AgreedUnits {
  readonly from: PoolCounts;
  readonly to: PoolCounts;
}

/**
 * The further of both parties' positions, and from there the less of what both want, pool by pool.
 *
 * @throws VeilshareError PEER_MISMATCH for another preprocessed file; PEER_MALFORMED for positions beyond the preprocessed file.
 */
export async function agreePositions(
  party: Party,
  peer: number,
  own: PreprocessedState,
  counts: PoolCounts,
): Promise<AgreedUnits> {
  const writer = new ByteWriter().fixed(own.id);
  for (const pool of poolNames) writer.u64(BigInt(own.positions[pool])).u64(BigInt(own.most[pool]));
  const message = writer.finish();
  const [received] = await Promise.all([
    party.receive(peer, step, { byteLength: message.length }),
    party.send(peer, step, message),
  ]);
  const name = party.names[peer] ?? "";
  const reader = new ByteReader(received);
  const id = reader.fixed(own.id.length);
  if (!equalBytes(id, own.id)) {
    const [expected, got] = [
      `preprocessed file ${bytesToHex(own.id.subarray(0, 4))}`,
      bytesToHex(id.subarray(0, 4)),
    ];
    throw peerFault("PEER_MISMATCH", {
      party: name,
      step,
      field: "preprocessed",
      expected,
      got,
    });
  }
  const from = { triple: 0, bitTriple: 0, sharedBit: 0 };
  const to = { ...from };
  for (const pool of poolNames) {
    const [other, most] = [reader.u64(), Number(reader.u64())];
    if (other > BigInt(counts[pool])) {
      const expected = `a position of at most ${counts[pool]}`;
      throw peerFault("PEER_MALFORMED", {
        party: name,
        step,
        field: pool,
        expected,
        got: String(other),
        cause: new MalformedMessage("a position beyond the preprocessed file"),
      });
    }
    from[pool] = Math.max(own.positions[pool], Number(other));
    to[pool] = Math.min(counts[pool], from[pool] + Math.min(own.most[pool], most));
  }
  return { from, to };
}
