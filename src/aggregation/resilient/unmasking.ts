/** The server's last step: secrets from shares, masks from secrets, and the total from the masked sum. */

import { wipe } from "../../bytes/wipe.js";
import { concatBytes, equalBytes } from "../../bytes/encoding.js";
import type { VeilshareError } from "../../errors.js";
import { elementBytes, multiply, multiplyBase } from "../../group/index.js";
import { eventLoopTurn } from "../../parallel/event-loop.js";
import { createPool, type Pool } from "../../parallel/index.js";
import { seedBytes } from "../../random/prg.js";
import { keystreamSumJob, type KeystreamSumInput } from "../../ring/keystream-sum.js";
import { sumFault, peersLost } from "./fault.js";
import { readAdvert, readAnswers, type Advert } from "./messages.js";
import type { ResilientPlan } from "./plan.js";
import { addWords, totalsOfWords } from "./ring.js";
import { ScalarCombiner, type Combined, type ScalarShare } from "./scalar-shares.js";
import { pairMaskSeed, selfMaskCommitment, selfMaskSeed } from "./seeds.js";
import type { ServerRecord } from "./server-record.js";

/** The outcome of a sum. */
export interface ResilientTotal {
  /** The total, element by element. */
  readonly totals: BigInt64Array;
  /** Indices of the clients that are in it, ascending. */
  readonly included: readonly number[];
  /**
   * Shares that do not fit what their owner committed to, and were corrected: the holder handed in another than it was
   * dealt, or the owner dealt it another than the rest. Which of the two can't be told.
   */
  readonly wrongShares: readonly { readonly owner: number; readonly holder: number }[];
}

/** What unmasking works on. */
export interface UnmaskInput {
  readonly record: ServerRecord;
  readonly plan: ResilientPlan;
  readonly names: readonly string[];
  readonly holdersOf: (client: number) => readonly number[];
}

/** Words that one job expands, about 50 ms of work; of a longer vector, one seed a job. */
const wordsPerJob = 2 ** 22;

/** Reconstructs every secret that is needed, and takes its masks off the sum, which is changed. */
export async function unmask(
  input: UnmaskInput,
  options: { readonly pool?: Pool; readonly signal?: AbortSignal },
): Promise<ResilientTotal> {
  const { record, plan } = input;
  const secrets = new SecretCollector(input);
  const pool = options.pool ?? createPool({ workers: 0 });
  const jobs = batches(maskSeeds(input, secrets), plan);
  const mapOptions = options.signal === undefined ? {} : { signal: options.signal };
  for await (const masks of pool.map(keystreamSumJob, jobs, mapOptions)) addWords(record.sum, masks);
  return {
    totals: totalsOfWords(record.sum, plan.range, plan.bits),
    included: record.included.members(),
    wrongShares: secrets.wrongShares,
  };
}

/** A mask that is in the sum, and whether it has to be subtracted to leave it. */
interface MaskSeed {
  readonly seed: Uint8Array;
  readonly subtract: boolean;
}

/**
 * All secrets first: a sum that can't be finished shall not be half unmasked. Then the self masks of all that are in, and
 * what those that left have in common with the ones that are in.
 */
async function* maskSeeds(input: UnmaskInput, secrets: SecretCollector): AsyncGenerator<MaskSeed> {
  const { record, holdersOf } = input;
  const found = new Map<number, Uint8Array>();
  for (const owner of record.joined.members()) {
    found.set(owner, secrets.secretOf(owner));
    if (found.size % 16 === 0) await eventLoopTurn();
  }
  for (const [owner, secret] of found) {
    if (record.included.has(owner)) {
      yield { seed: selfMaskSeed(secret, record.sumId, owner), subtract: true };
    } else {
      const partners = holdersOf(owner).filter((client) => record.included.has(client));
      yield* sharedMasks(owner, secret, partners, input);
    }
    wipe(secret);
  }
}

function* sharedMasks(
  owner: number,
  secret: Uint8Array,
  partners: readonly number[],
  { record, plan }: UnmaskInput,
): Generator<MaskSeed> {
  const keyOf = (client: number): Uint8Array => advertOf(client, record, plan).maskKey;
  const keys = partners.map(keyOf);
  const agreed = multiply(concatBytes(...keys), secret);
  const own = { client: owner, publicKey: keyOf(owner) };
  for (const [i, client] of partners.entries()) {
    const shared = agreed.subarray(elementBytes * i, elementBytes * (i + 1));
    const ends = [own, { client, publicKey: keys[i] ?? new Uint8Array(0) }] as const;
    // The partner, which is in the sum, added the mask if its index is the lower one.
    yield { seed: pairMaskSeed(shared, record.sumId, ends), subtract: client < owner };
  }
}

async function* batches(
  seeds: AsyncIterable<MaskSeed>,
  plan: ResilientPlan,
): AsyncGenerator<KeystreamSumInput> {
  const size = Math.max(1, Math.min(1024, Math.floor(wordsPerJob / plan.length)));
  const wordBits = plan.bits <= 32 ? 32 : 64;
  let batch: MaskSeed[] = [];
  const job = (): KeystreamSumInput => {
    const bytes = new Uint8Array(seedBytes * batch.length);
    for (const [i, { seed }] of batch.entries()) bytes.set(seed, seedBytes * i);
    const subtract = Uint8Array.from(batch, (mask) => (mask.subtract ? 1 : 0));
    batch = [];
    return { seeds: bytes, subtract, length: plan.length, wordBits };
  };
  for await (const mask of seeds) {
    batch.push(mask);
    if (batch.length === size) yield job();
  }
  if (batch.length > 0) yield job();
}

function advertOf(client: number, record: ServerRecord, plan: ResilientPlan): Advert {
  return readAdvert(record.adverts.get(client) ?? new Uint8Array(0), plan); // who is asked for has said its keys
}

/** Puts secrets together from the answers, each checked against what its owner said in the beginning. */
class SecretCollector {
  readonly wrongShares: { owner: number; holder: number }[] = [];
  readonly #input: UnmaskInput;
  readonly #combiner: ScalarCombiner;
  readonly #shares = new Map<number, ScalarShare[]>();
  /** Holders of a wrong share of anyone's: their other shares are tried last. */
  readonly #suspects = new Set<number>();

  constructor(input: UnmaskInput) {
    const { plan, record, holdersOf } = input;
    this.#input = input;
    this.#combiner = new ScalarCombiner(plan.degree + 1, plan.threshold);
    for (const [client, message] of record.answers) {
      const owners = holdersOf(client).filter((owner) => record.joined.has(owner));
      for (const [i, { kind, share }] of readAnswers(message, owners.length).entries()) {
        const owner = owners[i];
        if (kind === "none" || owner === undefined) continue;
        const shares = this.#shares.get(owner) ?? [];
        shares.push({ holder: holdersOf(owner).indexOf(client), value: share });
        this.#shares.set(owner, shares);
      }
    }
  }

  secretOf(owner: number): Uint8Array {
    const shares = this.#shares.get(owner) ?? [];
    this.#shares.delete(owner);
    if (shares.length < this.#input.plan.threshold) throw this.#tooFew(owner, shares.length);
    const isRight = this.#checkFor(owner);
    const holders = this.#input.holdersOf(owner);
    const trusted = shares.filter(({ holder }) => !this.#suspects.has(holders[holder] ?? -1));
    const combined = this.#combiner.combine(trusted, isRight) ?? this.#combiner.combine(shares, isRight);
    if (combined === undefined) throw this.#unfit(owner);
    this.#note(owner, holders, combined);
    return combined.secret;
  }

  #checkFor(owner: number): (secret: Uint8Array) => boolean {
    const { record, plan } = this.#input;
    const { commitment, maskKey } = advertOf(owner, record, plan);
    return record.included.has(owner)
      ? (secret) => equalBytes(selfMaskCommitment(secret, record.sumId, owner), commitment)
      : (secret) => equalBytes(multiplyBase(secret), maskKey);
  }

  #note(owner: number, holders: readonly number[], { wrongHolders }: Combined): void {
    for (const position of wrongHolders) {
      const holder = holders[position] ?? -1;
      this.#suspects.add(holder);
      this.wrongShares.push({ owner, holder });
    }
  }

  #tooFew(owner: number, there: number): VeilshareError {
    const expected = `${this.#input.plan.threshold} holders of shares of "${this.#input.names[owner] ?? ""}"`;
    return peersLost("total", expected, String(there));
  }

  #unfit(owner: number): VeilshareError {
    const party = this.#input.names[owner] ?? "";
    const expected = "shares that fit what it committed to";
    return sumFault("PEER_MALFORMED", { party, step: "total", expected, got: "too many others" });
  }
}
