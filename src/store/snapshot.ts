/**
 * A snapshot: a state as records, which together take one place in the chain. The first names the hash of the record before
 * and holds the restores that were accepted, the last holds counts, and its hash is what the chain goes on from.
 */

import { ByteWriter } from "../bytes/codec.js";
import { EntryWriter } from "./entry.js";
import { encodeFrame, sorts, type Digest } from "./frame.js";
import { isAlive, type State } from "./state.js";

/** A snapshot's records are about so long. */
const partBytes = 2 ** 18;

/** The place in a chain that a snapshot takes. */
export interface SnapshotPlace {
  readonly epoch: number;
  readonly sequence: number;
  readonly timeMs: number;
  readonly previous: Uint8Array;
}

/** The frames of a snapshot one by one; then the hash that stands for it. */
export function* snapshotFrames(
  state: State,
  place: SnapshotPlace,
  { marker, digest }: { readonly marker: Uint8Array; readonly digest: Digest },
): Generator<Uint8Array, Uint8Array> {
  let { previous } = place;
  const frameOf = (sort: number, payload: Uint8Array): Uint8Array => {
    const { frame, hash } = encodeFrame({ ...place, previous, sort, links: [], payload }, marker, digest);
    previous = hash;
    return frame;
  };
  yield frameOf(sorts.snapshotBegin, encodeRestores(state));
  for (const { sort, payload } of state.kept) yield frameOf(sort, payload);
  for (const part of parts(state, place.timeMs)) yield frameOf(sorts.snapshotPart, part);
  const counts = new ByteWriter();
  for (const count of countsOf(state, place.timeMs)) counts.u64(count);
  yield frameOf(sorts.snapshotEnd, counts.finish());
  return previous;
}

/** The number of places, values and ids of a state; a place where all has expired counts no more. */
export function countsOf(state: State, nowMs: number): bigint[] {
  let [places, values, ids] = [0, 0, 0];
  for (const { cell, log, set } of state.slots()) {
    const living = (cell === undefined ? log : [cell]).filter((value) => isAlive(value, nowMs)).length;
    const size = set?.size ?? 0;
    if (living + size > 0) places++;
    values += living;
    ids += size;
  }
  return [places, values, ids].map(BigInt);
}

function* parts(state: State, nowMs: number): Iterable<Uint8Array> {
  let writer: EntryWriter | undefined;
  let stamp = 0;
  for (const { change, restores } of state.changes(nowMs)) {
    if (writer !== undefined && writer.byteLength > partBytes) {
      yield writer.finish();
      writer = undefined;
    }
    if (writer === undefined || restores !== stamp) {
      writer ??= new EntryWriter();
      writer.add({ op: "restores", restores });
      stamp = restores;
    }
    writer.add(change);
  }
  if (writer !== undefined) yield writer.finish();
}

function encodeRestores({ restored }: State): Uint8Array {
  const writer = new ByteWriter().u32(restored.length);
  for (const { atMs, reason } of restored) writer.u64(BigInt(atMs)).text(reason);
  return writer.finish();
}
