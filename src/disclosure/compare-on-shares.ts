/**
 * Which cells somebody dominates, found out without opening a total: three of the contributors compare on shares.
 *
 *   contributor -> three   replicated shares of its contributions                              (shares)
 *   the three              each contribution with the cell's limit; an OR over contributors    (replicated engine)
 *   the three -> others    one bit a cell                                                      (dominated)
 *
 * Adversary: semi-honest, at most one of the three.
 */

import { bytesFromWords, concatBytes, equalBytes, wordsFromBytes } from "../bytes/encoding.js";
import type { Party } from "../channel/party.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import type { Engine } from "../mpc/engine.js";
import { openReplicatedEngine } from "../mpc/open-engine.js";
import { greaterThan } from "../mpc/operations/comparison.js";
import { shareReplicated } from "../mpc/replicated/external-input.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import type { Share } from "../mpc/share.js";
import type { Rational } from "../random/rational.js";

/** Magnitudes that can be compared stay below this. */
const comparable = 2n ** 62n;

/** Limits finer than this are rounded down. */
const finest = 2n ** 16n;

/** Who compares, and with what. */
export interface Comparison {
  /** The function that compares, for errors. */
  readonly caller: string;
  /** Indices of three parties, ascending. */
  readonly members: readonly number[];
  /** The largest share of a total that one contribution may have. */
  readonly limit: Rational;
  readonly maxAbs: bigint;
}

/**
 * Checks that a comparison can be made. The share is rounded down to 16 bits where its denominator has more: never less strict.
 *
 * `caller` is the function that compares, for errors; `comparers` are three different parties, by name or index.
 * @throws VeilshareError INVALID_ARGUMENT for other than three parties; BOUND_EXCEEDED where parties x maxAbs, times the
 *   denominator of the limit, reaches 2^61 or so.
 */
export function planComparison(
  caller: string,
  party: Party,
  comparers: readonly (number | string)[],
  { share, maxAbs }: { readonly share: Rational; readonly maxAbs: bigint },
): Comparison {
  const members = [...new Set(comparers.map((comparer) => party.indexOf(comparer)))].sort((a, b) => a - b);
  if (members.length !== 3 || comparers.length !== 3) {
    throw invalidArgument(caller, "three comparers", `${members.length} different ones`);
  }
  const limit = coarse(share);
  if (maxAbs > largestComparable(share, party.size)) {
    const text = `${caller}: expected maxAbs x (denominator + parties x numerator of the limit) below 2^62 to compare on shares, got more`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field: "maxAbs" });
  }
  return { caller, members, limit, maxAbs };
}

/** The largest contribution that can be compared with a share of the total of so many. */
export function largestComparable(share: Rational, parties: number): bigint {
  const { numerator, denominator } = coarse(share);
  return (comparable - 1n) / (denominator + BigInt(parties) * numerator);
}

/** A share that is no larger and has a denominator of 16 bits. */
function coarse(share: Rational): Rational {
  if (share.denominator <= finest) return share;
  return { numerator: (share.numerator * finest) / share.denominator, denominator: finest };
}

/**
 * For each cell, whether some contribution is above the limit.
 *
 * @param values - Own contributions, 0 to maxAbs; of one length at all parties.
 * @returns The same at all parties.
 * @throws VeilshareError PEER_MALFORMED for shares of another length; PEER_MISMATCH when the three say different things.
 */
export async function dominatedCells(
  party: Party,
  values: BigInt64Array,
  comparison: Comparison,
): Promise<boolean[]> {
  if (values.length === 0) return [];
  const { members } = comparison;
  const shares = shareReplicated(new BigUint64Array(values.slice().buffer));
  const sent = members.map(async (member, position) => {
    const share = shares[position] ?? [];
    if (member !== party.index) await party.send(member, "shares", concatBytes(...share.map(bytesFromWords)));
  });
  const position = members.indexOf(party.index);
  if (position < 0) {
    await Promise.all(sent);
    return hearVerdict(party, comparison, values.length);
  }
  const own = shares[position] ?? [];
  const received = party.names.map(async (_, from): Promise<Share> => {
    if (from === party.index) return own;
    const message = await party.receive(from, "shares", { byteLength: 16 * values.length });
    const words = wordsFromBytes(message);
    return [words.slice(0, values.length), words.slice(values.length)];
  });
  const [all] = await Promise.all([Promise.all(received), Promise.all(sent)]);
  const engine = await openReplicatedEngine(party.between(members));
  const bits = await compare(engine, all, values.length, comparison);
  const verdict = Uint8Array.from(bits, (bit) => (bit === 0n ? 0 : 1));
  const others = party.names.map((_, index) => index).filter((index) => !members.includes(index));
  await Promise.all(others.map((other) => party.send(other, "dominated", verdict)));
  return [...bits].map((bit) => bit !== 0n);
}

/** 1 for each cell with a contribution x of which denominator x > numerator total; nothing else is opened. */
async function compare(
  engine: Engine,
  shares: readonly Share[],
  columns: number,
  { limit, maxAbs }: Comparison,
): Promise<BigInt64Array> {
  const shape = { rows: 1, columns, fractionalBits: 0, magnitude: maxAbs };
  const contributions = SecretMatrix.concatRows(shares.map((share) => engine.inputFromShares(shape, share)));
  const totals = contributions.columnSums().transpose().repeatColumns(shares.length).transpose();
  const scaled = contributions.scale(Number(limit.denominator));
  const excess = scaled.subtract(totals.scale(Number(limit.numerator)));
  const objections = (await greaterThan(engine, excess, 0)).columnSums();
  return engine.revealUnits(await greaterThan(engine, objections, 0));
}

async function hearVerdict(party: Party, { caller, members }: Comparison, cells: number): Promise<boolean[]> {
  const all = await Promise.all(
    members.map((member) => party.receive(member, "dominated", { byteLength: cells })),
  );
  const [first = new Uint8Array(0)] = all;
  const differs = all.findIndex((verdict) => !equalBytes(verdict, first));
  if (differs < 0) return [...first].map((bit) => bit !== 0);
  const name = party.names[members[differs] ?? -1] ?? "";
  const expected = "what the other comparers say";
  const step = `${caller.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}/dominated`;
  const text = `${step}: party "${name}": expected ${expected}, got something else`;
  throw new VeilshareError("PEER_MISMATCH", text, {
    party: name,
    step,
    expected,
  });
}
