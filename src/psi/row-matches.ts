/** Which own rows matched, by which kind of key, and the result that a join makes of it. */

/** What is done with several own rows that have the same key. */
export type OwnDuplicates = "all" | "first" | "refuse";

/** The own side of a join. */
export interface JoinedRows {
  /** Own rows, ascending. */
  readonly rows: Uint32Array;
  /** The number of each row's match, from 0; -1 for a row that matches nothing (left joins only). */
  readonly matches: Int32Array;
  /** The kind of key by which each row matched, by its place in `keys`; -1 for none. */
  readonly kinds: Int8Array;
  /** How many keys matched, by kind. */
  readonly matchesByKind: readonly number[];
}

/** Matches as they are found, best kind first. */
export class RowMatches {
  readonly #matches: Int32Array;
  readonly #kinds: Int8Array;
  readonly #spent: Uint8Array;
  readonly #duplicates: OwnDuplicates;
  readonly #matchesByKind: number[] = [];
  #count = 0;

  constructor(rowCount: number, duplicates: OwnDuplicates) {
    this.#matches = new Int32Array(rowCount).fill(-1);
    this.#kinds = new Int8Array(rowCount).fill(-1);
    this.#spent = new Uint8Array(rowCount);
    this.#duplicates = duplicates;
  }

  /** 1 for each row that takes no part in later kinds. */
  get spent(): Uint8Array {
    return this.#spent;
  }

  /** Adds a key of a kind that matched, with all own rows that have it; rows that matched before stay as they are. */
  add(kind: number, rowsOfKey: Uint32Array): void {
    let joined = 0;
    for (const row of rowsOfKey) {
      if (this.#spent[row] === 1) continue;
      this.#spent[row] = 1;
      if (joined > 0 && this.#duplicates === "first") continue;
      joined += 1;
      this.#matches[row] = this.#count;
      this.#kinds[row] = kind;
    }
    if (joined === 0) return;
    this.#count += 1;
    while (this.#matchesByKind.length <= kind) this.#matchesByKind.push(0);
    this.#matchesByKind[kind] = (this.#matchesByKind[kind] as number) + 1; // just filled up
  }

  /** The result. */
  joined(type: "inner" | "left"): JoinedRows {
    const all = Uint32Array.from(this.#matches.keys());
    const rows = type === "left" ? all : all.filter((row) => this.#matches[row] !== -1);
    const matches = Int32Array.from(rows, (row) => this.#matches[row] as number); // rows of the table
    const kinds = Int8Array.from(rows, (row) => this.#kinds[row] as number);
    return { rows, matches, kinds, matchesByKind: [...this.#matchesByKind] };
  }
}
