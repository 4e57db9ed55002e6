/** What suppliers, aggregators and the buyer of a verified Scope 3 total compare and tell each other. */

import { ByteReader, ByteWriter } from "../../bytes/codec.js";
import type { JsonValue } from "../../bytes/canonical-json.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { verifiedCountsLength, type VerifiedCounts, type Scope3VerifiedPlan } from "./plan.js";

/** A supplier and one aggregator. */
export const supplyProtocol = { name: "veilshare/scope3-verified-supply", version: 1 } as const;

/** The aggregators and the buyer. */
export const totalProtocol = { name: "veilshare/scope3-verified-total", version: 1 } as const;

/** Who takes part besides the suppliers, by name. */
export interface Scope3Roles {
  readonly collector: string;
  /** In the order of their ids. */
  readonly aggregators: readonly string[];
}

/**
 * The plan and the roles as they are compared.
 *
 * @throws VeilshareError INVALID_ARGUMENT for another number of aggregators than the plan's, or one in two roles: it would
 *   hold all shares of a report.
 */
export function agreedVerifiedPlan(
  caller: string,
  plan: Scope3VerifiedPlan,
  { collector, aggregators }: Scope3Roles,
): Readonly<Record<string, JsonValue>> {
  if (
    aggregators.length !== plan.aggregators ||
    new Set([collector, ...aggregators]).size <= plan.aggregators
  ) {
    const expected = `${plan.aggregators} aggregators and a collector of different names`;
    throw invalidArgument(caller, expected, `${aggregators.length} aggregators or a repeated name`);
  }
  const { counting, maxAmount, ...rest } = plan;
  return {
    ...rest,
    maxAmount: maxAmount.toString(),
    minReports: counting.minReports,
    rounding: "line-half-even-gram",
    collector,
    names: [...aggregators],
  };
}

/** What an aggregator tells a supplier of the counts. */
export interface CountsNotice {
  /** False when too few valid reports came. */
  readonly released: boolean;
  /** Whether this supplier's report is in them. */
  readonly counted: boolean;
  readonly counts: VerifiedCounts;
}

/** Bytes of a {@link CountsNotice}: the same whatever it says. */
export function countsNoticeBytes(plan: Scope3VerifiedPlan): number {
  return 2 + 4 + 4 * verifiedCountsLength(plan);
}

/** The message of a notice. */
export function encodeCountsNotice({ released, counted, counts }: CountsNotice): Uint8Array {
  const writer = new ByteWriter().u8(Number(released)).u8(Number(counted)).u32(counts.reports);
  for (const count of counts.result) writer.u32(Number(count));
  return writer.finish();
}

/** Reads a notice of the right length. */
export function decodeCountsNotice(plan: Scope3VerifiedPlan, message: Uint8Array): CountsNotice {
  const reader = new ByteReader(message);
  const [released, counted, reports] = [reader.u8() === 1, reader.u8() === 1, reader.u32()];
  const result = Array.from({ length: verifiedCountsLength(plan) }, () => BigInt(reader.u32()));
  reader.end();
  return { released, counted, counts: { result, reports } };
}

/** What becomes of a supplier's amounts in the end, as one byte. */
export const endings = ["unreleased", "left out", "included"] as const;

/** The error at all parties when a batch has too few valid reports. */
export function tooFewReports(batch: "counts" | "amounts", minReports: number): VeilshareError {
  const step = `scope3-verified/${batch}`;
  const expected = `at least ${minReports} valid reports`;
  return new VeilshareError("PEERS_LOST", `${step}: expected ${expected}, got fewer`, { step, expected });
}

/** Thrown where a batch has too few reports: the run goes to its end at all parties, and its error is thrown after it. */
export class TooFewReports extends Error {
  readonly error: VeilshareError;

  constructor(batch: "counts" | "amounts", minReports: number) {
    super("too few reports");
    this.error = tooFewReports(batch, minReports);
  }
}
