/** What two owners may ask of their rows, what they declare of their columns, and the answers. Public, alike at all. */

import { invalidArgument } from "../errors.js";

/** The owners. */
export const ownerRoles = ["first", "second"] as const;

/** One of them. */
export type OwnerRole = (typeof ownerRoles)[number];

/** A column: its owner's role, a full stop, its name there. */
export type ColumnName = `${OwnerRole}.${string}`;

/** What is known to all of a column: where its numbers lie, or which groups it tells apart. */
export type ColumnDeclaration =
  | {
      readonly kind: "numeric";
      /** No value is smaller. At most 2^50 in absolute value. */
      readonly least: number;
      /** No value is larger; at least 2^-20 above `least`. */
      readonly greatest: number;
    }
  | {
      readonly kind: "category";
      /** 1 to 256, distinct. Rows with another text, or none, belong to no group. */
      readonly groups: readonly string[];
    };

/** Declarations by column name. */
export type ColumnDeclarations = Readonly<Partial<Record<ColumnName, ColumnDeclaration>>>;

/** A column times a whole number. */
export type QuantityTerm = Readonly<{ column: ColumnName; factor: number }>;

/**
 * What is measured in each row: a numeric column, or a sum of columns of either owner times whole numbers of at most 1000 in
 * absolute value, not 0.
 */
export type Quantity = ColumnName | readonly QuantityTerm[];

/** A question about the common rows. */
export type Question =
  | { readonly kind: "sum" | "mean" | "variance"; readonly of: Quantity }
  | {
      /** Of one owner's columns only: with one of its own, an owner could ask for any row's value. */
      readonly kind: "percentile";
      readonly of: Quantity;
      /** 0 to 100. */
      readonly percent: number;
    }
  | {
      /** Of one owner's columns only. */
      readonly kind: "histogram";
      readonly of: Quantity;
      /** Ascending, 1 to 256, within the range that the declarations give. */
      readonly edges: readonly number[];
    }
  | {
      readonly kind: "groupMeans";
      readonly of: Quantity;
      /** A category column of either owner. */
      readonly by: ColumnName;
    }
  | { readonly kind: "correlation"; readonly x: Quantity; readonly y: Quantity };

/** One group's answer; `null` where it is withheld. */
export interface GroupMean {
  readonly group: string;
  readonly rows: number | null;
  readonly mean: number | null;
}

/** The answer to a question; `null` stands for what is withheld. */
export type Answer =
  | { readonly kind: "sum" | "mean"; readonly value: number }
  | {
      readonly kind: "variance";
      /** Withheld when what an owner adds to a quantity of both is about fewer rows than the minimum. */
      readonly value: number | null;
    }
  | {
      readonly kind: "percentile";
      /** Withheld when fewer rows than the minimum lie on either side. */
      readonly value: number | null;
    }
  | {
      readonly kind: "histogram";
      /** Rows below the first edge, from each edge up to the next, and from the last on. */
      readonly counts: readonly (number | null)[];
    }
  | { readonly kind: "groupMeans"; readonly groups: readonly GroupMean[] }
  | {
      readonly kind: "correlation";
      /**
       * Withheld when a quantity hardly varies, a standard deviation below about 1/1000 of its range, or is about fewer rows than
       * the minimum: `effective-rows.ts`.
       */
      readonly value: number | null;
    };

/** The terms of a quantity. */
export function termsOf(quantity: Quantity): readonly QuantityTerm[] {
  return typeof quantity === "string" ? [{ column: quantity, factor: 1 }] : quantity;
}

/** The quantities that a question is about. */
export function quantitiesOf(question: Question): readonly Quantity[] {
  return question.kind === "correlation" ? [question.x, question.y] : [question.of];
}

/** The owners of a quantity's columns. */
export function ownersOf(quantity: Quantity): readonly OwnerRole[] {
  return ownerRoles.filter((role) => termsOf(quantity).some(({ column }) => ownerOf(column) === role));
}

/** What one owner's columns add to a quantity; `undefined` where none is that owner's. */
export function partOf(quantity: Quantity, owner: OwnerRole): Quantity | undefined {
  const terms = termsOf(quantity).filter(({ column }) => ownerOf(column) === owner);
  return terms.length === 0 ? undefined : terms;
}

/** The owner of a column. */
export function ownerOf(column: ColumnName): OwnerRole {
  return column.startsWith("first.") ? "first" : "second";
}

/** A column's name at its owner. */
export function nameAtOwner(column: ColumnName): string {
  return column.slice(column.indexOf(".") + 1);
}

function refusal(field: string, expected: string, got: string): Error {
  return invalidArgument(`jointStatistics: ${field}`, expected, got);
}

const largestValue = 2 ** 50;
const leastWidth = 2 ** -20;
const mostCells = 256;

/** @throws VeilshareError INVALID_ARGUMENT for declarations that are not as their types say. */
export function checkDeclarations(columns: ColumnDeclarations): void {
  for (const [name, declaration] of Object.entries(columns)) {
    const field = `column "${name}"`;
    if (!/^(first|second)\../.test(name))
      throw refusal(field, 'a name that starts with "first." or "second."', "another");
    if (declaration === undefined) continue;
    if (declaration.kind === "numeric") {
      const { least, greatest } = declaration;
      const inRange = Math.abs(least) <= largestValue && Math.abs(greatest) <= largestValue;
      if (inRange && greatest - least >= leastWidth) continue;
      throw refusal(field, "least below greatest, both at most 2^50 in size", `${least} and ${greatest}`);
    }
    const { groups } = declaration;
    if (groups.length < 1 || groups.length > mostCells || new Set(groups).size !== groups.length) {
      throw refusal(field, `1 to ${mostCells} distinct groups`, `${groups.length}, or one twice`);
    }
  }
}

/**
 * Checks questions but for what depends on ranges of quantities.
 *
 * @throws VeilshareError INVALID_ARGUMENT that names the question by its number from 0.
 */
export function checkQuestions(questions: readonly Question[], columns: ColumnDeclarations): void {
  if (questions.length === 0) throw refusal("questions", "at least one", "none");
  for (const [i, question] of questions.entries()) {
    const field = `question ${i}`;
    for (const quantity of quantitiesOf(question)) checkQuantity(field, quantity, columns);
    if (question.kind === "percentile" && !(question.percent >= 0 && question.percent <= 100)) {
      throw refusal(field, "a percentage from 0 to 100", String(question.percent));
    }
    if (question.kind === "percentile" || question.kind === "histogram") {
      if (ownersOf(question.of).length > 1) {
        throw refusal(field, `a ${question.kind} of one owner's columns`, "columns of both");
      }
    }
    if (question.kind === "groupMeans" && columns[question.by]?.kind !== "category") {
      throw refusal(field, "groups by a column declared as a category", `"${question.by}"`);
    }
    if (question.kind === "histogram") checkEdges(field, question.edges);
  }
}

function checkQuantity(field: string, quantity: Quantity, columns: ColumnDeclarations): void {
  const terms = termsOf(quantity);
  if (terms.length === 0) throw refusal(field, "at least one column", "none");
  if (new Set(terms.map(({ column }) => column)).size !== terms.length) {
    throw refusal(field, "each column once", "one twice");
  }
  for (const { column, factor } of terms) {
    if (columns[column]?.kind !== "numeric")
      throw refusal(field, "columns declared as numeric", `"${column}"`);
    if (!Number.isInteger(factor) || factor === 0 || Math.abs(factor) > 1000) {
      throw refusal(field, "whole factors up to 1000, not 0", String(factor));
    }
  }
}

function checkEdges(field: string, edges: readonly number[]): void {
  const ascending = edges.every(
    (edge, i) => Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] ?? Infinity)),
  );
  if (!ascending || edges.length < 1 || edges.length > mostCells) {
    throw refusal(field, `1 to ${mostCells} ascending edges`, `${edges.length}, or others`);
  }
}
