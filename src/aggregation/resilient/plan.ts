/** What all parties of a resilient sum agree on before it begins. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes } from "../../bytes/encoding.js";
import { checkOptions, type RulesOf } from "../../checks/options.js";
import { bigint, bytes, either, flag, listOf, number, oneOf, optional } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";
import { chooseGraph, graphRules, type GraphOptions, type ServerModel } from "./choose-graph.js";
import { ringBitsFor, type ElementRange } from "./ring.js";
import { signingKeyBytes } from "../../channel/identity/signing-key.js";

/** What {@link planResilientSum} needs. */
export interface ResilientPlanOptions extends GraphOptions {
  /** How many clients are invited, 3 to 20,000. */
  readonly clients: number;
  /** Elements of each client's vector, 1 to 2^27. */
  readonly length: number;
  /** No element is above this; or `word` for any 64-bit words, whose total is modulo 2^64. */
  readonly max: bigint | number | "word";
  /** True if elements may be negative, down to -max. Default false: 0 to max. */
  readonly signed?: boolean;
  /** Who gets the total: the server alone, or the clients of the last step too. Default `server`. */
  readonly reveal?: "server" | "all";
  /**
   * Every client's public signing key, by the clients' indices; with an active server, and only then. Clients must have
   * them from somebody else than the server.
   */
  readonly signingKeys?: readonly Uint8Array[];
}

/** Rules of {@link ResilientPlanOptions}. */
export const resilientPlanRules: RulesOf<ResilientPlanOptions> = {
  ...graphRules,
  clients: number(),
  length: number(),
  max: either(bigint(), number(), oneOf("word")),
  signed: optional(flag),
  reveal: optional(oneOf("server", "all")),
  signingKeys: optional(listOf(bytes())),
};

/** The numbers of one resilient sum, the same at all parties. */
export interface ResilientPlan {
  readonly clients: number;
  readonly length: number;
  readonly range: ElementRange;
  readonly reveal: "server" | "all";
  readonly server: ServerModel;
  /** Neighbours of each client. */
  readonly degree: number;
  /** Shares that put a secret together. */
  readonly threshold: number;
  /** The fewest clients that a total is made of. */
  readonly minimum: number;
  /** Bits of the ring. */
  readonly bits: number;
  /** One public key a client with an active server, none otherwise. */
  readonly signingKeys: readonly Uint8Array[];
}

const maxLength = 2 ** 27;

/** The range of words: signed or not, they are the same bits. */
const anyWord: ElementRange = { max: 2n ** 64n - 1n, signed: true };

/**
 * Completes and checks the numbers of a sum.
 *
 * @throws VeilshareError INVALID_ARGUMENT for numbers out of range or shares of colluders and dropouts that no graph
 *   survives; BOUND_EXCEEDED when clients x max reaches 2^63.
 * @example
 * const plan = planResilientSum({ clients: 222, length: 1, max: 10_000_000 });
 */
export function planResilientSum(options: ResilientPlanOptions): ResilientPlan {
  checkOptions("planResilientSum", options, resilientPlanRules);
  const { clients, length, signed = false, reveal = "server", server = "semi-honest" } = options;
  if (!Number.isInteger(length) || length < 1 || length > maxLength) {
    throw invalidArgument("planResilientSum", `a length from 1 to ${maxLength}`, String(length));
  }
  const range = options.max === "word" ? anyWord : { max: maxOf(options.max), signed };
  const { degree, threshold, dropout } = chooseGraph(clients, graphOptionsOf(options));
  const bits = options.max === "word" ? 64 : ringBitsFor(clients, range);
  const signingKeys = signingKeysOf(options);
  const minimum = clients - dropout;
  return { clients, length, range, reveal, server, degree, threshold, minimum, bits, signingKeys };
}

/** What the server and each client compare when their session begins. */
export function agreedPlan(plan: ResilientPlan): Readonly<Record<string, string | number | boolean>> {
  const { range, signingKeys, ...rest } = plan;
  const { max, signed } = range;
  return {
    ...rest,
    max: max.toString(),
    signed,
    signingKeys: bytesToHex(sha256(concatBytes(...signingKeys))),
  };
}

function maxOf(max: bigint | number): bigint {
  if (typeof max === "number" && !Number.isSafeInteger(max)) {
    throw invalidArgument("planResilientSum", "max to be a safe integer or a bigint", String(max));
  }
  if (max < 1) throw invalidArgument("planResilientSum", "max to be at least 1", String(max));
  return BigInt(max);
}

function signingKeysOf({ clients, server, signingKeys = [] }: ResilientPlanOptions): readonly Uint8Array[] {
  const expected = server === "active" ? clients : 0;
  const wellFormed = signingKeys.every((key) => key instanceof Uint8Array && key.length === signingKeyBytes);
  if (signingKeys.length !== expected || !wellFormed) {
    throw invalidArgument(
      "planResilientSum",
      `${expected} signing keys of 32 bytes`,
      `${signingKeys.length}`,
    );
  }
  if (new Set(signingKeys.map(bytesToHex)).size !== expected) {
    throw invalidArgument("planResilientSum", "distinct signing keys", "one that is given twice");
  }
  return signingKeys.map((key) => Uint8Array.from(key));
}

/**
 * Tells a caller whose server learns the result what it must bring, or say.
 *
 * @throws VeilshareError INVALID_ARGUMENT for an active server without signing keys.
 */
export function checkServer(caller: string, server: ServerModel, signingKeys: readonly Uint8Array[]): void {
  if (server !== "active" || signingKeys.length > 0) return;
  const expected =
    'signingKeys of all clients, against a server that lies about who is there, or server: "semi-honest" if it is trusted not to';
  throw invalidArgument(caller, expected, "none");
}

/** Other clients that are pinned by a key of their own: the most that a client can know of. */
export function pinnedOthers({ signingKeys }: ResilientPlan): number {
  return Math.max(0, signingKeys.length - 1);
}

/** What of the options says how the graph is, and no others. */
export function graphOptionsOf(options: GraphOptions): GraphOptions {
  const names = Object.keys(graphRules) as (keyof GraphOptions)[];
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}
