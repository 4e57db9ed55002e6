/**
 * What a computation will cost, before anything runs: the program is run dry, by one party after the other alone, with
 * zeros in place of all secrets, and what it would send is counted.
 */

import { checkArgument, checkOptions, type RulesOf } from "../checks/options.js";
import { anything, callback, either, integer, listOf, number, optional, text } from "../checks/rules.js";
import type { Party } from "../channel/party.js";
import { invalidArgument } from "../errors.js";
import { AdditiveScheme } from "./additive/additive-scheme.js";
import { correlationLengths, type OperandShape } from "./correlation-kinds.js";
import type { CorrelatedRandomness, Correlation, OwnedMatrixRequest, OwnedProducts } from "./correlation.js";
import { computations, defaultComputation, type Computation } from "./computation.js";
import { Engine } from "./engine.js";
import { ReplicatedParts, type WordStream } from "./replicated/parts.js";
import { ReplicatedScheme } from "./replicated/replicated-scheme.js";
import { partsByteLength } from "./round-message.js";
import { digestBytes, type RoundRequest, type RoundResult, type Rounds } from "./rounds.js";
import type { Scheme } from "./scheme.js";
import { afterThisTurn } from "../parallel/event-loop.js";
import { wordsForRows } from "./packed-bits.js";
import { PlannedTransfers } from "./two-party/planned-transfers.js";

/** Options of {@link plan}. */
export interface PlanOptions {
  /** Default `two-party`. */
  readonly computation?: Computation;
  /** Computing parties, by name in their order or just how many; a dealer is not counted. Default: two, or three replicated. */
  readonly parties?: readonly string[] | number;
  /** Time from one party to another. Default 0.2 ms: one data centre. */
  readonly latencyMs?: number;
  /** Of each party's link, each way. Default 1000. */
  readonly megabitsPerSecond?: number;
}

const planRules: RulesOf<PlanOptions> = {
  computation: optional(anything),
  parties: optional(either(integer(0), listOf(text))),
  latencyMs: optional(number(0)),
  megabitsPerSecond: optional(number(0)),
};

/** Correlations of one kind that a source will be asked for. */
export interface PlannedCorrelations {
  readonly kind: Correlation["kind"];
  readonly draws: number;
  /** Words of all their dependent vectors: what a dealer sends, about. */
  readonly words: number;
}

/** What a computation will cost. */
export interface Plan {
  readonly rounds: number;
  /** Bytes that each computing party sends to the others, encryption and framing left out. */
  readonly bytesSent: readonly number[];
  /** Those of them that are oblivious transfer's, setting it up included; 0 but for two parties alone. */
  readonly transferBytes: readonly number[];
  /** Empty with replicated shares. */
  readonly correlations: readonly PlannedCorrelations[];
  /** Estimated: latency of all rounds, the busiest link, and 12 ns of work a byte and end. A rough guide. */
  readonly seconds: number;
  /** All of it in a few lines. */
  readonly text: string;
}

/** Seconds of work for each byte that is computed, encrypted and sent, or the other way round. */
const workSecondsPerByte = 12e-9;

/**
 * Counts what a program would cost.
 *
 * @param program - As it will run later, but every input is given without values: only its owner, shape and bound count.
 *   What it reveals is zeros: it must not decide anything by it.
 * @throws VeilshareError what the program throws, BOUND_EXCEEDED in particular; INVALID_ARGUMENT for a number of parties
 *   that the scheme does not have.
 * @example
 * const cost = await plan(async (engine) => {
 *   const x = await engine.input({ owner: 0, rows: 1000, bound: 100 });
 *   const y = await engine.input({ owner: 1, rows: 1000, bound: 100 });
 *   await engine.reveal(await engine.multiply(x, y));
 * }, { computation: "replicated" });
 * console.log(cost.text);
 *
 * **Cost.** The local work and memory of the program, once for each party; nothing is sent.
 */
export async function plan(
  program: (engine: Engine) => Promise<unknown>,
  options: PlanOptions = {},
): Promise<Plan> {
  checkArgument("plan", "program", program, callback);
  checkOptions("plan", options, planRules);
  const { computation = defaultComputation } = options;
  const { parties = computation === "replicated" ? 3 : 2 } = options;
  const names = typeof parties === "number" ? Array.from({ length: parties }, (_, i) => `${i}`) : parties;
  checkPartyCount(computation, names.length);
  const members = names.map((_, index) => index);
  const counts: CountingRounds[] = [];
  const source = new CountingSource(computation === "two-party" ? new PlannedTransfers() : undefined);
  for (const self of members) {
    const rounds = new CountingRounds();
    // All parties ask a source for the same.
    const of = self === 0 ? source : new CountingSource(source.transfers && new PlannedTransfers());
    const counted =
      computation === "replicated"
        ? ringOf(rounds, members, self)
        : additiveOf({ rounds, members, self, source: of });
    await program(new Engine(observer(names), members, openingZeros(counted)));
    counts.push(rounds);
  }
  return summary(counts, source, options);
}

function checkPartyCount(computation: Computation, count: number): void {
  const wanted = {
    "two-party": "two parties",
    replicated: "three parties",
    dealer: "two computing parties or more",
  };
  if (!computations.includes(computation)) {
    throw invalidArgument("plan", `a computation: ${computations.join(", ")}`, "another name");
  }
  const fits = computation === "dealer" ? count >= 2 : count === (computation === "replicated" ? 3 : 2);
  if (!fits) throw invalidArgument("plan", wanted[computation], `${count}`);
}

/** A party that owns no input, so that no program has values for it. */
function observer(names: readonly string[]): Pick<Party, "index" | "indexOf" | "names"> {
  return {
    index: -1,
    names,
    indexOf(party) {
      const index = typeof party === "string" ? names.indexOf(party) : party;
      if (names[index] === undefined)
        throw invalidArgument("plan", `one of ${names.join(", ")}`, String(party));
      return index;
    },
  };
}

function zeros(length: number): BigUint64Array {
  return new BigUint64Array(length);
}

function additiveOf(parts: {
  readonly rounds: Rounds;
  readonly members: readonly number[];
  readonly self: number;
  readonly source: CorrelatedRandomness;
}): Scheme {
  const pairs = {
    inputShare: (_owner: number, _words: BigUint64Array | undefined, length: number) => zeros(length),
    zeroShare: zeros,
    refreshBits: (bits: BigUint64Array) => bits,
  };
  return new AdditiveScheme({ ...parts, pairs });
}

function ringOf(rounds: Rounds, members: readonly number[], position: number): Scheme {
  const stream: WordStream = { words: zeros };
  const seeds = { previous: stream, next: stream, common: stream, zeroShare: zeros, zeroBits: zeros };
  return new ReplicatedScheme(new ReplicatedParts({ rounds, members, position, seeds }));
}

/** Rounds that send nothing; what would arrive is zeros. Operations started together share a round, as in earnest. */
class CountingRounds implements Rounds {
  #count = 0;
  #bytes = 0;
  #waiting: (() => void)[] = [];
  readonly #peers = new Set<number>();

  get count(): number {
    return this.#count;
  }

  /** Bytes that would be sent; messages that hold nothing but their digest are not counted. */
  get bytesSent(): number {
    return this.#bytes;
  }

  note(): void {
    // Nobody to compare the program with.
  }

  close(): void {
    // Nothing that could still be sent.
  }

  async exchange({ send, receive, dependent }: RoundRequest): Promise<RoundResult> {
    for (const [peer, parts] of send) {
      if (!this.#peers.has(peer)) this.#bytes += digestBytes;
      this.#peers.add(peer);
      this.#bytes += partsByteLength(parts.map(({ size }) => size));
    }
    await this.#endOfRound();
    const received = new Map(
      [...receive].map(([from, sizes]) => [from, sizes.map((size) => zeros(wordsForRows(size)))]),
    );
    return { received, dependent: (await dependent?.()) ?? [] };
  }

  /** All that this turn asks for goes into one round, and goes on together. */
  #endOfRound(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length > 1) return;
      afterThisTurn(() => {
        const waiting = this.#waiting;
        this.#waiting = [];
        this.#peers.clear();
        this.#count += 1;
        for (const go of waiting) go();
      });
    });
  }
}

/** Every method of a scheme, named; those that a scheme may lack can be `undefined`. */
type AllMethods = { readonly [Method in keyof Required<Scheme>]: Scheme[Method] };

/**
 * A scheme whose openings are zeros: what was computed from zeros in place of shares need not be within bounds. Every method
 * is named, optional ones too, so that whoever adds one must say here whether it opens something.
 */
function openingZeros(scheme: Scheme): AllMethods {
  return {
    context: scheme.context,
    rounds: scheme.rounds,
    zero: (length) => scheme.zero(length),
    input: (owner, words, length) => scheme.input(owner, words, length),
    refresh: (x) => scheme.refresh(x),
    multiply: (x, y) => scheme.multiply(x, y),
    matrixProduct: (x, y, size) => scheme.matrixProduct(x, y, size),
    reusableOperand: (x, shape) => scheme.reusableOperand(x, shape),
    reusableOwnedOperand: (matrix) => scheme.reusableOwnedOperand(matrix),
    truncate: (x, ratio) => scheme.truncate(x, ratio),
    shuffle: scheme.shuffle,
    randomBits: (size) => scheme.randomBits(size),
    and: (x, y, size) => scheme.and(x, y, size),
    splitToTwoSummands: (x, width) => scheme.splitToTwoSummands(x, width),
    bitsToArithmetic: (bits, size) => scheme.bitsToArithmetic(bits, size),
    open: async (x, to) => (await scheme.open(x, to))?.map(() => 0n),
    openBits: async (bits, size, to) => (await scheme.openBits(bits, size, to))?.map(() => 0n),
    close: () => scheme.close(),
  };
}

/** A source that counts what it is asked for. */
class CountingSource implements CorrelatedRandomness {
  /** Where correlations are made by oblivious transfer: what that sends. */
  readonly transfers: PlannedTransfers | undefined;
  readonly ownedMatrix: ((wanted: OwnedMatrixRequest) => Promise<OwnedProducts>) | undefined;
  readonly #counts = new Map<Correlation["kind"], { draws: number; words: number }>();
  readonly #operands = new Map<number, OperandShape>();
  #next = 0;

  constructor(transfers?: PlannedTransfers) {
    this.transfers = transfers;
    this.ownedMatrix = transfers && ((wanted) => Promise.resolve(transfers.ownedMatrix(wanted)));
  }

  draw(wanted: Correlation) {
    const number = this.#next;
    this.#next += 1;
    if (wanted.kind === "operandMask") this.#operands.set(number, wanted);
    const operand = wanted.kind === "operandProduct" ? this.#operands.get(wanted.operand) : undefined;
    const lengths = correlationLengths(wanted, operand ?? { rows: 0, columns: 0 });
    this.transfers?.draw(wanted, operand ?? { rows: 0, columns: 0 });
    const count = this.#counts.get(wanted.kind) ?? { draws: 0, words: 0 };
    count.draws += 1;
    for (const length of lengths.dependent) count.words += length;
    this.#counts.set(wanted.kind, count);
    return {
      number,
      masks: lengths.masks.map(zeros),
      dependent: () => Promise.resolve(lengths.dependent.map(zeros)),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What was asked for, by kind. */
  get counted(): PlannedCorrelations[] {
    return [...this.#counts].map(([kind, count]) => ({ kind, ...count }));
  }
}

function summary(counts: readonly CountingRounds[], source: CountingSource, options: PlanOptions): Plan {
  const { latencyMs = 0.2, megabitsPerSecond = 1000 } = options;
  const rounds = counts[0]?.count ?? 0;
  const transferBytes = counts.map((_, party) => source.transfers?.bytesSent[party] ?? 0);
  const bytesSent = counts.map((count, party) => count.bytesSent + (transferBytes[party] ?? 0));
  const busiest = Math.max(...bytesSent);
  const seconds =
    (rounds * latencyMs) / 1000 +
    (busiest * 8) / (megabitsPerSecond * 1e6) +
    2 * busiest * workSecondsPerByte;
  const correlations = source.counted;
  const text = [
    `${rounds} rounds; bytes sent by each party: ${bytesSent.map((bytes) => bytes.toLocaleString("en")).join(", ")}`,
    ...(source.transfers === undefined
      ? []
      : [
          `of them by oblivious transfer: ${transferBytes.map((bytes) => bytes.toLocaleString("en")).join(", ")}`,
        ]),
    ...correlations.map(
      ({ kind, draws, words }) => `${kind}: ${draws} draws, ${words.toLocaleString("en")} words to correct`,
    ),
    `about ${seconds.toPrecision(2)} s at ${latencyMs} ms and ${megabitsPerSecond} Mbit/s`,
  ].join("\n");
  return { rounds, bytesSent, transferBytes, correlations, seconds, text };
}
