/**
 * What a lookup server publishes: the entries of all its keys, sorted by tag, and what they belong to. Public data: tags
 * and labels say nothing to whoever can't have a key evaluated. Sorted by pseudo-random tags, the order of the entries
 * tells nothing about the order of the server's list.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { compareBytes, concatBytes, copyBytes, equalBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { elementBytes, firstInvalidElement } from "../../group/index.js";
import { entryByteLength, maxLabelBytes, tagBytes } from "./entry.js";
import { PrefixTree, prefixOf, rootAbove, treeBitsFor, type Bucket } from "./prefix-tree.js";

/** What a set is, without its entries. */
export interface SetInfo {
  /** The server's public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Number of that key; rises when the server takes another. */
  readonly epoch: number;
  /** Number of this version within the epoch; rises with every update. */
  readonly revision: number;
  /** Length to which labels are padded. */
  readonly labelBytes: number;
  /** Fields of every key; 0 for a set that never had one. */
  readonly keyColumns: number;
  /** Number of entries. */
  readonly count: number;
  /** Most bits of a tag by which a bucket can be asked for: a bucket then has 16 entries or more on average. */
  readonly treeBits: number;
  /** SHA-256 over all of the above and the entries: two parties with one digest have one set. 32 bytes. */
  readonly digest: Uint8Array;
}

/** What a set is before its entries are counted and hashed. */
export type SetTerms = Pick<SetInfo, "publicKey" | "epoch" | "revision" | "labelBytes" | "keyColumns">;

/** Bytes of an encoded {@link SetInfo}. */
export const infoBytes: number = 32 + 4 + 4 + 2 + 2 + 4 + 1 + 32;

const digestBytes = 32;

/** Typed arrays beyond this are not portable. */
const maxSetBytes = 2 ** 32 - 1;

/** A published set in memory. Nobody can change it; updates make another one. */
export class PublishedSet {
  readonly info: SetInfo;
  readonly #entries: Uint8Array;
  readonly #tree: PrefixTree;
  readonly #largestBuckets = new Map<number, number>();

  private constructor(info: SetInfo, entries: Uint8Array, tree: PrefixTree) {
    this.info = info;
    this.#entries = entries;
    this.#tree = tree;
  }

  /**
   * The set of sorted entries.
   *
   * @param entries - Owned by the set from now on.
   * @throws MalformedMessage when they are not whole entries with ascending tags, none twice.
   */
  static async of(terms: SetTerms, entries: Uint8Array): Promise<PublishedSet> {
    const entryBytes = entryByteLength(terms.labelBytes);
    checkEntries(entries, entryBytes, { bits: 0, prefix: 0 });
    const count = entries.length / entryBytes;
    const treeBits = treeBitsFor(count);
    const tree = await PrefixTree.over(entries, entryBytes, treeBits);
    const core = { ...terms, publicKey: copyBytes(terms.publicKey), count, treeBits };
    return new PublishedSet({ ...core, digest: digestOf(core, tree.root) }, entries, tree);
  }

  /** Bytes of an entry. */
  get entryBytes(): number {
    return entryByteLength(this.info.labelBytes);
  }

  /** The entry at a tag, as a view. */
  find(tag: Uint8Array): Uint8Array | undefined {
    return findEntry(this.#entries, this.entryBytes, tag);
  }

  /** How many entries have smaller tags. */
  positionOf(tag: Uint8Array): number {
    return positionOf(this.#entries, this.entryBytes, tag);
  }

  /** Entries `start` to `end - 1`, as a view. */
  slice(start: number, end: number): Uint8Array {
    return this.#entries.subarray(start * this.entryBytes, end * this.entryBytes);
  }

  /** The entries of a prefix, as a view, and what proves them; `bits` is at most `info.treeBits`. */
  bucket(bits: number, prefix: number): Bucket & { readonly path: Uint8Array } {
    const span = 2 ** (32 - bits);
    const start = this.#firstAtOrAfter(prefix * span);
    const end = this.#firstAtOrAfter((prefix + 1) * span);
    return { bits, prefix, entries: this.slice(start, end), path: this.#tree.path(bits, prefix) };
  }

  /** Entries of the largest bucket of so many bits; at most `info.treeBits`. Walks along all tags the first time. */
  largestBucket(bits: number): number {
    const known = this.#largestBuckets.get(bits);
    if (known !== undefined) return known;
    const { buffer, byteOffset, byteLength } = this.#entries;
    const view = new DataView(buffer, byteOffset, byteLength);
    let [largest, inBucket, before] = [0, 0, -1];
    for (let at = 0; at < byteLength; at += this.entryBytes) {
      const prefix = Math.floor(view.getUint32(at) / 2 ** (32 - bits)); // as `prefixOf`, which would take a view each
      inBucket = prefix === before ? inBucket + 1 : 1;
      before = prefix;
      if (inBucket > largest) largest = inBucket;
    }
    this.#largestBuckets.set(bits, largest);
    return largest;
  }

  /** The first entry whose tag's first 32 bits are this number or more. */
  #firstAtOrAfter(first32: number): number {
    return lowerBound(this.info.count, (i) => prefixOf(this.slice(i, i + 1), 32) < first32);
  }
}

/** The entry at a tag among sorted ones, as a view. */
export function findEntry(entries: Uint8Array, entryBytes: number, tag: Uint8Array): Uint8Array | undefined {
  const start = positionOf(entries, entryBytes, tag) * entryBytes;
  const entry = entries.subarray(start, start + entryBytes); // empty at the end
  return compareBytes(entry.subarray(0, tagBytes), tag) === 0 ? entry : undefined;
}

function positionOf(entries: Uint8Array, entryBytes: number, tag: Uint8Array): number {
  const tagAt = (i: number): Uint8Array => entries.subarray(i * entryBytes, i * entryBytes + tagBytes);
  return lowerBound(entries.length / entryBytes, (i) => compareBytes(tagAt(i), tag) < 0);
}

function lowerBound(count: number, isBelow: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Checks that a bucket is the one that a set has.
 *
 * @param path - As `PublishedSet.bucket` gives it.
 * @throws MalformedMessage when it is not.
 */
export async function checkBucket(info: SetInfo, bucket: Bucket, path: Uint8Array): Promise<void> {
  const entryBytes = entryByteLength(info.labelBytes);
  checkEntries(bucket.entries, entryBytes, bucket);
  const root = await rootAbove(bucket, path, { entryBytes, treeBits: info.treeBits });
  if (!equalBytes(digestOf(info, root), info.digest)) {
    throw new MalformedMessage("expected the entries that the set's digest stands for, got others");
  }
}

function checkEntries(
  entries: Uint8Array,
  entryBytes: number,
  { bits, prefix }: Pick<Bucket, "bits" | "prefix">,
): void {
  if (entries.length % entryBytes !== 0) {
    throw new MalformedMessage(`expected entries of ${entryBytes} bytes, got ${entries.length} bytes`);
  }
  for (let at = 0; at < entries.length; at += entryBytes) {
    const tag = entries.subarray(at, at + tagBytes);
    const before = entries.subarray(at - entryBytes, at - entryBytes + tagBytes);
    if (at > 0 && compareBytes(before, tag) >= 0) {
      throw new MalformedMessage(`expected ascending tags, got another order at entry ${at / entryBytes}`);
    }
    if (prefixOf(tag, bits) !== prefix) {
      throw new MalformedMessage(`expected tags of one prefix, got another at entry ${at / entryBytes}`);
    }
  }
}

/** The bytes of a set's description. */
export function encodeInfo(info: SetInfo): Uint8Array {
  return concatBytes(encodeCore(info), info.digest);
}

/**
 * Reads a set's description and checks everything that needs no entries.
 *
 * @throws MalformedMessage.
 */
export function decodeInfo(bytes: Uint8Array): SetInfo {
  const reader = new ByteReader(bytes);
  const publicKey = reader.fixed(elementBytes);
  const [epoch, revision] = [reader.u32(), reader.u32()];
  const [labelBytes, keyColumns] = [reader.u16(), reader.u16()];
  const [count, treeBits] = [reader.u32(), reader.u8()];
  const digest = reader.fixed(digestBytes);
  reader.end();
  if (firstInvalidElement(publicKey) >= 0) {
    throw new MalformedMessage("expected a public key that is an element other than the identity");
  }
  if (labelBytes > maxLabelBytes) {
    throw new MalformedMessage(`expected labels of at most ${maxLabelBytes} bytes, got ${labelBytes}`);
  }
  if (treeBits !== treeBitsFor(count)) {
    throw new MalformedMessage(
      `expected ${treeBitsFor(count)} tree bits for ${count} entries, got ${treeBits}`,
    );
  }
  if (count > 0 && keyColumns === 0)
    throw new MalformedMessage("expected key columns where there are entries");
  if (count * entryByteLength(labelBytes) > maxSetBytes) {
    throw new MalformedMessage(`expected less than 4 GiB of entries, got ${count} entries`);
  }
  return { publicKey, epoch, revision, labelBytes, keyColumns, count, treeBits, digest };
}

/** Bytes of all entries of a set. */
export function entriesByteLength(info: SetInfo): number {
  return info.count * entryByteLength(info.labelBytes);
}

/**
 * The set that a description and its entries make.
 *
 * @param entries - Owned by the set from now on.
 * @throws MalformedMessage when the entries are not those that the description's digest stands for.
 */
export async function setOf(info: SetInfo, entries: Uint8Array): Promise<PublishedSet> {
  if (entries.length !== entriesByteLength(info)) {
    throw new MalformedMessage(`expected ${entriesByteLength(info)} bytes of entries, got ${entries.length}`);
  }
  const set = await PublishedSet.of(info, entries);
  if (!equalBytes(set.info.digest, info.digest)) {
    throw new MalformedMessage("expected the entries that the set's digest stands for, got others");
  }
  return set;
}

function encodeCore(info: Omit<SetInfo, "digest">): Uint8Array {
  return new ByteWriter()
    .fixed(info.publicKey)
    .u32(info.epoch)
    .u32(info.revision)
    .u16(info.labelBytes)
    .u16(info.keyColumns)
    .u32(info.count)
    .u8(info.treeBits)
    .finish();
}

function digestOf(core: Omit<SetInfo, "digest">, root: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8ToBytes("veilshare/lookup-set/v1"), encodeCore(core), root));
}
