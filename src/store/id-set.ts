/**
 * A set of byte strings of one length in flat memory: an open-addressing table with linear probing, hashed under a random
 * key, since whoever sends ids could otherwise choose ones that crowd it.
 */

import { hashKeyBytes, KeyedHash } from "../bytes/keyed-hash.js";
import { randomBytes } from "../random/csprng.js";

const fewestPlaces = 16;
const maxLoad = 0.8;
/** A table is not made larger than for so many times the ids that it needs at once. */
const mostAhead = 64;
/** It grows at least by so much, or each record would make it a little larger. */
const leastGrowth = 1.25;
/** What is expected is an estimate. */
const margin = 1.03;

/** Ids of `byteLength` bytes each. */
export class IdSet {
  readonly byteLength: number;
  readonly #hash = new KeyedHash(randomBytes(hashKeyBytes));
  /** 0 for an empty place, else seven bits of the hash and one that is set: most others differ here already. */
  #tags: Uint8Array = new Uint8Array(fewestPlaces);
  #ids: Uint8Array;
  #size = 0;

  constructor(byteLength: number) {
    this.byteLength = byteLength;
    this.#ids = new Uint8Array(fewestPlaces * byteLength);
  }

  /** Number of ids. */
  get size(): number {
    return this.#size;
  }

  /** What its table takes. */
  get memoryBytes(): number {
    return this.#tags.length + this.#ids.length;
  }

  /**
   * Makes room where `size` ids would not fit: for `expected` ids then, within bounds. Memory that is touched once and let
   * go is most of what a million ids cost, so that a table that is read from a file should grow seldom.
   */
  reserve(size: number, expected: number = size): void {
    if (placesFor(size) <= this.#tags.length) return;
    const least = Math.max(size, fewestPlaces, Math.ceil(this.#size * leastGrowth));
    this.#rebuild(placesFor(Math.max(least, Math.min(expected * margin, size * mostAhead))));
  }

  /** Gives back room that turned out not to be needed. */
  trim(): void {
    const needed = placesFor(Math.max(this.#size, fewestPlaces));
    if (this.#tags.length > 2 * needed) this.#rebuild(needed);
  }

  /** Adds the id that begins at `at`; false when it was there. */
  add(bytes: Uint8Array, at = 0): boolean {
    if (this.#size + 1 > this.#tags.length * maxLoad) {
      this.#rebuild(Math.ceil(this.#tags.length * (this.#tags.length < 2 ** 16 ? 4 : 1.7)));
    }
    const hash = this.#hash.of(bytes, this.byteLength, at);
    const place = this.#find(bytes, at, hash);
    if (this.#tags[place] !== 0) return false;
    this.#tags[place] = tagOf(hash);
    this.#put(place, bytes, at);
    this.#size++;
    return true;
  }

  has(bytes: Uint8Array, at = 0): boolean {
    return this.#tags[this.#find(bytes, at, this.#hash.of(bytes, this.byteLength, at))] !== 0;
  }

  /** Takes an id out; those that were pushed on by it move back. */
  delete(bytes: Uint8Array, at = 0): void {
    let hole = this.#find(bytes, at, this.#hash.of(bytes, this.byteLength, at));
    if (this.#tags[hole] === 0) return;
    this.#size--;
    const places = this.#tags.length;
    for (let next = (hole + 1) % places; this.#tags[next] !== 0; next = (next + 1) % places) {
      const home = this.#home(this.#hash.of(this.#ids, this.byteLength, next * this.byteLength));
      const staysBehindHole = hole <= next ? hole < home && home <= next : hole < home || home <= next;
      if (staysBehindHole) continue;
      this.#tags[hole] = this.#tags[next] as number; // both are places of the table
      this.#ids.copyWithin(hole * this.byteLength, next * this.byteLength, (next + 1) * this.byteLength);
      hole = next;
    }
    this.#tags[hole] = 0;
  }

  /** All ids, in no particular order, in pieces of at most `most` ids each. */
  *pieces(most: number): Iterable<Uint8Array> {
    const { byteLength } = this;
    let piece = new Uint8Array(Math.min(most, this.#size) * byteLength);
    let filled = 0;
    let left = this.#size;
    for (let place = 0; left > 0; place++) {
      if (this.#tags[place] === 0) continue;
      piece.set(this.#ids.subarray(place * byteLength, (place + 1) * byteLength), filled);
      filled += byteLength;
      left--;
      if (filled < piece.length) continue;
      yield piece;
      piece = new Uint8Array(Math.min(most, left) * byteLength);
      filled = 0;
    }
  }

  /** Byte by byte: a view of so few would cost more. */
  #put(place: number, bytes: Uint8Array, at: number): void {
    const [ids, start] = [this.#ids, place * this.byteLength];
    for (let i = 0; i < this.byteLength; i++) ids[start + i] = bytes[at + i] as number; // both hold a whole id there
  }

  #home(hash: number): number {
    return Math.floor((hash * this.#tags.length) / 2 ** 32);
  }

  /** The place of an id, or the empty one where it would go. */
  #find(bytes: Uint8Array, at: number, hash: number): number {
    const [tags, places, tag] = [this.#tags, this.#tags.length, tagOf(hash)];
    let place = this.#home(hash);
    for (;;) {
      const found = tags[place];
      if (found === 0 || (found === tag && this.#isAt(place, bytes, at))) return place;
      place = place + 1 === places ? 0 : place + 1;
    }
  }

  #isAt(place: number, bytes: Uint8Array, at: number): boolean {
    const start = place * this.byteLength;
    for (let i = 0; i < this.byteLength; i++) if (this.#ids[start + i] !== bytes[at + i]) return false;
    return true;
  }

  #rebuild(places: number): void {
    const [tags, ids] = [this.#tags, this.#ids];
    this.#tags = new Uint8Array(places);
    this.#ids = new Uint8Array(places * this.byteLength);
    for (let place = 0; place < tags.length; place++) {
      if (tags[place] === 0) continue;
      const at = place * this.byteLength;
      const hash = this.#hash.of(ids, this.byteLength, at);
      const free = this.#find(ids, at, hash);
      this.#tags[free] = tagOf(hash);
      this.#put(free, ids, at);
    }
  }
}

/** Places of a table for so many ids. */
function placesFor(size: number): number {
  return Math.ceil(size / maxLoad) + 1;
}

function tagOf(hash: number): number {
  return 0x80 | (hash & 0x7f);
}
