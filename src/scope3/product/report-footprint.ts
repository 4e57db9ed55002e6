/**
 * A Scope 3 total as a product footprint that other programs read: JSON of the PACT Technical Specifications 3.0, and
 * the way on: such a total as one line of a consortium a tier further down.
 */

import type { JsonValue } from "../../bytes/canonical-json.js";
import { invalidArgument } from "../../errors.js";
import type { AllocatedLine } from "../lines/activity-line.js";
import type { Scope3Report } from "../report/report.js";

/** What a footprint document says besides the amounts. All texts are the caller's. */
export interface FootprintDocumentOptions {
  /** A UUID. */
  readonly id: string;
  readonly created: Date;
  readonly companyName: string;
  /** URNs, at least one. */
  readonly companyIds: readonly string[];
  readonly productName: string;
  /** URNs, at least one. */
  readonly productIds: readonly string[];
  readonly productDescription?: string;
  /** The period that the lines are of. */
  readonly periodStart: Date;
  readonly periodEnd: Date;
}

/**
 * A PACT 3.0 `ProductFootprint` whose declared unit is one piece: all that the consortium sold in the period. It
 * passes `readProductFootprint`.
 *
 * What the sum does not know apart is said in the document's comment: biogenic uptake and fossil carbon content are
 * not summed, so the value with uptake repeats the one without, and all emissions stand as fossil ones. The categories
 * are in an extension.
 *
 * @throws VeilshareError INVALID_ARGUMENT when the report has no total, or a text is empty.
 */
export function scope3FootprintDocument(
  report: Scope3Report,
  options: FootprintDocumentOptions,
): Readonly<Record<string, JsonValue>> {
  const caller = "scope3FootprintDocument";
  if (report.total === undefined) throw invalidArgument(caller, "a report with a total", "one without");
  for (const field of ["id", "companyName", "productName"] as const) {
    if (options[field] === "") throw invalidArgument(caller, `a text for ${field}`, "an empty one");
  }
  for (const field of ["companyIds", "productIds"] as const) {
    if (options[field].length === 0) throw invalidArgument(caller, `at least one of ${field}`, "none");
  }
  return {
    id: options.id,
    specVersion: "3.0.0",
    created: options.created.toISOString(),
    status: "Active",
    companyName: options.companyName,
    companyIds: [...options.companyIds],
    productDescription: options.productDescription ?? "",
    productIds: [...options.productIds],
    productNameCompany: options.productName,
    comment,
    pcf: carbonFootprint(report, report.total.kg, options),
    extensions: [{ specVersion: "3.0.0", dataSchema: extensionSchema, data: extension(report) }],
  };
}

const comment =
  "Sum over the members of a consortium, computed without opening any member's part. Biogenic uptake, carbon content " +
  "and mass are not summed; all emissions are stated as fossil.";

const extensionSchema = "urn:veilshare:scope3-total:1";

function carbonFootprint(
  report: Scope3Report,
  kg: string,
  { periodStart, periodEnd }: FootprintDocumentOptions,
): Readonly<Record<string, JsonValue>> {
  const { primaryEmissionsShare, dataQuality } = report;
  return {
    declaredUnitOfMeasurement: "piece",
    declaredUnitAmount: "1",
    productMassPerDeclaredUnit: "0",
    referencePeriodStart: periodStart.toISOString(),
    referencePeriodEnd: periodEnd.toISOString(),
    pcfExcludingBiogenicUptake: kg,
    pcfIncludingBiogenicUptake: kg,
    fossilGhgEmissions: kg,
    fossilCarbonContent: "0",
    ipccCharacterizationFactors: ["AR6"],
    crossSectoralStandards: ["GHGP-Product"],
    exemptedEmissionsPercent: "0",
    ...(primaryEmissionsShare === undefined ? {} : { primaryDataShare: primaryEmissionsShare }),
    ...(dataQuality === undefined
      ? {}
      : {
          dqi: {
            technologicalDQR: dataQuality.technological,
            geographicalDQR: dataQuality.geographical,
            temporalDQR: dataQuality.temporal,
          },
        }),
  };
}

function extension(report: Scope3Report): Readonly<Record<string, JsonValue>> {
  return {
    contributors: report.contributors,
    minContributors: report.minContributors,
    categories: report.byCategory
      .filter(({ status }) => status !== "empty")
      .map(({ category, contributors, status, emissions }) => ({
        category,
        contributors,
        status,
        ...(emissions === undefined ? {} : { kg: emissions.kg }),
      })),
  };
}

/** What a buyer one tier further down pays, of what all buyers paid. */
export interface UpstreamLineOptions {
  /** Category in which the buyer counts it; 1 where it buys goods. Default 1. */
  readonly category?: number;
  /** What this buyer paid for what the total is of. */
  readonly spend: string;
  /** What all buyers together paid for it. Default: the report's spend, which not every report shows. */
  readonly revenue?: string;
}

/**
 * The total of a supplier's own consortium as one line in the next one: total x spend / revenue. So chains of
 * consortia add up without anyone seeing across two tiers: the next consortium sees the line in its sum only.
 *
 * @throws VeilshareError INVALID_ARGUMENT when the report has no total, or there is no revenue.
 *
 * **Security.** Nothing is sent. The line is as confidential as any: from it, spend and revenue, the upstream total
 * follows.
 */
export function upstreamLine(report: Scope3Report, options: UpstreamLineOptions): AllocatedLine {
  if (report.total === undefined)
    throw invalidArgument("upstreamLine", "a report with a total", "one without");
  const revenue = options.revenue ?? report.spend?.amount;
  if (revenue === undefined) {
    throw invalidArgument("upstreamLine", "a revenue, as the report shows no spend", "none");
  }
  const { primaryEmissionsShare, dataQuality } = report;
  return {
    category: options.category ?? 1,
    spend: options.spend,
    allocation: { totalKg: report.total.kg, revenue },
    ...(primaryEmissionsShare === undefined ? {} : { primaryDataShare: primaryEmissionsShare }),
    ...(dataQuality === undefined ? {} : { dataQuality }),
  };
}
