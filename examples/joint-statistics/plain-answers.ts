/** The same answers from both owners' rows in the clear, in floating point: what only an example or a test can compute. */

import type { Answer, ColumnName, FeatureColumn, Quantity, Question } from "veilshare/joint-statistics";

/** An owner's rows. */
export interface OwnerRows {
  readonly ids: readonly string[];
  readonly columns: readonly FeatureColumn[];
}

/** Both owners' rows, what is shown of them, and which groups there are. */
export interface PlainInput {
  readonly first: OwnerRows;
  readonly second: OwnerRows;
  readonly minimumRows: number;
  readonly groups: Readonly<Partial<Record<ColumnName, readonly string[]>>>;
}

/** Answers in the clear. */
export function plainAnswers(questions: readonly Question[], input: PlainInput): Answer[] {
  const rows = commonRows(input);
  return questions.map((question): Answer => {
    switch (question.kind) {
      case "correlation":
        return {
          kind: "correlation",
          value: isAboutMany(input, rows, [question.x, question.y])
            ? correlationOf(valuesOf(input, rows, question.x), valuesOf(input, rows, question.y))
            : null,
        };
      case "groupMeans":
        return groupMeans(input, rows, question);
      case "histogram":
        return {
          kind: "histogram",
          counts: histogramOf(valuesOf(input, rows, question.of), question.edges, input),
        };
      case "percentile":
        return {
          kind: "percentile",
          value: percentileOf(valuesOf(input, rows, question.of), question.percent, input),
        };
      case "variance":
        return {
          kind: "variance",
          value: isAboutMany(input, rows, [question.of])
            ? varianceOf(valuesOf(input, rows, question.of))
            : null,
        };
      case "sum":
      case "mean": {
        const values = valuesOf(input, rows, question.of);
        const of = { sum: sum(values), mean: sum(values) / values.length };
        return { kind: question.kind, value: of[question.kind] };
      }
    }
  });
}

type Pair = readonly [first: number, second: number];

function commonRows({ first, second }: PlainInput): Pair[] {
  const at = new Map(second.ids.map((id, row) => [id, row]));
  return first.ids.flatMap((id, row) => {
    const other = at.get(id);
    return other === undefined ? [] : [[row, other] as const];
  });
}

function columnOf(input: PlainInput, rows: readonly Pair[], name: ColumnName): (number | string | null)[] {
  const isFirst = name.startsWith("first.");
  const owner = isFirst ? input.first : input.second;
  const column = owner.columns.find((candidate) => candidate.name === name.slice(name.indexOf(".") + 1));
  return rows.map(([first, second]) => column?.values[isFirst ? first : second] ?? null);
}

function valuesOf(input: PlainInput, rows: readonly Pair[], quantity: Quantity): number[] {
  const terms = typeof quantity === "string" ? [{ column: quantity, factor: 1 }] : quantity;
  const totals = new Array<number>(rows.length).fill(0);
  for (const { column, factor } of terms) {
    for (const [i, value] of columnOf(input, rows, column).entries()) {
      totals[i] = (totals[i] ?? NaN) + factor * Number(value);
    }
  }
  return totals;
}

/**
 * Whether what each owner adds to quantities of both is about enough rows: the sum of squared distances from the mean, by the
 * largest. Quantities of one owner are not asked.
 */
function isAboutMany(input: PlainInput, rows: readonly Pair[], quantities: readonly Quantity[]): boolean {
  const parts = quantities.flatMap((quantity) =>
    ["first.", "second."].map((owner) =>
      (typeof quantity === "string" ? [{ column: quantity, factor: 1 }] : quantity).filter(({ column }) =>
        column.startsWith(owner),
      ),
    ),
  );
  const owners = new Set(parts.flat().map(({ column }) => column.startsWith("first.")));
  if (owners.size < 2) return true;
  return parts.every(
    (part) => part.length === 0 || effectiveRows(valuesOf(input, rows, part)) >= input.minimumRows,
  );
}

function effectiveRows(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  const squares = values.map((value) => (value - mean) ** 2);
  const largest = Math.max(...squares);
  return largest === 0 ? 0 : sum(squares) / largest;
}

function varianceOf(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1);
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function correlationOf(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [sum(x) / x.length, sum(y) / y.length];
  const products = sum(x.map((value, i) => (value - meanX) * ((y[i] ?? NaN) - meanY)));
  const squares = (values: readonly number[], mean: number): number =>
    sum(values.map((value) => (value - mean) ** 2));
  return products / Math.sqrt(squares(x, meanX) * squares(y, meanY));
}

function percentileOf(
  values: readonly number[],
  percent: number,
  { minimumRows }: PlainInput,
): number | null {
  const sorted = Float64Array.from(values).sort();
  const position = ((values.length - 1) * percent) / 100;
  const [below, above] = [Math.floor(position), Math.ceil(position)];
  if (below + 1 < minimumRows || values.length - above < minimumRows) return null;
  const [lower = NaN, upper = NaN] = [sorted[below], sorted[above]];
  return lower + (position - below) * (upper - lower);
}

/** Small cells withheld, and the last of the others when what is left over is small. */
function shown(counts: readonly number[], rows: number, minimumRows: number): boolean[] {
  const flags = counts.map((count) => count >= minimumRows);
  const left = rows - sum(counts.filter((_, i) => flags[i]));
  if (left > 0 && left < minimumRows) flags[flags.lastIndexOf(true)] = false;
  return flags;
}

function histogramOf(
  values: readonly number[],
  edges: readonly number[],
  { minimumRows }: PlainInput,
): (number | null)[] {
  const bounds = [-Infinity, ...edges, Infinity];
  const counts = bounds
    .slice(1)
    .map((upper, i) => values.filter((value) => value >= (bounds[i] ?? NaN) && value < upper).length);
  const flags = shown(counts, values.length, minimumRows);
  return counts.map((count, i) => (flags[i] === true ? count : null));
}

function groupMeans(
  input: PlainInput,
  rows: readonly Pair[],
  { of, by }: Extract<Question, { kind: "groupMeans" }>,
): Answer {
  const values = valuesOf(input, rows, of);
  const keys = columnOf(input, rows, by);
  const names = input.groups[by] ?? [];
  const members = names.map((name) => values.filter((_, i) => keys[i] === name));
  const flags = shown(
    members.map(({ length }) => length),
    rows.length,
    input.minimumRows,
  );
  // What the groups' owner does not know of the quantity must be about enough rows.
  const foreign = (typeof of === "string" ? [{ column: of, factor: 1 }] : of).filter(
    ({ column }) => column.startsWith("first.") !== by.startsWith("first."),
  );
  const enough = foreign.length === 0 || effectiveRows(valuesOf(input, rows, foreign)) >= input.minimumRows;
  const groups = names.map((group, i) => {
    const own = members[i] ?? [];
    if (flags[i] !== true || !enough) return { group, rows: null, mean: null };
    return { group, rows: own.length, mean: sum(own) / own.length };
  });
  return { kind: "groupMeans", groups };
}
