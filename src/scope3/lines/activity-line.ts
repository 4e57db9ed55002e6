/** One line of a footprint, in each of the ways in which emissions are found. Numbers are decimal texts. */

import type { Place } from "../../table/table.js";
import type { DataQuality } from "./data-quality.js";
import type { EmissionFactor } from "./emission-factors.js";
import type { ProductFootprint } from "../product/product-footprint.js";

/** What every activity line has. Numbers are decimal texts such as `1250.50`. */
export interface ActivityLineBase {
  /** GHG Protocol Scope 3 category, 1 to 15. */
  readonly category: number;
  /** What was paid, in the footprint's currency; at least 0, at most two decimals. */
  readonly spend: string;
  /** Share of the line that rests on primary data, in percent from 0 to 100. */
  readonly primaryDataShare?: string;
  /** How well the data represent what they stand for. Default: the product footprint's, if it has ratings. */
  readonly dataQuality?: DataQuality;
  /** Where the line comes from, for errors. */
  readonly origin?: Place;
}

/** Emissions estimated from what was paid: spend x factor. Without a share it counts as no primary data. */
export interface SpendLine extends ActivityLineBase {
  readonly factor: Pick<EmissionFactor, "kgPerUnit" | "currency">;
}

/**
 * Emissions from what was bought: quantity / declared amount x product footprint. Without a share it takes the
 * footprint's own, if that has one.
 */
export interface QuantityLine extends ActivityLineBase {
  readonly quantity: string;
  /** Must be of the kind of the unit that the footprint is declared in (`units.ts`); it is converted exactly. */
  readonly unit: string;
  readonly product: Pick<
    ProductFootprint,
    "unit" | "amount" | "kgPerDeclaredUnit" | "primaryDataShare" | "dataQuality"
  >;
}

/**
 * A part of somebody's total, by share of spend: total x spend / revenue. So a seller's whole footprint is allocated
 * to one buyer, and so the total of a consortium one tier up enters as one line (`upstreamLine`).
 */
export interface AllocatedLine extends ActivityLineBase {
  readonly allocation: {
    /** kg CO2e of everything that was sold; at least 0. */
    readonly totalKg: string;
    /** What all buyers together paid for it, in the footprint's currency; above 0 and at least the spend. */
    readonly revenue: string;
  };
}

/** One activity. */
export type ActivityLine = SpendLine | QuantityLine | AllocatedLine;
