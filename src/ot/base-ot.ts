/**
 * Base oblivious transfer: the sender gets two random keys an instance, the receiver the one of its choice. Two messages:
 *
 *   receiver -> sender   r_0, r_1: elements; the one not chosen is uniform, the chosen one t G - H_c(r_{1-c})
 *   sender -> receiver   s G
 *
 * Key j is the hash of s (r_j + H_j(r_{1-j})), of all that was said in the instance, and of the instance's name; the
 * receiver computes its one from t (s G).
 *
 * **Security.** Malicious, endemic: a party that cheats may choose its own keys (which a protocol that only sends under
 * them, as ours do, allows), but a receiver never knows both of an instance and a sender never the choice. The choice
 * is hidden perfectly, as r_0 and r_1 are uniform either way; the keys rest on Diffie-Hellman in ristretto255, with
 * hashes as random oracles. Pitfalls of such protocols that are avoided here: every instance has an s of its own and a
 * name (session, direction, number) in every hash, so that nothing is shared between the instances of a batch; the
 * whole exchange is hashed into the keys; an element that is not canonical, or the identity, ends the run.
 *
 * **Source.** Masny, Rindal, "Endemic Oblivious Transfer", CCS 2019, section 5; on batches: McQuoid, Rosulek, Roy,
 * "Batching Base Oblivious Transfers", ASIACRYPT 2021.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import type { ByteRows } from "../bytes/byte-rows.js";
import { utf8ToBytes } from "../bytes/encoding.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { wipe } from "../bytes/wipe.js";
import { elementBytes } from "../group/backend.js";
import {
  addEach,
  decodeCheck,
  hashToGroup,
  multiplyBase,
  multiplyEach,
  subtractEach,
} from "../group/ristretto255.js";
import { scalarBytes, shortRandomScalars } from "../group/scalars.js";
import { keepBytes, randomBytes, type RandomSource } from "../random/csprng.js";

/** Bytes of a key. */
export const keyBytes = 32;

/** Bytes that one uniform element is hashed from. */
const uniformBytes = 2 * elementBytes;
const hashTag = "veilshare/ot/base/element/v1";
const keyTag = utf8ToBytes("veilshare/ot/base/key/v1");

/** What both ends of a batch of instances have in common. */
export interface BaseOtBatch {
  readonly count: number;
  /** 32 bytes that no other batch has: the session's and the direction's. */
  readonly name: Uint8Array;
  /** Where secrets come from; the platform's generator unless a test replays them. */
  readonly random?: RandomSource;
}

/** The sender's keys: instance i has key j at (2 i + j) x 32 bytes. */
export interface SenderKeys {
  readonly keys: Uint8Array;
  /** The sender's message. */
  readonly message: Uint8Array;
}

/** Bytes of the two messages. */
export function baseOtBytes(count: number): { readonly receiver: number; readonly sender: number } {
  return { receiver: 2 * count * elementBytes, sender: count * elementBytes };
}

/** The receiver's end of a batch of instances: {@link BaseOtReceiver.message} goes out, the answer comes in. */
export class BaseOtReceiver {
  static {
    printAsRedacted(this);
  }

  readonly #batch: BaseOtBatch;
  readonly #choices: Uint8Array;
  readonly #secrets: Uint8Array;
  readonly #message: Uint8Array;

  /** @param choices - One byte an instance, 0 or 1. */
  constructor(batch: BaseOtBatch, choices: Uint8Array) {
    const { count, random = randomBytes } = batch;
    this.#batch = batch;
    this.#choices = choices.slice();
    this.#secrets = shortRandomScalars(count, random);
    const drawn = evenRows(keepBytes(random, count * uniformBytes), uniformBytes);
    const uniform = hashToGroup(drawn, "veilshare/ot/base/uniform/v1");
    wipe(drawn.bytes); // whoever knew them would know which elements are the uniform ones
    const masks = subtractEach(multiplyBase(this.#secrets), hashOther(batch, choices, uniform));
    this.#message = interleave(masks, uniform, choices);
  }

  /** For each instance r_0 and r_1. */
  get message(): Uint8Array {
    return this.#message;
  }

  /**
   * The chosen keys.
   *
   * @param answer - The sender's message.
   * @returns count x 32 bytes.
   * @throws VeilshareError INVALID_ARGUMENT, with the row as `invalidElementRow` reads it, for an element that is refused.
   */
  keys(answer: Uint8Array): Uint8Array {
    const shared = multiplyEach(answer, this.#secrets);
    const keys = deriveKeys(this.#batch, this.#choices, { message: this.#message, answer, shared });
    wipe(shared);
    return keys;
  }

  /** Overwrites the secrets and the choices; no keys can be had afterwards. */
  wipe(): void {
    wipe(this.#secrets, this.#choices);
  }
}

/** The sender's end of a batch of instances: {@link BaseOtSender.message} does not depend on the receiver's. */
export class BaseOtSender {
  static {
    printAsRedacted(this);
  }

  readonly #batch: BaseOtBatch;
  readonly #secrets: Uint8Array;
  readonly #message: Uint8Array;

  constructor(batch: BaseOtBatch) {
    this.#batch = batch;
    this.#secrets = shortRandomScalars(batch.count, batch.random ?? randomBytes);
    this.#message = multiplyBase(this.#secrets);
  }

  /** For each instance s G. */
  get message(): Uint8Array {
    return this.#message;
  }

  /**
   * The keys; the secrets are overwritten.
   *
   * @param received - The receiver's message.
   * @returns Instance i has key j at (2 i + j) x 32 bytes.
   * @throws VeilshareError INVALID_ARGUMENT, with the row as `invalidElementRow` reads it, for an element that is refused.
   */
  keys(received: Uint8Array): Uint8Array {
    const { count } = this.#batch;
    decodeCheck(received);
    const keys = new Uint8Array(2 * count * keyBytes);
    for (const j of [0, 1] as const) {
      const choices = new Uint8Array(count).fill(j);
      const [own, other] = [everySecond(received, j), everySecond(received, 1 - j)];
      const bases = addEach(own, hashOther(this.#batch, choices, other));
      const shared = multiplyEach(bases, this.#secrets);
      const derived = deriveKeys(this.#batch, choices, { message: received, answer: this.#message, shared });
      for (let i = 0; i < count; i++) keys.set(at(derived, i), (2 * i + j) * keyBytes);
      wipe(shared, derived);
    }
    this.wipe();
    return keys;
  }

  /** Overwrites the secrets; no keys can be had afterwards. */
  wipe(): void {
    wipe(this.#secrets);
  }
}

/**
 * The sender's end in one step.
 *
 * @param received - The receiver's message.
 * @throws VeilshareError as {@link BaseOtSender.keys}.
 */
export function sendBaseOt(batch: BaseOtBatch, received: Uint8Array): SenderKeys {
  const sender = new BaseOtSender(batch);
  try {
    return { keys: sender.keys(received), message: sender.message };
  } finally {
    sender.wipe();
  }
}

/** H_j of the other element, instance by instance; j is the instance's byte in `choices`. */
function hashOther(batch: BaseOtBatch, choices: Uint8Array, others: Uint8Array): Uint8Array {
  const rowBytes = batch.name.length + instanceBytes + elementBytes;
  const rows = new Uint8Array(batch.count * rowBytes);
  for (let i = 0; i < batch.count; i++) {
    const start = i * rowBytes;
    const end = putInstance(rows, start, batch, i, choices);
    rows.set(at(others, i), end);
  }
  return hashToGroup(evenRows(rows, rowBytes), hashTag);
}

interface Exchange {
  readonly message: Uint8Array;
  readonly answer: Uint8Array;
  readonly shared: Uint8Array;
}

function deriveKeys(batch: BaseOtBatch, choices: Uint8Array, exchange: Exchange): Uint8Array {
  const keys = new Uint8Array(batch.count * keyBytes);
  const { message, answer, shared } = exchange;
  // Tag, name, instance, both elements of the receiver, the sender's, and the shared one: one row for all hashes.
  const row = new Uint8Array(keyTag.length + batch.name.length + instanceBytes + 4 * elementBytes);
  row.set(keyTag);
  for (let i = 0; i < batch.count; i++) {
    const end = putInstance(row, keyTag.length, batch, i, choices);
    row.set(message.subarray(2 * i * elementBytes, 2 * (i + 1) * elementBytes), end);
    row.set(at(answer, i), end + 2 * elementBytes);
    row.set(at(shared, i), end + 3 * elementBytes);
    keys.set(sha256(row), i * keyBytes);
  }
  wipe(row);
  return keys;
}

const instanceBytes = 5;

/** Writes the batch's name, an instance's number and that of one of its keys; where they end. */
function putInstance(
  to: Uint8Array,
  start: number,
  { name }: BaseOtBatch,
  i: number,
  choices: Uint8Array,
): number {
  to.set(name, start);
  const end = start + name.length;
  for (let k = 0; k < 4; k++) to[end + k] = (i >>> (8 * k)) & 255;
  to[end + 4] = choices[i] as number; // a choice an instance
  return end + instanceBytes;
}

/** Rows of one length. */
function evenRows(bytes: Uint8Array, rowBytes: number): ByteRows {
  return {
    bytes,
    offsets: Uint32Array.from({ length: bytes.length / rowBytes + 1 }, (_, i) => i * rowBytes),
  };
}

function at(rows: Uint8Array, i: number): Uint8Array {
  return rows.subarray(i * scalarBytes, (i + 1) * scalarBytes); // elements, scalars and keys have 32 bytes all
}

/** For each instance the pair whose element at the choice is from `chosen`; by masks, as choices are secret. */
function interleave(chosen: Uint8Array, other: Uint8Array, choices: Uint8Array): Uint8Array {
  const pairs = new Uint8Array(2 * chosen.length);
  for (let i = 0; i < choices.length; i++) {
    const mask = -(choices[i] ?? 0);
    for (let k = 0; k < elementBytes; k++) {
      const [a, b] = [chosen[i * elementBytes + k] as number, other[i * elementBytes + k] as number]; // whole rows
      const difference = (a ^ b) & mask;
      pairs[2 * i * elementBytes + k] = a ^ difference;
      pairs[(2 * i + 1) * elementBytes + k] = b ^ difference;
    }
  }
  return pairs;
}

/** The elements at places j, j + 2 and so on. */
function everySecond(elements: Uint8Array, j: number): Uint8Array {
  const half = new Uint8Array(elements.length / 2);
  for (let i = 0; i < half.length; i += elementBytes) {
    half.set(elements.subarray(2 * i + j * elementBytes, 2 * i + (j + 1) * elementBytes), i);
  }
  return half;
}
