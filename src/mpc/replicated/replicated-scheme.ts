/**
 * Replicated sharing among three parties, of whom two are honest: x = x0 + x1 + x2 modulo 2^64, and party i holds
 * (x_i, x_{i+1}), indices modulo 3; bits likewise under XOR. No preprocessing.
 *
 * A product needs one message of one element from each party: party i computes z_i = x_i y_i + x_i y_{i+1} +
 * x_{i+1} y_i + (its part of a fresh sharing of zero), and z_0 + z_1 + z_2 = x y; it sends z_i to party i - 1, which
 * then holds (z_{i-1}, z_i). A matrix product is summed up before it is sent: one element for each of the result.
 *
 * **Security.** Semi-honest, at most one of the three corrupted: a message z_i is masked by a key that its receiver does
 * not have. Opening sends each party the one component that it lacks, which its own two and the value determine: it
 * tells nothing else.
 *
 * **Source.** Araki, Furukawa, Lindell, Nof, Ohara, "High-Throughput Semi-Honest Secure Three-Party Computation with an
 * Honest Majority", CCS 2016; conversions after Mohassel, Rindal, "ABY3", CCS 2018, section 5.
 */

import { matrixProduct, transposedProduct, type ProductShape } from "../../ring/matrix.js";
import { add, addInPlace } from "../../ring/vector.js";
import { bitRowsOf, wordsForRows, xorInPlace, xorWords, type BitSize } from "../packed-bits.js";
import { ringPart, ringSize, type Part, type PartSize } from "../round-message.js";
import type { Ratio } from "../ratio.js";
import type { Rounds } from "../rounds.js";
import type { ReusableShare, OwnedWords, Scheme, ShuffledTable } from "../scheme.js";
import type { ShareContext, Share } from "../share.js";
import { bitsToArithmetic } from "./bit-to-arithmetic.js";
import type { ReplicatedParts } from "./parts.js";
import { pair } from "./parts.js";
import { shuffleReplicated } from "./row-shuffle.js";
import { truncateReplicated } from "./truncation.js";

/** One party's part in replicated sharing. */
export class ReplicatedScheme implements Scheme {
  readonly context: ShareContext;
  readonly rounds: Rounds;
  readonly #parts: ReplicatedParts;

  constructor(parts: ReplicatedParts) {
    this.#parts = parts;
    this.rounds = parts.rounds;
    this.context = { constantAt: [0, undefined, 1][parts.position] };
  }

  zero(length: number): Share {
    return [new BigUint64Array(length), new BigUint64Array(length)];
  }

  /** The owner's first component is from a seed common with the party before it; it sends the second to the one after. */
  async input(owner: number, words: BigUint64Array | undefined, length: number): Promise<Share> {
    const { position, seeds, rounds, members } = this.#parts;
    const from = members.indexOf(owner);
    const zeros = new BigUint64Array(length);
    if (position === from) {
      const first = seeds.previous.words(length);
      const second = words?.slice() ?? new BigUint64Array(length); // none only in a plan
      for (let i = 0; i < length; i++) {
        second[i] = BigInt.asUintN(64, (second[i] as bigint) - (first[i] as bigint)); // all of one length
      }
      await rounds.exchange({
        send: new Map([[this.#parts.nextParty, [ringPart(second)]]]),
        receive: new Map(),
        words: length,
      });
      return [first, second];
    }
    if (position === (from + 2) % 3) {
      const first = seeds.next.words(length);
      await rounds.exchange({ send: new Map(), receive: new Map(), words: length });
      return [zeros, first];
    }
    const second = await this.#parts.receive(owner, ringSize(length), length);
    return [second, zeros];
  }

  /** The own first component and a part of zero, shared anew. */
  refresh(x: Share): Promise<Share> {
    const [first] = pair(x);
    const fresh = this.#parts.seeds.zeroShare(first.length);
    addInPlace(fresh, first);
    return this.#reshare(fresh, ringSize(fresh.length));
  }

  multiply(x: Share, y: Share): Promise<Share> {
    const [x0, x1] = pair(x);
    const [y0, y1] = pair(y);
    const z = this.#parts.seeds.zeroShare(x0.length);
    for (let i = 0; i < z.length; i++) {
      // All of one length: x0 (y0 + y1) + x1 y0 + a part of zero.
      const sum = BigInt.asUintN(64, (y0[i] as bigint) + (y1[i] as bigint));
      const first = BigInt.asUintN(64, (x0[i] as bigint) * sum);
      const second = BigInt.asUintN(64, (x1[i] as bigint) * (y0[i] as bigint));
      z[i] = BigInt.asUintN(64, BigInt.asUintN(64, first + second) + (z[i] as bigint));
    }
    return this.#reshare(z, ringSize(z.length));
  }

  matrixProduct(x: Share, y: Share, size: ProductShape): Promise<Share> {
    return this.#product(matrixProduct, x, y, size);
  }

  /** Nothing to ready: shares are used as they are. */
  reusableOperand(x: Share): Promise<ReusableShare> {
    return Promise.resolve({
      product: (v, size, transposed) =>
        this.#product(transposed ? transposedProduct : matrixProduct, x, v, size),
    });
  }

  async reusableOwnedOperand({ owner, words, rows, columns }: OwnedWords): Promise<ReusableShare> {
    return this.reusableOperand(await this.input(owner, words, rows * columns));
  }

  #product(times: typeof matrixProduct, x: Share, y: Share, size: ProductShape): Promise<Share> {
    const [x0, x1] = pair(x);
    const [y0, y1] = pair(y);
    const z = this.#parts.seeds.zeroShare(size.rows * size.columns);
    addInPlace(z, times(x0, add(y0, y1), size));
    addInPlace(z, times(x1, y0, size));
    return this.#reshare(z, ringSize(z.length));
  }

  truncate(x: Share, ratio: Ratio): Promise<Share> {
    return truncateReplicated(this.#parts, x, ratio);
  }

  readonly shuffle = (tables: readonly ShuffledTable[], rows: number): Promise<readonly Share[]> =>
    shuffleReplicated(this.#parts, tables, rows);

  /** Each component is from the seed of the two parties that hold it. */
  randomBits(size: BitSize): Share {
    const length = wordsForRows(size);
    const { seeds } = this.#parts;
    return [seeds.previous.words(length), seeds.next.words(length)];
  }

  and(x: Share, y: Share, size: BitSize): Promise<Share> {
    const [x0, x1] = pair(x);
    const [y0, y1] = pair(y);
    const z = this.#parts.seeds.zeroBits(x0.length);
    for (let i = 0; i < z.length; i++) {
      // All of one length: x0 (y0 XOR y1) XOR x1 y0 XOR a part of zero.
      const first = (x0[i] as bigint) & ((y0[i] as bigint) ^ (y1[i] as bigint));
      const second = (x1[i] as bigint) & (y0[i] as bigint);
      z[i] = BigInt.asUintN(64, (z[i] as bigint) ^ first ^ second);
    }
    return this.#reshare(z, size);
  }

  /** The own additive part goes to the party before; the one after sends its part. */
  async #reshare(z: BigUint64Array, size: PartSize): Promise<Share> {
    const { rounds, previousParty, nextParty } = this.#parts;
    const part: Part = { size, words: z };
    const { received } = await rounds.exchange({
      send: new Map([[previousParty, [part]]]),
      receive: new Map([[nextParty, [size]]]),
      words: wordsForRows(size),
    });
    const [after] = received.get(nextParty) as readonly [BigUint64Array]; // one vector was asked for
    return [z, after];
  }

  /**
   * x0 + x1, which party 0 knows, and x2, which parties 1 and 2 know. Party 0 shares its bits as b0 XOR b1: b0 from a
   * seed common with party 2, b1 sent to party 1.
   */
  async splitToTwoSummands(x: Share, width: number): Promise<readonly [Share, Share]> {
    const { position, seeds, rounds, members } = this.#parts;
    const [a, b] = pair(x);
    const size = { rows: width, bits: a.length };
    const length = wordsForRows(size);
    const zeros = new BigUint64Array(length);
    if (position === 0) {
      const b0 = seeds.previous.words(length);
      const b1 = xorWords(bitRowsOf(add(a, b), width), b0);
      const send = new Map([[this.#parts.nextParty, [{ size, words: b1 }]]]);
      await rounds.exchange({ send, receive: new Map(), words: length });
      return [
        [b0, b1],
        [zeros, zeros],
      ];
    }
    if (position === 1) {
      const b1 = await this.#parts.receive(members[0] as number, size, length); // three members
      return [
        [b1, zeros],
        [zeros, bitRowsOf(b, width)],
      ];
    }
    const b0 = seeds.next.words(length);
    await rounds.exchange({ send: new Map(), receive: new Map(), words: length });
    return [
      [zeros, b0],
      [bitRowsOf(a, width), zeros],
    ];
  }

  bitsToArithmetic(bits: Share, size: BitSize): Promise<Share> {
    return bitsToArithmetic(this.#parts, bits, size);
  }

  async open(x: Share, to?: number): Promise<BigUint64Array | undefined> {
    const [first, second] = pair(x);
    const missing = await this.#missing(ringPart(first), to);
    if (missing === undefined) return undefined;
    const total = add(first, second);
    addInPlace(total, missing);
    return total;
  }

  async openBits(bits: Share, size: BitSize, to?: number): Promise<BigUint64Array | undefined> {
    const [first, second] = pair(bits);
    const missing = await this.#missing({ size, words: first }, to);
    if (missing === undefined) return undefined;
    const total = xorWords(first, second);
    xorInPlace(total, missing);
    return total;
  }

  /** The component that a party lacks is the first one of the party before it. */
  async #missing(first: Part, to?: number): Promise<BigUint64Array | undefined> {
    const { rounds, members, position, previousParty, nextParty } = this.#parts;
    const mine = to === undefined || to === members[position];
    const gives = to === undefined || to === nextParty;
    const { received } = await rounds.exchange({
      send: new Map(gives ? [[nextParty, [first]]] : []),
      receive: new Map(mine ? [[previousParty, [first.size]]] : []),
      words: wordsForRows(first.size),
    });
    return received.get(previousParty)?.[0];
  }

  /** Nothing to end. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
