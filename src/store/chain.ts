/**
 * The rule by which everybody who reads a log agrees on which of its records count. A record counts if it takes the next
 * place in the chain, names the hash of the record before, and is of the epoch of the owner who began last; an owner's
 * beginning is of the next epoch. A record whose place was taken already came too late: its writer had not read what lies
 * before it, and it is void. Any other record says that one before it is missing.
 */

import { MalformedMessage } from "../bytes/codec.js";
import { bytesToHex, copyBytes, equalBytes } from "../bytes/encoding.js";
import { sorts, type HashedRecord } from "./frame.js";

/** Where a store stands. */
export interface StoreHead {
  /** Number of owners so far. */
  readonly epoch: number;
  /** Number of records so far, those that a snapshot replaced included. */
  readonly length: number;
  /** Hash of the last record, hexadecimal; each holds the hash of the one before. */
  readonly hash: string;
}

/** A chain that goes on at a given place. */
export class Chain {
  #epoch = 0;
  #length = 0;
  #hash: Uint8Array = new Uint8Array(32);

  get epoch(): number {
    return this.#epoch;
  }

  get length(): number {
    return this.#length;
  }

  /** Of the last record; zeros before the first. */
  get hash(): Uint8Array {
    return copyBytes(this.#hash);
  }

  get head(): StoreHead {
    return { epoch: this.#epoch, length: this.#length, hash: bytesToHex(this.#hash) };
  }

  /** The same chain, to look ahead with. */
  clone(): Chain {
    const chain = new Chain();
    chain.goTo(this);
    return chain;
  }

  /** Goes to where another chain is. */
  goTo(chain: { readonly epoch: number; readonly length: number; readonly hash: Uint8Array }): void {
    this.#epoch = chain.epoch;
    this.#length = chain.length;
    this.#hash = copyBytes(chain.hash);
  }

  /**
   * Takes the record if it counts; false if it is void.
   *
   * @throws MalformedMessage when a record before it must be missing.
   */
  take({ sort, epoch, sequence, previous, hash }: HashedRecord): boolean {
    if (sequence <= this.#length) return false;
    const expectedEpoch = sort === sorts.owner ? this.#epoch + 1 : this.#epoch;
    if (sequence !== this.#length + 1 || epoch !== expectedEpoch || !equalBytes(previous, this.#hash)) {
      throw new MalformedMessage(`expected record ${this.#length + 1}, got one that comes after others`);
    }
    this.#epoch = epoch;
    this.#length = sequence;
    this.#hash = hash;
    return true;
  }
}
