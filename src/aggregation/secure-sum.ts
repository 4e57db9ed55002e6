/**
 * The sum of all parties' vectors, and nothing else about them. Run by 2 to 100 parties.
 *
 *   all -> all   parameters: length, bound                        (agree)
 *   all -> all   a fresh X25519 public key                        (key)
 *   all -> all   the own vector plus all masks, in pieces         (masked)
 *   all -> all   a hash of what each party sent                   (view)
 *
 * Adversary: semi-honest, any number of parties may collude; see {@link secureSum}.
 */

import { bytesFromWords, wordsFromBytes } from "../bytes/encoding.js";
import type { Party, ProtocolRun } from "../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import { bigint, callback, integer, optional } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import type { RandomSource } from "../random/csprng.js";
import { scaledInteger } from "../table/scaled-integer.js";
import { addInPlace } from "../ring/vector.js";
import { AgreedView } from "./agreed-view.js";
import { applyMask, MaskKey, publicKeyBytes, type PairMasks } from "./pair-masks.js";

/** Largest number of parties. */
export const maxParties = 100;

/** Words a message; 512 KiB. What is in memory besides input and result is this times the number of parties. */
const chunkWords = 65_536;

/** Most decimals of a text. */
const maxDecimals = 12;

/**
 * What is added up: words, or a list of whole numbers (`number`s must be safe integers) or of decimal texts.
 */
export type SumVector =
  BigInt64Array | BigUint64Array | readonly bigint[] | readonly number[] | readonly string[];

/** Options of {@link secureSum}; bound and decimals must be the same at all parties. */
export interface SecureSumOptions {
  /** No party's element is above this or below its negative; in units of the smallest decimal. */
  readonly maxAbs: bigint;
  /**
   * Decimals of a vector of decimal texts, 0 to 12: `"12.5"` with 2 is 1250n. The sum is in these units (`decimalText` writes
   * them). Default: 0, and texts are whole numbers.
   */
  readonly decimals?: number;
  /** Where the key comes from; other than the default only to replay a run. */
  readonly random?: RandomSource;
}

const secureSumRules: RulesOf<SecureSumOptions> = {
  maxAbs: bigint(0n),
  decimals: optional(integer(0, maxDecimals)),
  random: optional(callback),
};

/**
 * The element-wise sum of all parties' vectors, as signed integers; exact, nothing wraps.
 *
 * @param vector - Own addends, all within -maxAbs..maxAbs; a `BigUint64Array` holds unsigned ones; lists of `bigint`s, of
 *   safe integers, or of decimal texts with at most `decimals` decimals are taken too. The same length at all parties, which
 *   becomes known; 0 is allowed.
 * @returns The sum, the same at every party. New memory.
 * @throws VeilshareError VALUE_OUT_OF_RANGE when an element is beyond the bound (nothing is clipped);
 *   BOUND_EXCEEDED when parties x maxAbs reaches 2^63; PEER_MISMATCH when parties differ in length or bound, or one told
 *   different parties different vectors; every `PEER_` code of {@link Party}.
 *
 * **Security.** Semi-honest, up to n - 1 colluding parties. Everybody learns the sum, so n - 1 parties together know
 * the last one's vector (with two parties: each the other's), and fewer learn only the sum of those who are not
 * among them. That holds for any sum, however computed. A party may lie about its own vector; the range is checked
 * by its owner only, so the sum of a cheat's input may be anything. A party that sends different vectors to
 * different parties is found and named before any result is given out. All parties must stay to the end: when one
 * leaves, the sum fails. What the masked vectors show rests on X25519, HKDF-SHA-256 and ChaCha20 (computational),
 * and on links that authenticate the keys.
 *
 * **Cost.** 3 rounds and one for every 65,536 elements; each party sends each other one 8 bytes an element and 32 bytes
 * a party, does one X25519 a party, and expands 8 bytes of key stream an element and party. Three parties in one thread
 * sum a million elements in 0.7 s.
 *
 * **Source.** Bonawitz et al., CCS 2017, section 4.0.1 (pairwise masks), without dropout recovery.
 *
 * @example
 * const [total] = await secureSum(party, BigInt64Array.of(-5n), { maxAbs: 1000n });
 * const cents = await secureSum(party, ["12.5", "-0.01"], { maxAbs: 100_000_00n, decimals: 2 });
 */
export async function secureSum(
  party: Party,
  vector: SumVector,
  options: SecureSumOptions,
): Promise<BigInt64Array> {
  checkArgument("secureSum", "party", party, partyRule);
  checkOptions("secureSum", options, secureSumRules);
  return party.run({ name: "veilshare/secure-sum", version: 1 }, async (run) => {
    const { maxAbs, decimals = 0 } = options;
    checkShape(vector, maxAbs, run.size);
    const own = wordsOf(vector, decimals); // what was checked is what is sent, whatever the caller does meanwhile
    await checkRange(own, maxAbs);
    const agreedDecimals = options.decimals === undefined ? {} : { decimals };
    await run.agree({ length: own.length, maxAbs: maxAbs.toString(), ...agreedDecimals });
    return sumWords(run, own, options.random); // two's complement: the sum is below 2^63 in size
  });
}

/**
 * The element-wise sum modulo 2^64 of any words: what {@link secureSum} says, without a bound.
 *
 * @returns The words of the sum, read as signed integers.
 */
export async function secureWordSum(party: Party, words: BigInt64Array): Promise<BigInt64Array> {
  return party.run({ name: "veilshare/secure-word-sum", version: 1 }, async (run) => {
    if (run.size > maxParties)
      throw invalidArgument("secureSum", `at most ${maxParties} parties`, `${run.size}`);
    const own = words.slice();
    await run.agree({ length: own.length });
    return sumWords(run, own);
  });
}

/** The sum of all parties' words; those of this party are masked in place. */
async function sumWords(
  run: ProtocolRun,
  own: BigInt64Array | BigUint64Array,
  random?: RandomSource,
): Promise<BigInt64Array> {
  const masks = await agreeOnMasks(run, random);
  const view = new AgreedView(run);
  const sum = new BigUint64Array(own.length);
  const words = new BigUint64Array(own.buffer); // negative numbers as two's complement
  for (let start = 0; start < words.length; start += chunkWords) {
    const end = Math.min(start + chunkWords, words.length);
    const masked = await maskChunk(run, words.slice(start, end), masks);
    await addEveryones(run, masked, sum.subarray(start, end), view);
    run.progress({ step: "aggregation/sum", done: end, total: words.length });
  }
  await view.compare();
  return new BigInt64Array(sum.buffer);
}

function checkShape(vector: unknown, maxAbs: bigint, parties: number): void {
  const caller = "secureSum";
  if (!(vector instanceof BigInt64Array || vector instanceof BigUint64Array || Array.isArray(vector))) {
    const expected = "a BigInt64Array or BigUint64Array, or a list of whole numbers or decimal texts";
    throw invalidArgument(caller, expected, typeof vector);
  }
  if (parties > maxParties) throw invalidArgument(caller, `at most ${maxParties} parties`, `${parties}`);
  checkBound(caller, maxAbs, parties);
}

/** A copy as words; a `BigUint64Array` as it is, since its words are read as unsigned when the range is checked. */
function wordsOf(vector: SumVector, decimals: number): BigInt64Array | BigUint64Array {
  if (vector instanceof BigInt64Array || vector instanceof BigUint64Array) return vector.slice();
  const words = new BigInt64Array(vector.length);
  let kind: string | undefined;
  for (let i = 0; i < vector.length; i++) {
    const element = vector[i]; // of any type: lists may come from untyped code
    kind ??= typeof element;
    const word = typeof element === kind ? wordOf(element, decimals) : undefined;
    if (word === undefined) throw badElement(i, kind, decimals);
    words[i] = word;
  }
  return words;
}

function wordOf(element: unknown, decimals: number): bigint | undefined {
  if (typeof element === "bigint") return BigInt.asIntN(64, element) === element ? element : undefined;
  if (typeof element === "number") return Number.isSafeInteger(element) ? BigInt(element) : undefined;
  return typeof element === "string" ? scaledInteger(element, decimals) : undefined;
}

function badElement(i: number, kind: string, decimals: number): VeilshareError {
  const field = `vector[${i}]`;
  const words: Readonly<Record<string, string>> = {
    bigint: "a bigint of 64 bits",
    number: "a safe integer",
    string: `a decimal text of 64 bits with at most ${decimals} decimals`,
  };
  const known = words[kind];
  const expected = known ?? "a bigint, a safe integer or a decimal text";
  const code = known === undefined ? "INVALID_ARGUMENT" : "VALUE_OUT_OF_RANGE";
  return new VeilshareError(code, `secureSum: ${field}: expected ${expected}, got another`, {
    field,
    expected,
  });
}

async function checkRange(vector: BigInt64Array | BigUint64Array, maxAbs: bigint): Promise<void> {
  for (let i = 0; i < vector.length; i++) {
    const element = vector[i] as bigint; // i < length
    if (element > maxAbs || element < -maxAbs) {
      const text = `secureSum: expected elements within the declared bound, got one beyond it at position ${i}`;
      throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: `vector[${i}]` });
    }
    if (i % (16 * chunkWords) === 16 * chunkWords - 1) await turnOfTheEventLoop();
  }
}

/**
 * Checks that the sum of all parties' elements can't leave the ring.
 *
 * @throws VeilshareError BOUND_EXCEEDED when parties x maxAbs reaches 2^63; INVALID_ARGUMENT for a negative bound.
 */
function checkBound(caller: string, maxAbs: bigint, parties: number): void {
  if (typeof maxAbs !== "bigint" || maxAbs < 0n) {
    throw invalidArgument(caller, "maxAbs as a bigint of at least 0", "another");
  }
  if (BigInt(parties) * maxAbs < 2n ** 63n) return;
  const text = `${caller}: expected parties x maxAbs below 2^63, got ${parties} x ${maxAbs}`;
  throw new VeilshareError("BOUND_EXCEEDED", text, { field: "maxAbs" });
}

async function agreeOnMasks(run: ProtocolRun, random: RandomSource | undefined): Promise<PairMasks> {
  const step = "key";
  const own = new MaskKey(random);
  const keys = await run.exchange(step, own.publicKey, { byteLength: publicKeyBytes });
  const masks = [];
  for (const [index, publicKey] of keys.entries()) {
    if (index === run.index) {
      masks.push(undefined);
      continue;
    }
    const mask = own.maskWith({ sessionId: run.sessionId, ownIndex: run.index, index, publicKey });
    if (mask === undefined) {
      const party = run.names[index] ?? "";
      const text = `secure-sum/${step}: party "${party}" sent a public key of small order`;
      throw new VeilshareError("PEER_MALFORMED", text, { party, step, field: "publicKey" });
    }
    masks.push(mask);
    await turnOfTheEventLoop();
  }
  return masks;
}

async function maskChunk(run: ProtocolRun, words: BigUint64Array, masks: PairMasks): Promise<Uint8Array> {
  for (const [peer, mask] of masks.entries()) {
    if (mask === undefined) continue;
    applyMask(words, run.index, peer, mask);
    if (words.length === chunkWords) await turnOfTheEventLoop();
  }
  return bytesFromWords(words);
}

async function addEveryones(
  run: ProtocolRun,
  masked: Uint8Array,
  sum: BigUint64Array,
  view: AgreedView,
): Promise<void> {
  const messages = await run.exchange("masked", masked, { byteLength: masked.length });
  for (const [from, message] of messages.entries()) {
    view.saw(from, message);
    addInPlace(sum, wordsFromBytes(message));
    if (sum.length === chunkWords) await turnOfTheEventLoop();
  }
}

/** Lets heartbeats, other parties' messages and cancellation in between long computations. */
function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
