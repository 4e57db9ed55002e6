/**
 * The dealer: a party of its own that hands correlated randomness to the computing parties and takes no part in the
 * computation.
 *
 * Message flow: one 32-byte seed to every computing party; then, for each request (the same from all of them), one
 * correction to the first computing party, for what the seeds cannot give: the shares of the dependent vectors must
 * sum to what the masks define. A farewell from all ends it.
 *
 * **Security.** Semi-honest. The dealer receives requests only: kinds, shapes and their order, no input, share or
 * opening. Links are encrypted end to end, so that it reads nothing that others say. But it knows every mask: the
 * dealer *and any one computing party together learn every secret*. A dealer that deals wrong correlations makes
 * results wrong, and no one notices. Run it where none of the computing parties has a hand in it.
 */

import { checkArgument, checkOptions, partyRule } from "../checks/options.js";
import { callback, optional } from "../checks/rules.js";
import { MalformedMessage } from "../bytes/codec.js";
import { bytesFromWords, concatBytes, equalBytes } from "../bytes/encoding.js";
import type { Party } from "../channel/party.js";
import { invalidArgument, peerFault, VeilshareError } from "../errors.js";
import { randomBytes, type RandomSource } from "../random/csprng.js";
import { seedBytes } from "../random/prg.js";
import { correlationLengths, kindRecord, type OperandMask } from "./correlation-kinds.js";
import type { Correlation } from "./correlation.js";
import { expandSeed, limitFault, OperandMasks } from "./dealer-expansion.js";
import { dealerSteps, decodeRequest, requestBytes, type DealerRequest } from "./dealer-request.js";

const none = new BigUint64Array(0);
const noOperand: OperandMask = { rows: 0, columns: 0, words: none };

/** Options of {@link serveDealer}. */
export interface ServeDealerOptions {
  /** Where the seeds come from; the platform's generator unless a test replays them. */
  readonly random?: RandomSource;
}

/** What a dealer did. */
export interface DealerReport {
  /** Correlations dealt. */
  readonly correlations: number;
  /** Bytes of all corrections. */
  readonly correctionBytes: number;
}

/**
 * Deals to all other parties until all of them say that they are done.
 *
 * @param party - The dealer's end of a protocol run whose other parties, at least two, all call `openDealerEngine`.
 * @throws VeilshareError PEER_MISMATCH when two computing parties ask for different things; PEER_MALFORMED for what
 *   is no request; PEER_FLOODED for a request beyond the limits; PEER_CLOSED and the like when a party dies.
 *
 * **Cost.** Local work only, about as much as one computing party's; one correction of 8 bytes an element of a
 * product or a shared bit, 16 of a truncation, one bit of a bit triple.
 */
export async function serveDealer(party: Party, options: ServeDealerOptions = {}): Promise<DealerReport> {
  checkArgument("serveDealer", "party", party, partyRule);
  checkOptions("serveDealer", options, { random: optional(callback) });
  const members = party.names.map((_, index) => index).filter((index) => index !== party.index);
  const [designated] = members;
  if (designated === undefined || members.length < 2) {
    throw invalidArgument("serveDealer", "at least two computing parties", `${members.length}`);
  }
  const random = options.random ?? randomBytes;
  const seeds = members.map(() => random(seedBytes));
  await Promise.all(members.map((to, i) => party.send(to, dealerSteps.seed, seeds[i] ?? new Uint8Array(0))));
  const dealt = new Dealing(seeds);
  let correctionBytes = 0;
  for (let number = 0; ; number++) {
    const request = await nextRequest(party, members, number);
    if (request.wanted === undefined) return { correlations: number, correctionBytes };
    const correction = dealt.correction(party, designated, number, request.wanted);
    if (correction.length === 0) continue;
    correctionBytes += correction.length;
    await party.send(designated, dealerSteps.correction, correction);
  }
}

/** The next request of all computing parties, once it is seen to be the same. */
async function nextRequest(party: Party, members: readonly number[], number: number): Promise<DealerRequest> {
  const step = dealerSteps.request;
  const messages = await Promise.all(
    members.map((from) => party.receive(from, step, { byteLength: requestBytes })),
  );
  const [first = new Uint8Array(0)] = messages;
  for (const [i, message] of messages.entries()) {
    const name = party.names[members[i] ?? 0] ?? "";
    const request = decoded(name, message);
    if (request.number !== number) {
      const [expected, got] = [`request ${number}`, `request ${request.number}`];
      throw peerFault("PEER_UNEXPECTED", { party: name, step, expected, got });
    }
    if (!equalBytes(message, first)) {
      const expected = `what "${party.names[members[0] ?? 0] ?? ""}" asks for`;
      const got = request.wanted?.kind ?? "the farewell";
      throw peerFault("PEER_MISMATCH", { party: name, step, field: "request", expected, got });
    }
  }
  return decoded(party.names[members[0] ?? 0] ?? "", first);
}

function decoded(party: string, message: Uint8Array): DealerRequest {
  try {
    return decodeRequest(message);
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    const step = dealerSteps.request;
    const text = `${step}: party "${party}": ${thrown.message}`;
    throw new VeilshareError("PEER_MALFORMED", text, { party, step, cause: thrown });
  }
}

/** The dealer's memory of one session. */
class Dealing {
  readonly #seeds: readonly Uint8Array[];
  readonly #operands = new OperandMasks<OperandMask>();

  constructor(seeds: readonly Uint8Array[]) {
    this.#seeds = seeds;
  }

  /** The correction for the first computing party; empty when the correlation has no dependent vector. */
  correction(party: Party, designated: number, number: number, wanted: Correlation): Uint8Array {
    const operand = this.#operands.of(wanted);
    const refuse = (code: "PEER_FLOODED" | "PEER_MALFORMED", expected: string, got: string): never => {
      const name = party.names[designated] ?? "";
      const text = `${dealerSteps.request}: party "${name}": expected ${expected}, got ${got}`;
      throw new VeilshareError(code, text, { party: name, step: dealerSteps.request, expected, got });
    };
    if (wanted.kind === "operandProduct" && operand === undefined) {
      return refuse("PEER_MALFORMED", "the number of an operand mask", String(wanted.operand));
    }
    const lengths = correlationLengths(wanted, operand ?? noOperand);
    const fault = limitFault(wanted, lengths, operand ?? noOperand);
    if (fault !== undefined) return refuse("PEER_FLOODED", "a correlation within the limits", fault);
    const masks = lengths.masks.map((length) => new BigUint64Array(length));
    const others = lengths.dependent.map((length) => new BigUint64Array(length));
    const record = kindRecord(wanted.kind);
    for (const [i, seed] of this.#seeds.entries()) {
      const expansion = expandSeed(seed, { number, wanted }, lengths, i === 0);
      for (const [k, mask] of expansion.masks.entries()) {
        record.masks.combineInPlace(masks[k] as BigUint64Array, mask); // same lengths
      }
      for (const [k, part] of expansion.dependent.entries()) {
        record.dependent.combineInPlace(others[k] as BigUint64Array, part); // same lengths
      }
    }
    if (wanted.kind === "operandMask") {
      this.#operands.keep(number, { ...wanted, words: masks[0] as BigUint64Array }); // the kind has one mask
    }
    const [first = none, second = none] = masks; // a kind with one mask reads only one
    const wholes = record.dependentVectors(wanted, [first, second], operand ?? noOperand);
    for (const [k, whole] of wholes.entries()) {
      record.dependent.removeInPlace(whole, others[k] as BigUint64Array); // same lengths
    }
    return concatBytes(...wholes.map(bytesFromWords));
  }
}
