/**
 * The group arithmetic of the intersection as streams of chunks through the pool: own items are hashed and blinded, the
 * peer's blinded items are blinded a second time ("doubled").
 */

import { wipe } from "../bytes/wipe.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { elementBytes } from "../group/index.js";
import {
  hashAndMultiplyJob,
  multiplyJob,
  type HashAndMultiplyInput,
  type MultiplyInput,
} from "../group/jobs.js";
import type { Pool } from "../parallel/pool.js";
import type { ItemSource } from "../items/distinct-items.js";

/** Domain separation tag of the hash to the group: this protocol and version, then the RFC 9380 suite. */
export const hashToGroupDst = "veilshare/psi/v2-ristretto255_XMD:SHA-512_R255MAP_RO_";

/** Rows of one chunk: about 12 ms of work; halving or doubling it changed the time by less than its spread. */
const rowsPerChunk = 256;

/** The secret scalar of one session. */
export class BlindingKey {
  static {
    printAsRedacted(this);
  }

  readonly #scalar: Uint8Array;

  /** @param scalar - Owned by the key from now on. */
  constructor(scalar: Uint8Array) {
    this.#scalar = scalar;
  }

  /** Input of a job that hashes and blinds rows. */
  blindInput(rows: HashAndMultiplyInput["rows"]): HashAndMultiplyInput {
    return { rows, dst: hashToGroupDst, scalar: this.#scalar };
  }

  /** Input of a job that blinds elements. */
  doubleInput(elements: Uint8Array): MultiplyInput {
    return { elements, scalar: this.#scalar };
  }

  /** Overwrites the scalar. */
  wipe(): void {
    wipe(this.#scalar);
  }
}

/** What a stream needs. */
export interface BlindingContext {
  readonly pool: Pool;
  readonly key: BlindingKey;
  readonly signal: AbortSignal;
}

/** The blinded encodings of own items in the given order, some rows at a time. */
export function blindItems(
  context: BlindingContext,
  items: ItemSource,
  order: Uint32Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  function* inputs(): Generator<HashAndMultiplyInput> {
    for (let start = 0; start < order.length; start += rowsPerChunk) {
      yield context.key.blindInput(items.gather(order.subarray(start, start + rowsPerChunk)));
    }
  }
  return context.pool.map(hashAndMultiplyJob, inputs(), { signal: context.signal });
}

/**
 * The doubled encodings of batches of blinded elements, some rows at a time, in order.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a bad element, see `invalidElementRow`: the row counts within the chunk
 * that follows those already given.
 */
export function doubleElements(
  context: BlindingContext,
  batches: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunkBytes = rowsPerChunk * elementBytes;
  async function* inputs(): AsyncGenerator<MultiplyInput> {
    for await (const batch of batches) {
      for (let start = 0; start < batch.length; start += chunkBytes) {
        yield context.key.doubleInput(batch.slice(start, start + chunkBytes));
      }
    }
  }
  return context.pool.map(multiplyJob, inputs(), { signal: context.signal });
}
