/** What lender (the first owner) and platform (the second) agreed to ask, and what they declared of their columns. */

import type { ColumnDeclarations, ColumnName, Question } from "veilshare/joint-statistics";

/** Ranges and groups that each owner declares without looking at any row. */
export const declarations: ColumnDeclarations = {
  "first.bad": { kind: "numeric", least: 0, greatest: 1 },
  "first.amount": { kind: "numeric", least: 0, greatest: 20_000 },
  "first.duration_months": { kind: "numeric", least: 0, greatest: 120 },
  "second.age": { kind: "numeric", least: 18, greatest: 100 },
  "second.residence_years": { kind: "numeric", least: 0, greatest: 10 },
  "second.checking_account": { kind: "category", groups: ["none", "lt.0", "0.to.200", "gt.200"] },
  "second.job": {
    kind: "category",
    groups: [
      "UnemployedUnskilled",
      "UnskilledResident",
      "SkilledEmployee",
      "Management.SelfEmp.HighlyQualified",
    ],
  },
};

/** Groups with fewer debtors are withheld. */
export const minimumRows = 30;

/** A debtor's age in months at the end of the loan: of columns that no owner has both of. */
const ageAtEnd = [
  { column: "second.age", factor: 12 },
  { column: "first.duration_months", factor: 1 },
] as const;

/** Questions and what they mean. */
export const asked: readonly { readonly title: string; readonly question: Question }[] = [
  {
    title: "correlation of the loan's amount with the debtor's age",
    question: { kind: "correlation", x: "first.amount", y: "second.age" },
  },
  {
    title: "correlation of being a bad risk with the debtor's age",
    question: { kind: "correlation", x: "first.bad", y: "second.age" },
  },
  {
    title: "correlation of the loan's duration with years at the address",
    question: { kind: "correlation", x: "first.duration_months", y: "second.residence_years" },
  },
  {
    title: "share of bad risks by checking account",
    question: { kind: "groupMeans", of: "first.bad", by: "second.checking_account" },
  },
  {
    title: "mean amount by job",
    question: { kind: "groupMeans", of: "first.amount", by: "second.job" },
  },
  { title: "mean age at the end of the loan, months", question: { kind: "mean", of: ageAtEnd } },
  { title: "variance of it", question: { kind: "variance", of: ageAtEnd } },
  { title: "median age, years", question: { kind: "percentile", of: "second.age", percent: 50 } },
  {
    title: "debtors below 30, to 45, to 60, from 60 years on",
    question: { kind: "histogram", of: "second.age", edges: [30, 45, 60] },
  },
];

/** Groups of the category columns. */
export function declaredGroups(): Partial<Record<ColumnName, readonly string[]>> {
  const groups: Partial<Record<ColumnName, readonly string[]>> = {};
  for (const [name, declaration] of Object.entries(declarations)) {
    if (declaration?.kind === "category") groups[name as ColumnName] = declaration.groups; // keys are column names
  }
  return groups;
}
