/**
 * How many neighbours each client of a resilient sum needs, and how many of their shares put a secret together: computed
 * from the number of clients and from how many may collude with the server or drop out. All probabilities are compared
 * exactly, in integers, so that every party computes the same numbers on every engine.
 *
 * **Source.** Bell, Bonawitz, Gascon, Lepoint, Raykova, "Secure Single-Server Aggregation with (Poly)Logarithmic
 * Overhead" (CCS 2020), section 3 (good graphs; Harary graphs in random order); Bonawitz et al. (CCS 2017), section 6,
 * for complete graphs.
 */

import { checkOptions, type RulesOf } from "../../checks/options.js";
import { number, oneOf, optional } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";

/** What the server may do besides curiosity. */
export type ServerModel = "semi-honest" | "active";

/** What {@link chooseGraph} guards against. */
export interface GraphOptions {
  /** Largest share of the clients that pool what they saw with the server; 0 to below 1. Default 0.2. */
  readonly corrupt?: number;
  /** Largest share of the clients that may leave before their vector is in; 0 to below 1. Default 0.2. */
  readonly dropout?: number;
  /** Statistical security in bits: privacy fails with a chance below 2^-privacy. Default 40. */
  readonly privacy?: number;
  /** With at most the stated dropouts, the sum fails with a chance below 2^-correctness. Default 30. */
  readonly correctness?: number;
  /** Default `semi-honest`. An `active` server always gets the complete graph. */
  readonly server?: ServerModel;
}

/** Rules of {@link GraphOptions}. */
export const graphRules: RulesOf<GraphOptions> = {
  corrupt: optional(number()),
  dropout: optional(number()),
  privacy: optional(number()),
  correctness: optional(number()),
  server: optional(oneOf("semi-honest", "active")),
};

/** The neighbour graph's numbers. */
export interface GraphParameters {
  readonly clients: number;
  /** Neighbours of each client; clients - 1 for the complete graph. */
  readonly degree: number;
  /** How many of a client's shares put its secret together. */
  readonly threshold: number;
  /** Most clients that collude with the server: floor(corrupt x clients). */
  readonly corrupt: number;
  /** Most clients that drop out: floor(dropout x clients). */
  readonly dropout: number;
}

/** Indices are 16 bits in share positions and 32 in messages; beyond this nothing was tried. */
export const maxClients = 20_000;

const maxStatisticalBits = 128;

/**
 * The sparsest graph that keeps both promises: even degree k of a Harary graph in random order, and the smallest
 * threshold t that keeps privacy, so that as many losses and wrong shares as possible are survived. The complete graph
 * where the number of clients is too small for less.
 *
 * Privacy fails if some client has t colluding neighbours, or if the graph of honest clients that stayed falls apart, which
 * in a Harary graph takes two runs of k/2 lost or colluding clients; half of 2^-privacy is allowed for each. Correctness
 * fails if some client keeps fewer than t neighbours. A complete graph has no such chances: t is above the number of
 * colluders, and with an active server above half of clients and colluders together.
 *
 * @param clients - 3 to 20,000.
 * @throws VeilshareError INVALID_ARGUMENT for numbers out of range, or where no graph will do: fewer than two honest
 *   clients would be left, or with an active server more than half could be lost or lie.
 *
 * **Security.** Which clients collude and which drop out must not depend on the graph: they are fixed, or random, before it
 * is drawn. **Cost.** Some milliseconds for thousands of clients.
 */
export function chooseGraph(clients: number, options: GraphOptions = {}): GraphParameters {
  checkOptions("chooseGraph", options, graphRules);
  const { server = "semi-honest", privacy = 40, correctness = 30 } = options;
  checkWhole("clients", clients, 3, maxClients);
  checkWhole("privacy", privacy, 1, maxStatisticalBits);
  checkWhole("correctness", correctness, 1, maxStatisticalBits);
  const corrupt = countOf("corrupt", options.corrupt ?? 0.2, clients);
  const dropout = countOf("dropout", options.dropout ?? 0.2, clients);
  if (clients - corrupt - dropout < 2) {
    const expected = "at least two honest clients that stay";
    throw invalidArgument("chooseGraph", expected, `${clients} - ${corrupt} - ${dropout}`);
  }
  const numbers = { clients, corrupt, dropout };
  if (server === "active") return completeGraph(numbers, Math.floor((clients + corrupt) / 2) + 1);
  for (let degree = 2; degree < clients - 1; degree += 2) {
    if (!staysConnected(numbers, degree, privacy)) continue;
    const threshold = smallestThreshold(numbers, degree, privacy);
    if (threshold > degree || !keepsNeighbours(numbers, degree, threshold, correctness)) continue;
    return { ...numbers, degree, threshold };
  }
  return completeGraph(numbers, Math.max(2, corrupt + 1));
}

type Numbers = Pick<GraphParameters, "clients" | "corrupt" | "dropout">;

/** In the complete graph each client keeps a share of its own secret too, so there are as many shares as clients. */
function completeGraph(numbers: Numbers, threshold: number): GraphParameters {
  const { clients, dropout } = numbers;
  if (threshold > clients - dropout) {
    const expected = `at least ${threshold} of ${clients} clients to stay`;
    throw invalidArgument("chooseGraph", expected, `${dropout} dropouts`);
  }
  return { ...numbers, degree: clients - 1, threshold };
}

/**
 * True if the graph of honest clients that stay falls apart with a chance below 2^-(privacy + 1). To cut a Harary graph,
 * two disjoint runs of degree/2 places must all be lost or colluding: n (n - k - 1) / 2 pairs of runs, and k given places
 * are all among the b bad ones with a chance of C(b, k) / C(n, k).
 */
function staysConnected({ clients, corrupt, dropout }: Numbers, degree: number, privacy: number): boolean {
  const pairs = BigInt(clients) * BigInt(clients - degree - 1); // twice their number
  const bad = binomial(corrupt + dropout, degree);
  return (pairs * bad) << BigInt(privacy) <= binomial(clients, degree);
}

/** The smallest t, 2 or more, that some client's colluding neighbours reach with a chance below 2^-(privacy + 1). */
function smallestThreshold({ clients, corrupt }: Numbers, degree: number, privacy: number): number {
  const counts = hypergeometricCounts({ population: clients - 1, marked: corrupt, drawn: degree });
  const allowed = binomial(clients - 1, degree);
  let tail = 0n;
  for (let threshold = degree; threshold >= 2; threshold--) {
    tail += counts[threshold] as bigint; // counts has degree + 1 entries
    if ((BigInt(clients) * tail) << BigInt(privacy + 1) > allowed) return threshold + 1;
  }
  return 2;
}

/** True if some client keeps fewer than `threshold` neighbours with a chance below 2^-correctness. */
function keepsNeighbours(
  { clients, dropout }: Numbers,
  degree: number,
  threshold: number,
  correctness: number,
): boolean {
  const counts = hypergeometricCounts({ population: clients - 1, marked: dropout, drawn: degree });
  let tail = 0n;
  for (let lost = degree - threshold + 1; lost <= degree; lost++) tail += counts[lost] as bigint; // as above
  return (BigInt(clients) * tail) << BigInt(correctness) <= binomial(clients - 1, degree);
}

/** In how many of the C(population, drawn) draws there are 0, 1, ..., drawn marked ones. */
function hypergeometricCounts(urn: {
  readonly population: number;
  readonly marked: number;
  readonly drawn: number;
}): bigint[] {
  const { population, marked, drawn } = urn;
  const plain = population - marked;
  const counts = new Array<bigint>(drawn + 1).fill(0n);
  const fewest = Math.max(0, drawn - plain);
  const most = Math.min(drawn, marked);
  let count = binomial(marked, fewest) * binomial(plain, drawn - fewest);
  for (let i = fewest; i <= most; i++) {
    counts[i] = count;
    // C(m, i + 1) C(p, d - i - 1) from C(m, i) C(p, d - i); the division is exact
    count = (count * BigInt((marked - i) * (drawn - i))) / BigInt((i + 1) * (plain - drawn + i + 1));
  }
  return counts;
}

function binomial(n: number, k: number): bigint {
  if (k > n) return 0n;
  let result = 1n;
  for (let i = 1; i <= Math.min(k, n - k); i++) {
    result = (result * BigInt(n - i + 1)) / BigInt(i); // exact: a product of i numbers in a row
  }
  return result;
}

function checkWhole(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw invalidArgument("chooseGraph", `${field} to be an integer from ${least} to ${most}`, String(value));
}

/** A share of the clients as a number of them; rounding errors of the product must not lose one. */
function countOf(field: string, share: number, clients: number): number {
  if (!(share >= 0 && share < 1)) {
    throw invalidArgument("chooseGraph", `${field} to be at least 0 and below 1`, String(share));
  }
  return Math.floor(share * clients + 1e-9);
}
