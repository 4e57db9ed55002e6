/**
 * The fifteen categories of Scope 3.
 *
 * **Source.** GHG Protocol, Corporate Value Chain (Scope 3) Accounting and Reporting Standard, table 5.3.
 */

/** Names by number; category 1 stands at index 0. */
export const categoryNames = [
  "Purchased goods and services",
  "Capital goods",
  "Fuel- and energy-related activities",
  "Upstream transportation and distribution",
  "Waste generated in operations",
  "Business travel",
  "Employee commuting",
  "Upstream leased assets",
  "Downstream transportation and distribution",
  "Processing of sold products",
  "Use of sold products",
  "End-of-life treatment of sold products",
  "Downstream leased assets",
  "Franchises",
  "Investments",
] as const;

/** How many there are. */
export const categoryCount: number = categoryNames.length;
