/** What holds for every item of a list: how many fields it has, what is done to texts, and which texts stand for nothing. */

import { isBlankText } from "../bytes/blank-text.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { compatibleText } from "../normalizers/folding.js";
import { isUnchanged, normalizationOf, normalized, type KeyNormalization } from "./normalization.js";

/** One field of a key. */
export type PsiField = string | Uint8Array;

/** One item: a key of one field, or several key fields in the order of the agreed key columns. */
export type PsiItem = PsiField | readonly PsiField[];

/** How the items of a list are to be understood. */
export interface KeyRulesOptions {
  /** What is done to every text. Default: nothing. */
  readonly normalization?: KeyNormalization;
  /** Field values that stand for nothing. Default: none. */
  readonly placeholders?: readonly string[];
  /** Whose argument the list is, for errors. Default `intersect`. */
  readonly caller?: string;
}

/** The rules of one list; the first item says how many key fields all have. */
export class KeyRules {
  readonly caller: string;
  readonly #normalization: KeyNormalization;
  readonly #placeholders: ReadonlySet<string>;
  #columns = 0;

  constructor({ normalization = {}, placeholders = [], caller = "intersect" }: KeyRulesOptions) {
    this.#normalization = normalization;
    this.#placeholders = placeholderSet(caller, placeholders);
    this.caller = caller;
  }

  /** Number of fields of every item; 0 as long as there was none. */
  get columns(): number {
    return this.#columns;
  }

  /** True when texts are compared as they are given, and only blank ones stand for nothing. */
  get isPlain(): boolean {
    return this.#placeholders.size === 0 && isUnchanged(this.#normalization);
  }

  /**
   * The fields of the item in a row.
   *
   * @throws VeilshareError INVALID_ARGUMENT that names the row when it has none, or another number than the first item.
   */
  fieldsOf(item: PsiItem, row: number): readonly PsiField[] {
    const fields = Array.isArray(item) ? (item as readonly PsiField[]) : [item as PsiField]; // bytes are no array
    this.checkColumns(fields.length, row);
    return fields;
  }

  /** The same check for an item of so many fields. */
  checkColumns(fields: number, row: number): void {
    if (this.#columns === 0) this.#columns = fields;
    if (fields === 0) throw this.badItem(row, "at least one field", "none");
    if (fields !== this.#columns) throw this.badItem(row, `${this.#columns} fields`, `${fields}`);
  }

  /** A text as it is compared; null for one that its normalization takes for no key. */
  textOf(field: string, column: number): string | null {
    return normalized(field, normalizationOf(this.caller, this.#normalization, column, this.#columns));
  }

  /** True for a text that stands for nothing by the own placeholders. */
  isPlaceholder(text: string): boolean {
    return this.#placeholders.size > 0 && this.#placeholders.has(placeholderForm(text));
  }

  /** True for a text that identifies nobody. */
  isNothing(text: string): boolean {
    return isBlankText(text) || this.isPlaceholder(text);
  }

  /** The error for a field that is neither text nor bytes. */
  badField(row: number, column: number, field: unknown): VeilshareError {
    return this.badItem(row, `text or bytes in field ${column}`, typeof field);
  }

  /** The error for a field with a lone surrogate. */
  illFormed(row: number, column: number): VeilshareError {
    return this.badItem(row, `well-formed text in field ${column}`, "a lone surrogate");
  }

  /** An error that names an item by its row. */
  badItem(row: number, expected: string, got: string): VeilshareError {
    const message = `${this.caller}: item ${row}: expected ${expected}, got ${got}`;
    return new VeilshareError("INVALID_ARGUMENT", message, { field: `items[${row}]`, expected, got });
  }

  /** The error for items of 4 GiB or more. */
  tooManyBytes(): VeilshareError {
    return invalidArgument(this.caller, "less than 4 GiB of items", "more");
  }
}

/** Placeholders compare however somebody typed them. */
function placeholderForm(text: string): string {
  return compatibleText(text).trim().toLowerCase();
}

function placeholderSet(caller: string, given: unknown): ReadonlySet<string> {
  if (Array.isArray(given) && given.every((text) => typeof text === "string")) {
    return new Set(given.map((text: string) => placeholderForm(text)));
  }
  throw invalidArgument(caller, "placeholders to be a list of texts", typeof given);
}
