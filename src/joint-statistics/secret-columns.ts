/** The owners' columns as secrets, and quantities made of them. */

import { invalidArgument, VeilshareError } from "../errors.js";
import type { Engine } from "../mpc/engine.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { invalidData, type FeatureColumn } from "../owners/columns.js";
import {
  nameAtOwner,
  ownerOf,
  quantitiesOf,
  termsOf,
  type ColumnDeclaration,
  type ColumnDeclarations,
  type ColumnName,
  type OwnerRole,
  type Question,
} from "./questions.js";
import { columnBits, scaleOfColumn, toUnit, type QuantityScale } from "./scale.js";

/** The columns that questions name, each once, in the order of the questions. */
export function usedColumns(questions: readonly Question[]): readonly ColumnName[] {
  const used = new Set<ColumnName>();
  for (const question of questions) {
    for (const quantity of quantitiesOf(question)) {
      for (const { column } of termsOf(quantity)) used.add(column);
    }
    if (question.kind === "groupMeans") used.add(question.by);
  }
  return [...used];
}

/**
 * The columns of one owner that questions name, checked against what was declared of them: all rows, so that a refusal tells
 * nothing of which rows are common.
 *
 * @throws VeilshareError INVALID_DATA for a column that is not there, of the other kind, or with missing numbers;
 *   VALUE_OUT_OF_RANGE for a value outside the declared range. They name column and row, never a value.
 */
export function checkOwnColumns(
  own: { readonly role: OwnerRole; readonly columns: readonly FeatureColumn[] },
  used: readonly ColumnName[],
  declarations: ColumnDeclarations,
): ReadonlyMap<ColumnName, FeatureColumn> {
  const found = new Map<ColumnName, FeatureColumn>();
  for (const name of used) {
    if (ownerOf(name) !== own.role) continue;
    const column = own.columns.find((candidate) => candidate.name === nameAtOwner(name));
    const declaration = declarations[name];
    if (column === undefined || declaration?.kind !== column.kind) {
      throw invalidData(`column "${name}"`, `a ${declaration?.kind ?? ""} column`, column?.kind ?? "none");
    }
    if (column.kind === "numeric") checkRange(name, column.values, declaration);
    found.set(name, column);
  }
  return found;
}

function checkRange(name: ColumnName, values: ArrayLike<number>, declaration: ColumnDeclaration): void {
  if (declaration.kind !== "numeric") return;
  const { least, greatest } = declaration;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number; // row < length
    const field = `column "${name}"`;
    if (Number.isNaN(value)) throw invalidData(field, "a number in every row", `none in row ${row}`);
    if (value >= least && value <= greatest) continue;
    const expected = "values within the declared range";
    const text = `${field}: expected ${expected}, got one outside in row ${row}`;
    throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field, expected });
  }
}

/** What {@link shareColumns} needs. */
export interface SharingOptions {
  readonly used: readonly ColumnName[];
  readonly declarations: ColumnDeclarations;
  /** Common rows. */
  readonly rows: number;
  /** Index in the session of each owner. */
  readonly roles: Readonly<Record<OwnerRole, number>>;
  /** At an owner: its columns, and its own row of each common id. */
  readonly own?: {
    readonly columns: ReadonlyMap<ColumnName, FeatureColumn>;
    readonly rows: Uint32Array;
  };
}

/** Secret columns. */
export class SecretColumns {
  readonly #secrets: ReadonlyMap<ColumnName, SecretMatrix>;

  constructor(secrets: ReadonlyMap<ColumnName, SecretMatrix>) {
    this.#secrets = secrets;
  }

  #of(column: ColumnName): SecretMatrix {
    const secret = this.#secrets.get(column);
    if (secret === undefined) throw invalidArgument("jointStatistics", "a shared column", `"${column}"`);
    return secret;
  }

  /** u of a quantity in each row, rows x 1; exact, with more fractional bits than a column where it is a sum. */
  quantity({ factors, extraBits }: QuantityScale): SecretMatrix {
    let total: SecretMatrix | undefined;
    for (const { column, factor } of factors) {
      const term = this.#of(column).scale(factor).timesPowerOfTwo(-extraBits);
      total = total === undefined ? term : total.add(term);
    }
    if (total === undefined) throw invalidArgument("jointStatistics", "at least one column", "none");
    return total.assumeBound(1).transpose();
  }

  /** 1 where a row belongs to a group: groups x rows. */
  membership(column: ColumnName): SecretMatrix {
    return this.#of(column);
  }
}

/** Shares the columns: of a numeric one u in a row, 1 x rows; of a category one row a group, 1 where a row is in it. */
export async function shareColumns(engine: Engine, options: SharingOptions): Promise<SecretColumns> {
  const { used, declarations, rows, roles, own } = options;
  const shared = await Promise.all(
    used.map(async (column): Promise<readonly [ColumnName, SecretMatrix]> => {
      const declaration = declarations[column];
      const groups = declaration?.kind === "category" ? declaration.groups : undefined;
      const values = own?.columns.get(column);
      const secret = await engine.input({
        owner: roles[ownerOf(column)],
        rows: groups?.length ?? 1,
        columns: rows,
        bound: 1,
        fractionalBits: groups === undefined ? columnBits : 0,
        ...(own === undefined || values === undefined
          ? {}
          : { values: encodeColumn(column, declarations, { values, rows: own.rows }) }),
      });
      return [column, secret];
    }),
  );
  return new SecretColumns(new Map(shared));
}

function encodeColumn(
  name: ColumnName,
  declarations: ColumnDeclarations,
  own: { readonly values: FeatureColumn; readonly rows: Uint32Array },
): Float64Array {
  const { values: column, rows } = own;
  const declaration = declarations[name];
  if (column.kind === "numeric") {
    const scale = scaleOfColumn(declarations, name);
    return Float64Array.from(rows, (row) => toUnit(scale, column.values[row] as number)); // rows are indices of values
  }
  const groups = declaration?.kind === "category" ? declaration.groups : [];
  const members = new Float64Array(groups.length * rows.length);
  const at = new Map(groups.map((group, i) => [group, i]));
  for (let i = 0; i < rows.length; i++) {
    const text = column.values[rows[i] as number]; // i < length, rows are indices of values
    const group = text === null || text === undefined ? undefined : at.get(text);
    if (group !== undefined) members[group * rows.length + i] = 1;
  }
  return members;
}
