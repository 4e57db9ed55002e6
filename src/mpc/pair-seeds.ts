/**
 * Seeds between every two computing parties, exchanged once when an engine opens. They make sharing an input free of
 * messages (the others' shares are expansions of seeds that the owner knows) and refresh what is revealed.
 */

import { printAsRedacted } from "../bytes/redacted.js";
import type { Party } from "../channel/party.js";
import { Prg, randomSeed, seedBytes } from "../random/prg.js";
import { addInPlace, subtractInPlace } from "../ring/vector.js";
import { xorInPlace } from "./packed-bits.js";

const step = "mpc/pair-seed";

const labels = { input: "veilshare/mpc/input", refresh: "veilshare/mpc/refresh" } as const;

/** What seeds between parties are for. */
export interface InputSeeds {
  inputShare(owner: number, words: BigUint64Array | undefined, length: number): BigUint64Array;
  zeroShare(length: number): BigUint64Array;
  refreshBits(bits: BigUint64Array): BigUint64Array;
}

/** One party's seeds with all others, one for each direction. */
export class PairSeeds implements InputSeeds {
  static {
    printAsRedacted(this);
  }

  readonly #self: number;
  readonly #toPeer: ReadonlyMap<number, Uint8Array>;
  readonly #fromPeer: ReadonlyMap<number, Uint8Array>;
  readonly #drawn = new Map<number, number>();
  #refreshes = 0;

  private constructor(
    self: number,
    toPeer: ReadonlyMap<number, Uint8Array>,
    fromPeer: ReadonlyMap<number, Uint8Array>,
  ) {
    this.#self = self;
    this.#toPeer = toPeer;
    this.#fromPeer = fromPeer;
  }

  /** Exchanges the seeds among the computing parties. */
  static async exchange(party: Party, members: readonly number[]): Promise<PairSeeds> {
    const others = members.filter((member) => member !== party.index);
    const toPeer = new Map(others.map((to) => [to, randomSeed()]));
    const [received] = await Promise.all([
      Promise.all(
        others.map(
          async (from) => [from, await party.receive(from, step, { byteLength: seedBytes })] as const,
        ),
      ),
      Promise.all([...toPeer].map(([to, seed]) => party.send(to, step, seed))),
    ]);
    return new PairSeeds(party.index, toPeer, new Map(received));
  }

  /**
   * The own share of the next input of `owner`: the input minus all others' shares at the owner, an expansion
   * elsewhere.
   *
   * @param words - The input at its owner; elsewhere only its length counts.
   */
  inputShare(owner: number, words: BigUint64Array | undefined, length: number): BigUint64Array {
    const number = this.#drawn.get(owner) ?? 0;
    this.#drawn.set(owner, number + 1);
    if (words === undefined) return expand(this.#fromPeer.get(owner), labels.input, number, length);
    const share = words.slice();
    for (const seed of this.#toPeer.values()) {
      subtractInPlace(share, expand(seed, labels.input, number, length));
    }
    return share;
  }

  /** The own share of a fresh sharing of zero: what makes revealed shares tell nothing but their sum. */
  zeroShare(length: number): BigUint64Array {
    const number = this.#refreshes;
    this.#refreshes += 1;
    const share = new BigUint64Array(length);
    for (const [peer, seed] of this.#toPeer) {
      if (this.#self < peer) addInPlace(share, expand(seed, labels.refresh, number, length));
      else subtractInPlace(share, expand(this.#fromPeer.get(peer), labels.refresh, number, length));
    }
    return share;
  }

  /** The own XOR share of bits, refreshed: what is opened then tells nothing but the bits. */
  refreshBits(bits: BigUint64Array): BigUint64Array {
    const number = this.#refreshes;
    this.#refreshes += 1;
    const share = bits.slice();
    for (const [peer, seed] of this.#toPeer) {
      const common = this.#self < peer ? seed : this.#fromPeer.get(peer);
      xorInPlace(share, expand(common, labels.refresh, number, bits.length));
    }
    return share;
  }
}

function expand(seed: Uint8Array | undefined, label: string, number: number, length: number): BigUint64Array {
  const context = new Uint8Array(8);
  new DataView(context.buffer).setBigUint64(0, BigInt(number), true);
  return Prg.derive(seed ?? new Uint8Array(0), label, context).words(length);
}
