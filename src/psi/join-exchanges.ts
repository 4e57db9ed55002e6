/**
 * Which rows of a join meet which, and in what order: one exchange a kind of key, or, where rows that differ in a better
 * key must not meet, one for each two classes of rows that share no better kind of key.
 */

/** One exchange. A class is the set of better kinds of which a row has a key: bit j is kind j. */
export interface JoinExchange {
  readonly kind: number;
  /** What goes before the steps. */
  readonly stage: string;
  /** Undefined: all rows. */
  readonly classes: readonly [first: number, second: number] | undefined;
  readonly isLastOfKind: boolean;
}

/** What is done with rows that match by a kind of key and differ in a better one that both have. */
export type KeyConflict = "ignore" | "refuse";

/** Three kinds have 13 exchanges, four would have 40. */
export const mostKindsRefusing = 3;

/** The exchanges of a join, in the order in which both parties make them. */
export function joinExchanges(kinds: number, conflict: KeyConflict): readonly JoinExchange[] {
  const exchanges: JoinExchange[] = [];
  for (let kind = 0; kind < kinds; kind++) {
    if (conflict === "ignore")
      exchanges.push({ kind, stage: `${kind}/`, classes: undefined, isLastOfKind: true });
    else exchanges.push(...exchangesOfKind(kind));
  }
  return exchanges;
}

function* exchangesOfKind(kind: number): Generator<JoinExchange> {
  for (let first = 0; first < 1 << kind; first++) {
    for (let second = 0; second < 1 << kind; second++) {
      // Of rows that share a better kind, either the keys differ, or they have met by it.
      if ((first & second) !== 0) continue;
      // The last class that has all better kinds meets only the one that has none.
      const isLastOfKind = first === (1 << kind) - 1;
      yield { kind, stage: `${kind}/${first}-${second}/`, classes: [first, second], isLastOfKind };
    }
  }
}

/** Of which kinds each row has a key, as it is read. */
export class RowKinds {
  #bits = new Uint8Array(1024);

  /** Notes that a row has a key of a kind, one of the first {@link mostKindsRefusing}. */
  note(row: number, kind: number): void {
    if (row >= this.#bits.length) {
      const larger = new Uint8Array(2 * row);
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[row] = (this.#bits[row] as number) | (1 << kind);
  }

  /** 1 for every row that is not of a class, or that is spent. */
  outside({ kind, classes }: JoinExchange, party: number, spent: Uint8Array): Uint8Array {
    const wanted = classes?.[party === 0 ? 0 : 1];
    if (wanted === undefined) return spent;
    const better = (1 << kind) - 1;
    return spent.map((isSpent, row) =>
      isSpent === 1 || ((this.#bits[row] ?? 0) & better) !== wanted ? 1 : 0,
    );
  }
}
