/** Correlated randomness from a dealer, as a computing party sees it. */

import { wordsFromBytes } from "../bytes/encoding.js";
import { printAsRedacted } from "../bytes/redacted.js";
import type { Party } from "../channel/party.js";
import { invalidArgument } from "../errors.js";
import { seedBytes } from "../random/prg.js";
import { correlationLengths, type OperandShape } from "./correlation-kinds.js";
import type { CorrelatedRandomness, Correlation, CorrelationShares } from "./correlation.js";
import { expandSeed, limitFault, OperandMasks } from "./dealer-expansion.js";
import { dealerSteps, encodeRequest } from "./dealer-request.js";

const noOperand: OperandShape = { rows: 0, columns: 0 };

/**
 * The source of one computing party in a session with a dealer (`serveDealer`).
 *
 * **Security.** The dealer learns shapes and the number of requests, never a message between the computing parties.
 * The dealer together with any *one* computing party learns every secret; a dealer that deals wrong correlations makes
 * results wrong, and nothing here notices.
 */
export class DealerRandomness implements CorrelatedRandomness {
  static {
    printAsRedacted(this);
  }

  readonly #party: Party;
  readonly #dealer: number;
  readonly #designated: boolean;
  readonly #seed: Uint8Array;
  readonly #operands = new OperandMasks<OperandShape>();
  #next = 0;

  private constructor(party: Party, dealer: number, designated: boolean, seed: Uint8Array) {
    this.#party = party;
    this.#dealer = dealer;
    this.#designated = designated;
    this.#seed = seed;
  }

  /**
   * Receives this session's seed from the dealer.
   *
   * @throws VeilshareError with a `PEER_` code when the dealer does not send one.
   */
  static async open(party: Party, dealer: number): Promise<DealerRandomness> {
    const seed = await party.receive(dealer, dealerSteps.seed, { byteLength: seedBytes });
    return new DealerRandomness(party, dealer, party.index === designatedParty(party, dealer), seed);
  }

  draw(wanted: Correlation): CorrelationShares {
    const operand = this.#operands.of(wanted);
    if (wanted.kind === "operandProduct" && operand === undefined) {
      throw invalidArgument("draw", "the number of an operand mask", String(wanted.operand));
    }
    const lengths = correlationLengths(wanted, operand ?? noOperand);
    const fault = limitFault(wanted, lengths, operand ?? noOperand);
    if (fault !== undefined) throw invalidArgument("draw", "a correlation within the dealer's limits", fault);
    const request = { number: this.#next, wanted };
    if (wanted.kind === "operandMask") this.#operands.keep(request.number, wanted);
    this.#next += 1;
    const { masks, dependent } = expandSeed(this.#seed, request, lengths, this.#designated);
    const asked = this.#party.send(this.#dealer, dealerSteps.request, encodeRequest(request));
    // Awaited below; but perhaps not before the session has already failed.
    asked.catch(() => undefined);
    return {
      number: request.number,
      masks,
      dependent: async () => {
        const [vectors] = await Promise.all([
          this.#designated ? this.#correction(lengths.dependent) : dependent,
          asked,
        ]);
        return vectors;
      },
    };
  }

  async #correction(lengths: readonly number[]): Promise<readonly BigUint64Array[]> {
    if (lengths.length === 0) return [];
    let total = 0;
    for (const length of lengths) total += length;
    const message = await this.#party.receive(this.#dealer, dealerSteps.correction, {
      byteLength: 8 * total,
    });
    let at = 0;
    return lengths.map((length) => {
      at += 8 * length;
      return wordsFromBytes(message.subarray(at - 8 * length, at));
    });
  }

  async close(): Promise<void> {
    await this.#party.send(this.#dealer, dealerSteps.request, encodeRequest({ number: this.#next }));
  }
}

/** The computing party that gets the corrections: the first one. */
function designatedParty(party: Party, dealer: number): number {
  return party.names.findIndex((_, index) => index !== dealer);
}
