/**
 * The sum of all parties' vectors by homomorphic encryption, for parties of which one can't stay to the end: everybody
 * but two sends one message and is done. Run by 2 to 100 parties.
 *
 *   all <-> all              parameters: length, bound, who holds the key, who collects   (agree)
 *   holder -> all            a public key                                                 (key)
 *   all others -> collector  the own vector, encrypted under it                           (sealed)
 *   collector -> holder      the encrypted sum, its own vector added, randomised afresh   (sum)
 *   holder -> all            the sum, if all are to know it                               (total)
 *
 * Adversary: semi-honest; holder and collector do not collude. See {@link sealedSum}.
 */

import { MalformedMessage } from "../bytes/codec.js";
import { bytesFromWords, wordsFromBytes } from "../bytes/encoding.js";
import type { Party, ProtocolRun } from "../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import { bigint, either, instanceOf, integer, object, oneOf, optional, text } from "../checks/rules.js";
import { invalidArgument, peerFault, VeilshareError } from "../errors.js";
import { decodeEncryptedVector, encryptedByteLength, type EncryptedVector } from "./encrypted-vector.js";
import { generatePaillierKey } from "./generate-key.js";
import { add, addPlain, decrypt, encrypt, rerandomise } from "./paillier.js";
import { PaillierPrivateKey } from "./private-key.js";
import { PaillierPublicKey, paillierKeyBits, type PaillierKeyBits } from "./public-key.js";
import { slotLayout } from "./slot-layout.js";
import { workRules, type HeWork } from "./work.js";

/** Options of {@link sealedSum}; all but `key` and `work` must be the same at all parties. */
export interface SealedSumOptions {
  /** No party's element is above this or below its negative. */
  readonly maxAbs: bigint;
  /** Who makes the key and learns the sum, by name or index. Default: the first party. */
  readonly holder?: number | string;
  /** Who adds ciphertexts up, by name or index; not the holder. Default: the last party. */
  readonly collector?: number | string;
  /** Who learns the sum. Default "all". */
  readonly reveal?: "all" | "holder";
  /** Length of the key. Default 3072. */
  readonly keyBits?: PaillierKeyBits;
  /** The holder's key. Default: a fresh one. */
  readonly key?: PaillierPrivateKey;
  /** Threads, randomness. */
  readonly work?: HeWork;
}

const sealedSumRules: RulesOf<SealedSumOptions> = {
  maxAbs: bigint(),
  holder: optional(either(integer(0), text)),
  collector: optional(either(integer(0), text)),
  reveal: optional(oneOf("all", "holder")),
  keyBits: optional(oneOf(...paillierKeyBits)),
  key: optional(instanceOf(PaillierPrivateKey, "a PaillierPrivateKey")),
  work: optional(object(workRules)),
};

type Step = "key" | "sealed" | "sum" | "total";

/** What a run is made of, the same at all parties. */
interface Settings {
  readonly length: number;
  readonly maxAbs: bigint;
  readonly holder: number;
  readonly collector: number;
  readonly reveal: "all" | "holder";
  readonly keyBits: PaillierKeyBits;
}

const maxParties = 100;

/**
 * The element-wise sum of all parties' vectors, as signed integers; exact, nothing wraps.
 *
 * **Security.** Semi-honest. The holder learns the sum, and with `reveal` "all" everybody; the collector sees ciphertexts
 * only; the others see nothing. Holder and collector together read every vector. Whoever learns the sum and knows all
 * vectors but one knows that one too: with two parties, the holder learns the collector's vector. A malicious collector
 * can replace the sum, a malicious holder can say another one. Links must be authenticated, as those of a session are.
 *
 * **Cost.** 4 rounds. Each party encrypts a ciphertext for about 3071 / (bits of the largest sum + 1) elements: 70
 * elements of 40 bits in 768 bytes. `secureSum` is far cheaper where all parties stay online and may learn the sum.
 *
 * **Source.** Paillier, EUROCRYPT 1999.
 *
 * @param vector - Own addends within -maxAbs..maxAbs; the same length at all parties, which becomes known.
 * @returns The sum; undefined to a party that is not to know it.
 * @throws VeilshareError VALUE_OUT_OF_RANGE when an element is beyond the bound; BOUND_EXCEEDED when parties x maxAbs
 * reaches 2^63; INVALID_ARGUMENT; PEER_MISMATCH when parties differ in parameters; PEER_MALFORMED for a key or
 * ciphertexts that are not; and as `Party.receive`.
 * @example
 * const sum = await sealedSum(party, BigInt64Array.of(-5n, 7n), { maxAbs: 1000n });
 */
export async function sealedSum(
  party: Party,
  vector: BigInt64Array,
  options: SealedSumOptions,
): Promise<BigInt64Array | undefined> {
  checkArgument("sealedSum", "party", party, partyRule);
  checkArgument("sealedSum", "vector", vector, instanceOf(BigInt64Array, "a BigInt64Array"));
  checkOptions("sealedSum", options, sealedSumRules);
  return party.run({ name: "veilshare/sealed-sum", version: 1 }, async (run) => {
    const values = [...vector];
    const settings = settle(run, values, options);
    const { holder, collector, reveal } = settings;
    await run.agree({ ...settings, maxAbs: settings.maxAbs.toString() });
    const work = { ...options.work, signal: run.signal };
    const key = run.index === holder ? (options.key ?? (await freshKey(settings, work))) : undefined;
    const publicKey = await sharedKey(run, settings, key);
    const layout = slotLayout(settings.keyBits, BigInt(run.size) * settings.maxAbs);
    const shape = { publicKey, layout, length: settings.length, maxAbs: settings.maxAbs };
    if (run.index === collector) {
      const sum = await collect(run, values, shape);
      await run.send(holder, "sum", (await rerandomise(publicKey, sum, work)).toBytes());
    } else {
      const sealed = await encrypt(key ?? publicKey, values, { ...work, maxAbs: settings.maxAbs, layout });
      await run.send(collector, "sealed", sealed.toBytes());
    }
    if (key !== undefined)
      return openSum(run, settings, key, { ...shape, maxAbs: settings.maxAbs * BigInt(run.size) }, work);
    return reveal === "all" ? receiveTotal(run, settings) : undefined;
  });
}

function settle(run: ProtocolRun, values: readonly bigint[], options: SealedSumOptions): Settings {
  const { maxAbs, reveal = "all", keyBits = 3072, key } = options;
  const [holder, collector] = [
    run.indexOf(options.holder ?? 0),
    run.indexOf(options.collector ?? run.size - 1),
  ];
  if (run.size > maxParties)
    throw invalidArgument("sealedSum", `at most ${maxParties} parties`, String(run.size));
  if (holder === collector)
    throw invalidArgument("sealedSum", "a holder and a collector", "one party as both");
  // Options may come from untyped code.
  if (!["all", "holder"].includes(reveal))
    throw invalidArgument("sealedSum", 'reveal to be "all" or "holder"', reveal);
  if (!paillierKeyBits.includes(keyBits) || (key !== undefined && key.publicKey.bits !== keyBits)) {
    throw invalidArgument("sealedSum", "a key of keyBits bits, 2048 or 3072", "another");
  }
  if (typeof maxAbs !== "bigint" || maxAbs < 0n) {
    throw invalidArgument("sealedSum", "maxAbs as a bigint of at least 0", "another");
  }
  if (BigInt(run.size) * maxAbs >= 2n ** 63n) {
    const text = `sealedSum: expected parties x maxAbs below 2^63, got ${run.size} x ${maxAbs}`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field: "maxAbs" });
  }
  for (const [i, value] of values.entries()) {
    if (value <= maxAbs && value >= -maxAbs) continue;
    const text = `sealedSum: expected elements within the declared bound, got one beyond it at position ${i}`;
    throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: `vector[${i}]` });
  }
  return { length: values.length, maxAbs, holder, collector, reveal, keyBits };
}

function freshKey({ keyBits }: Settings, { signal, random }: HeWork): Promise<PaillierPrivateKey> {
  return generatePaillierKey({
    bits: keyBits,
    ...(signal === undefined ? {} : { signal }),
    ...(random === undefined ? {} : { random }),
  });
}

/** The holder's public key, at every party. */
async function sharedKey(
  run: ProtocolRun,
  { holder, keyBits }: Settings,
  key: PaillierPrivateKey | undefined,
): Promise<PaillierPublicKey> {
  if (key !== undefined) {
    await run.broadcast("key", key.publicKey.toBytes());
    return key.publicKey;
  }
  const bytes = await run.receive(holder, "key", { byteLength: keyBits / 8 });
  try {
    return PaillierPublicKey.fromBytes(bytes);
  } catch (thrown) {
    if (!(thrown instanceof VeilshareError) || thrown.code !== "INVALID_ARGUMENT") throw thrown;
    throw sumFault(run, holder, "key", thrown, thrown.expected ?? "a public key", thrown.got ?? "another");
  }
}

type Shape = Parameters<typeof decodeEncryptedVector>[1];

/** Everybody's vectors and the collector's own, added up. */
async function collect(run: ProtocolRun, values: readonly bigint[], shape: Shape): Promise<EncryptedVector> {
  let sum: EncryptedVector | undefined;
  for (let from = 0; from < run.size; from++) {
    if (from === run.index) continue;
    const sealed = await receiveVector(run, from, "sealed", shape);
    sum = sum === undefined ? sealed : add(sum, sealed);
  }
  if (sum === undefined) throw new VeilshareError("INTERNAL", "sealedSum: there is no other party");
  return addPlain(sum, values, shape.maxAbs);
}

async function openSum(
  run: ProtocolRun,
  { collector, reveal }: Settings,
  key: PaillierPrivateKey,
  shape: Shape,
  work: HeWork,
): Promise<BigInt64Array> {
  const sum = await receiveVector(run, collector, "sum", shape);
  let total: BigInt64Array;
  try {
    total = BigInt64Array.from(await decrypt(key, sum, work));
  } catch (thrown) {
    if (!(thrown instanceof VeilshareError) || thrown.code !== "VALUE_OUT_OF_RANGE") throw thrown;
    throw sumFault(run, collector, "sum", thrown, "a sum within the declared bounds", "another");
  }
  if (reveal === "all") await run.broadcast("total", bytesFromWords(new BigUint64Array(total.buffer)));
  return total;
}

async function receiveVector(
  run: ProtocolRun,
  from: number,
  step: Step,
  shape: Shape,
): Promise<EncryptedVector> {
  const message = await run.receive(from, step, { byteLength: encryptedByteLength(shape) });
  try {
    return await decodeEncryptedVector(message, shape);
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    throw sumFault(run, from, step, thrown, "ciphertexts from 1 to n^2 - 1, coprime to n", "another");
  }
}

async function receiveTotal(run: ProtocolRun, { holder, length, maxAbs }: Settings): Promise<BigInt64Array> {
  const words = wordsFromBytes(await run.receive(holder, "total", { byteLength: 8 * length }));
  const total = new BigInt64Array(words.buffer);
  const bound = BigInt(run.size) * maxAbs;
  for (const value of total) {
    if (value <= bound && value >= -bound) continue;
    throw sumFault(run, holder, "total", undefined, "a sum within the declared bounds", "another");
  }
  return total;
}

function sumFault(
  run: ProtocolRun,
  from: number,
  step: Step,
  cause: unknown,
  expected: string,
  got: string,
): VeilshareError {
  const party = run.names[from] ?? "";
  return peerFault("PEER_MALFORMED", { party, step: `sealed-sum/${step}`, expected, got, cause });
}
