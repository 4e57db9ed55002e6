/** The program that all who compute run: shared columns in, answers opened to both owners and nobody else. */

import { VeilshareError } from "../errors.js";
import type { Engine } from "../mpc/engine.js";
import { greaterOrEqual } from "../mpc/operations/comparison.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import { sortRows } from "../mpc/operations/sorting.js";
import { correlation } from "../mpc/operations/correlation.js";
import { histogram } from "../mpc/operations/grouping.js";
import { variance } from "../mpc/operations/moments.js";
import { percentileOfSorted } from "../mpc/operations/quantiles.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { shownCells } from "./cells.js";
import { hasEffectiveRows } from "./effective-rows.js";
import { refuseNearCounts } from "./edges.js";
import { refuseNearGroups } from "./memberships.js";
import {
  ownerOf,
  ownerRoles,
  ownersOf,
  partOf,
  termsOf,
  type Answer,
  type ColumnDeclarations,
  type ColumnName,
  type GroupMean,
  type OwnerRole,
  type Quantity,
  type Question,
} from "./questions.js";
import { columnBits, fromUnit, scaleOfQuantity, toUnit, type QuantityScale } from "./scale.js";
import type { SecretColumns } from "./secret-columns.js";

/** What {@link SecretAnswers} needs. */
export interface AnswerOptions {
  readonly declarations: ColumnDeclarations;
  readonly columns: SecretColumns;
  /** Common rows. */
  readonly rows: number;
  readonly minimumRows: number;
  readonly roles: Readonly<Record<OwnerRole, number>>;
}

/** A correlation is told only of quantities whose variance is at least this part of the square of 2^exponent. */
const leastShownVariance = 2 ** -18;

/** Answers on shares; at an owner each is a value, elsewhere undefined. */
export class SecretAnswers {
  readonly #engine: Engine;
  readonly #options: AnswerOptions;
  readonly #sorted = new Map<string, Promise<SecretMatrix>>();

  constructor(engine: Engine, options: AnswerOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** All answers, in the order of the questions; they share rounds. */
  async all(questions: readonly Question[], onAnswer: () => void): Promise<(Answer | undefined)[]> {
    await this.#refuseNearCells(questions);
    const correlations = this.#correlations(questions);
    return Promise.all(
      questions.map(async (question, i) => {
        const isCorrelation = question.kind === "correlation";
        const answer = isCorrelation ? (await correlations)[i] : await this.#answer(question);
        onAnswer();
        return answer;
      }),
    );
  }

  /** Cells of different questions that differ by few rows would tell of those. */
  async #refuseNearCells(questions: readonly Question[]): Promise<void> {
    const { columns, minimumRows, declarations } = this.#options;
    const by = new Set(
      questions.flatMap((question) => (question.kind === "groupMeans" ? [question.by] : [])),
    );
    await refuseNearGroups(
      this.#engine,
      [...by].map((column) => columns.membership(column)),
      minimumRows,
    );
    const edges = new Map<
      string,
      { readonly of: Quantity; readonly edges: Set<number>; questions: number }
    >();
    for (const question of questions) {
      if (question.kind !== "histogram") continue;
      const key = JSON.stringify(termsOf(question.of));
      const known = edges.get(key) ?? { of: question.of, edges: new Set<number>(), questions: 0 };
      for (const edge of question.edges) known.edges.add(edge);
      edges.set(key, { ...known, questions: known.questions + 1 });
    }
    for (const { of, edges: wanted, questions: count } of edges.values()) {
      if (count < 2) continue; // of one question, small bins are withheld
      const scale = scaleOfQuantity(declarations, of);
      const unitEdges = [...wanted].sort((a, b) => a - b).map((edge) => toUnit(scale, edge));
      await refuseNearCounts(this.#engine, this.#quantity(of).secret, unitEdges, minimumRows);
    }
  }

  #answer(question: Exclude<Question, { kind: "correlation" }>): Promise<Answer | undefined> {
    switch (question.kind) {
      case "sum":
      case "mean":
        return this.#sumOrMean(question.kind, question.of);
      case "variance":
        return this.#variance(question.of);
      case "percentile":
        return this.#percentile(question.of, question.percent);
      case "histogram":
        return this.#histogram(question.of, question.edges);
      case "groupMeans":
        return this.#groupMeans(question);
    }
  }

  #quantity(quantity: Quantity): { readonly secret: SecretMatrix; readonly scale: QuantityScale } {
    const scale = scaleOfQuantity(this.#options.declarations, quantity);
    return { secret: this.#options.columns.quantity(scale), scale };
  }

  /** As {@link #quantity}, with no more fractional bits than a column: for sums, which need the room. */
  async #rounded(
    quantity: Quantity,
    fractionalBits = columnBits,
  ): Promise<{ readonly secret: SecretMatrix; readonly scale: QuantityScale }> {
    const { secret, scale } = this.#quantity(quantity);
    const rounded = await withFractionalBits(this.#engine, secret, fractionalBits);
    return { secret: rounded.assumeBound(1), scale };
  }

  /** Fractional bits of which a secret mean leaves room for a divisor of 20 significant bits below 2^62. */
  #meanBits(): number {
    const rowBits = 32 - Math.clz32(this.#options.rows);
    return Math.min(columnBits, 40 - rowBits);
  }

  /** Values at an owner, undefined at a helper. */
  async #toOwners(secret: SecretMatrix): Promise<Float64Array | undefined> {
    const { first, second } = this.#options.roles;
    const [atFirst, atSecond] = await Promise.all([
      this.#engine.revealTo(first, secret),
      this.#engine.revealTo(second, secret),
    ]);
    return atFirst ?? atSecond;
  }

  async #sumOrMean(kind: "sum" | "mean", of: Quantity): Promise<Answer | undefined> {
    const { rows } = this.#options;
    const { secret, scale } = await this.#rounded(of);
    const opened = await this.#toOwners(secret.columnSums());
    if (opened === undefined) return undefined;
    const mean = fromUnit(scale, only(opened) / rows);
    return { kind, value: kind === "mean" ? mean : mean * rows };
  }

  async #variance(of: Quantity): Promise<Answer | undefined> {
    const [enough] = await this.#aboutMany([ownersOf(of).length > 1 ? [of] : []]);
    if (enough !== true) return { kind: "variance", value: null };
    const { secret, scale } = await this.#rounded(of, this.#meanBits());
    const opened = await this.#toOwners(await variance(this.#engine, secret));
    if (opened === undefined) return undefined;
    return { kind: "variance", value: only(opened) * 4 ** scale.exponent };
  }

  /**
   * For each list of quantities, whether what each owner adds to each of them is about enough rows. One bit of each list is opened
   * to all who compute; none of an empty one.
   */
  async #aboutMany(lists: readonly (readonly Quantity[])[]): Promise<readonly boolean[]> {
    const { minimumRows, declarations, columns } = this.#options;
    const known = new Map<string, SecretMatrix>();
    const bits: SecretMatrix[] = [];
    for (const list of lists) {
      const parts = list.flatMap((of) =>
        ownerRoles.map((owner) => partOf(of, owner)).filter((part) => part !== undefined),
      );
      let all: SecretMatrix | undefined;
      for (const part of parts) {
        const key = JSON.stringify(termsOf(part));
        const column = columns.quantity(scaleOfQuantity(declarations, part));
        const one = known.get(key) ?? (await hasEffectiveRows(this.#engine, column, minimumRows));
        known.set(key, one);
        all = all === undefined ? one : await this.#engine.multiply(all, one);
      }
      if (all !== undefined) bits.push(all);
    }
    if (bits.length === 0) return lists.map(() => true);
    const opened = await this.#engine.reveal(SecretMatrix.concatRows(bits));
    let at = 0;
    return lists.map((list) => list.length === 0 || opened[at++] === 1);
  }

  async #percentile(of: Quantity, percent: number): Promise<Answer | undefined> {
    const { rows, minimumRows } = this.#options;
    const position = ((rows - 1) * percent) / 100;
    if (Math.min(Math.floor(position) + 1, rows - Math.ceil(position)) < minimumRows) {
      return { kind: "percentile", value: null };
    }
    const { secret, scale } = this.#quantity(of);
    const sorted = await this.#sort(of, secret);
    const opened = await this.#toOwners(await percentileOfSorted(this.#engine, sorted, percent / 100));
    return opened === undefined ? undefined : { kind: "percentile", value: fromUnit(scale, only(opened)) };
  }

  /** Each quantity is sorted once. */
  #sort(of: Quantity, secret: SecretMatrix): Promise<SecretMatrix> {
    const key = JSON.stringify(of);
    const known =
      this.#sorted.get(key) ?? sortRows(this.#engine, { key: secret }).then(({ key: sorted }) => sorted);
    this.#sorted.set(key, known);
    return known;
  }

  async #histogram(of: Quantity, edges: readonly number[]): Promise<Answer | undefined> {
    const { secret, scale } = this.#quantity(of);
    const unitEdges = edges.map((edge) => toUnit(scale, edge));
    const bins = await histogram(this.#engine, secret, unitEdges);
    const shown = await this.#shown(bins);
    const counts = new Array<number | null>(edges.length + 1).fill(null);
    if (shown.length > 0) {
      const opened = await this.#toOwners(bins.pickRows(shown));
      if (opened === undefined) return undefined;
      for (const [i, at] of shown.entries()) counts[at] = opened[i] ?? null;
    }
    return { kind: "histogram", counts };
  }

  #shown(counts: SecretMatrix): Promise<readonly number[]> {
    const { rows, minimumRows } = this.#options;
    return shownCells(this.#engine, { counts, rows, minimum: minimumRows });
  }

  async #groupMeans({ of, by }: Extract<Question, { kind: "groupMeans" }>): Promise<Answer | undefined> {
    const { declarations, columns, rows } = this.#options;
    const names = groupsOf(declarations, by);
    const withheld: GroupMean[] = names.map((group) => ({ group, rows: null, mean: null }));
    // What the groups' owner adds is its own; what the other adds is multiplied by memberships that it does not know.
    const others = ownerRoles.filter((owner) => owner !== ownerOf(by));
    const foreign = others.map((owner) => partOf(of, owner)).filter((part) => part !== undefined);
    const [enough] = await this.#aboutMany([foreign]);
    if (enough !== true) return { kind: "groupMeans", groups: withheld };
    const { secret, scale } = await this.#rounded(of);
    const members = columns.membership(by);
    const counts = members.transpose().columnSums().transpose();
    const shown = await this.#shown(counts);
    const groups = [...withheld];
    if (shown.length > 0) {
      const sums = await this.#engine.matrixProduct(members.pickRows(shown), secret, { provenBound: rows });
      const [shownCounts, shownSums] = await Promise.all([
        this.#toOwners(counts.pickRows(shown)),
        this.#toOwners(sums),
      ]);
      if (shownCounts === undefined || shownSums === undefined) return undefined;
      for (const [i, at] of shown.entries()) {
        const count = shownCounts[i] ?? NaN;
        const mean = fromUnit(scale, (shownSums[i] ?? NaN) / count);
        groups[at] = { group: names[at] ?? "", rows: count, mean };
      }
    }
    return { kind: "groupMeans", groups };
  }

  /** All correlations by one matrix product; by question number. */
  async #correlations(questions: readonly Question[]): Promise<Record<number, Answer | undefined>> {
    const asked = questions.flatMap((question, i) =>
      question.kind === "correlation" ? [{ i, ...question }] : [],
    );
    const answers: Record<number, Answer | undefined> = {};
    if (asked.length === 0) return answers;
    const keys = [...new Set(asked.flatMap(({ x, y }) => [JSON.stringify(x), JSON.stringify(y)]))];
    const quantities = keys.map((key) => JSON.parse(key) as Quantity); // written from quantities above
    const columns: SecretMatrix[] = [];
    for (const of of quantities) columns.push((await this.#rounded(of, this.#meanBits())).secret);
    const many = await this.#aboutMany(
      asked.map(({ x, y }) => (new Set([...ownersOf(x), ...ownersOf(y)]).size > 1 ? [x, y] : [])),
    );
    const varying = await this.#varying(columns);
    const at = (of: Quantity): number => varying.indexOf(keys.indexOf(JSON.stringify(of)));
    const told = asked.filter(({ x, y }, k) => many[k] === true && at(x) >= 0 && at(y) >= 0);
    for (const { i } of asked) answers[i] = { kind: "correlation", value: null };
    if (told.length === 0) return answers;
    const matrix = await correlation(
      this.#engine,
      SecretMatrix.concatColumns(varying.map((k) => columnAt(columns, k))),
    );
    const entries = told.map(({ x, y }) => at(x) * matrix.columns + at(y));
    const opened = await this.#toOwners(matrix.reshape(matrix.length, 1).pickRows(entries));
    for (const [k, { i }] of told.entries()) {
      const value = opened?.[k];
      answers[i] = value === undefined ? undefined : { kind: "correlation", value };
    }
    return answers;
  }

  /** Positions of the columns that vary enough for a correlation: one bit of each is opened to all who compute. */
  async #varying(columns: readonly SecretMatrix[]): Promise<readonly number[]> {
    const variances = await variance(this.#engine, SecretMatrix.concatColumns(columns));
    const enough = await this.#engine.reveal(
      await greaterOrEqual(this.#engine, variances, leastShownVariance),
    );
    return columns.map((_, k) => k).filter((k) => enough[k] === 1);
  }
}

/** The groups that a category column was declared with. */
function groupsOf(declarations: ColumnDeclarations, column: ColumnName): readonly string[] {
  const declaration = declarations[column];
  return declaration?.kind === "category" ? declaration.groups : [];
}

function only(opened: Float64Array): number {
  const [value] = opened;
  if (value === undefined) throw new VeilshareError("INTERNAL", "jointStatistics: an opening is empty");
  return value;
}

function columnAt(columns: readonly SecretMatrix[], k: number): SecretMatrix {
  const column = columns[k];
  if (column === undefined)
    throw new VeilshareError("INTERNAL", "jointStatistics: a shared column is missing");
  return column;
}
