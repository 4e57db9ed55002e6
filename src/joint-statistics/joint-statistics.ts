/**
 * Statistics of two owners' columns: each holds other columns of partly the same ids. They learn the answers to questions
 * that all agreed on beforehand, and no row leaves its owner in the clear.
 *
 * Who runs it: the first owner and the second, alone or with a third party (`../owners/computation.ts`), each as a party
 * of one session; all with the same questions.
 *
 *   first <-> second   which ids are common (private set intersection; both learn it)
 *   owners -> helper   how many, where a helper computes
 *   all                shares of the columns that questions name; the answers on shares (`secret-answers.ts`)
 *   all <-> all        one bit a group or bin: whether it has enough rows (`cells.ts`); one bit a quantity that is
 *                      correlated: whether it varies
 *   others -> owners   shares of the answers: only the owners learn them
 *
 * Adversary: semi-honest; with a third party, no two of the three collude. What each learns:
 *
 *   owners     which of their ids the other has, and how many that has in all; the answers; which groups and bins are
 *              withheld. *An owner knows its own columns*: what an answer and those tell about the other's columns, it
 *              learns. A mean of a sum of columns tells the mean of the other's.
 *   helper     the questions and declarations; how many ids are common; which groups and bins are withheld.
 *   dealer     the questions and declarations; how many correlations of which shape are asked for, and so the
 *              number of common ids and of cells shown.
 *
 * The third party and either owner together could read everything.
 *
 * What an owner's own columns can't be made to tell: correlations, variances and group means that multiply one owner's values with
 * the other's are told only where what each owner adds is about at least `minimumRows` rows (`effective-rows.ts`); percentiles and
 * histograms are of one owner's columns; groups and edges of one run that differ by fewer rows than the minimum are refused, on
 * shares; an owner's columns that together point to one row are refused by itself. A store refuses common rows that differ by 1
 * to 19 from those of an earlier run. Between runs, columns are not compared: two runs with columns of one owner that differ in
 * one row may tell of that row, and whoever agrees to questions has to see that they name the same columns.
 */

import { bytesFromWords, wordsFromBytes } from "../bytes/encoding.js";
import type { Party, ProtocolRun } from "../channel/party.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { serveDealer } from "../mpc/dealer.js";
import { alignRows } from "../owners/alignment.js";
import { checkColumns, checkIds, type FeatureColumn } from "../owners/columns.js";
import { computations, defaultComputation, type Computation } from "../mpc/computation.js";
import { openComputation, thirdRoles } from "../owners/computation.js";
import { assignRoles } from "../owners/roles.js";
import { admitRowSets } from "../owners/row-sets.js";
import type {
  JointStatisticsInput,
  JointStatisticsOptions,
  JointStatisticsReport,
  StatisticsDealerReport,
  StatisticsHelperReport,
  StatisticsOwnerInput,
  StatisticsOwnerReport,
  StatisticsRole,
  StatisticsThirdInput,
} from "./inputs-and-reports.js";
import {
  checkDeclarations,
  checkQuestions,
  quantitiesOf,
  type Answer,
  type ColumnName,
  type OwnerRole,
  type Question,
} from "./questions.js";
import { checkOwnLeverage } from "./own-leverage.js";
import { scaleOfQuantity } from "./scale.js";
import { SecretAnswers } from "./secret-answers.js";
import { checkOwnColumns, shareColumns, usedColumns, type SharingOptions } from "./secret-columns.js";

const protocol = { name: "veilshare/joint-statistics", version: 1 } as const;

/**
 * Answers questions about the rows that two owners have in common; each party runs it with the input of its role.
 *
 * @returns At the owners, the same answers: sums and means within 2^-29 of the quantity's range (a mean) from exact ones;
 *   variances within 2^-20 of the square of the range (up to 2^17 rows); correlations within 0.001; percentiles, by linear interpolation
 *   between rows, within 2^-28 of the range; counts exactly. A value that lies closer than 2^-28 of the range to an edge,
 *   but not on it, may be counted on its other side; values and edges that are whole numbers never are, in ranges up to
 *   2^29.
 * @throws VeilshareError INVALID_DATA for ids that repeat, columns of other lengths, a column that is not there or has a
 *   number missing, or fewer common ids than `minimumRows`; VALUE_OUT_OF_RANGE for a value outside its column's declared
 *   range; DISCLOSURE_REFUSED for groups or edges that differ by few
 *   rows, or by the own store; INVALID_ARGUMENT for questions or declarations that are not as their types say, or correlations of over 2^22 rows; PEER_MISMATCH for others at
 *   another party; `PEER_` codes when a party fails.
 * @example
 * const questions = [{ kind: "correlation", x: "first.income", y: "second.orders" }] as const;
 * const columns = {
 *   "first.income": { kind: "numeric", least: 0, greatest: 1e6 },
 *   "second.orders": { kind: "numeric", least: 0, greatest: 500 },
 * } as const;
 * const report = await jointStatistics(party, { role: "first", ids, columns: [income] }, { questions, columns });
 *
 * **Security.** Semi-honest; with a third party, no two of the three collude. See the head of this file for what each learns;
 * most of all: both owners learn who is common.
 *
 * **Cost.** The intersection, then for n rows: a product a row and group, a comparison a row and edge, a sort for each
 * quantity with percentiles (about n (log2 n)^2 / 4 comparisons), one matrix product for all correlations. A helper makes
 * it fastest, two parties alone slowest. Questions
 * about one owner's columns alone cost as much as others; that owner could answer them by itself.
 */
export async function jointStatistics(
  party: Party,
  input: StatisticsOwnerInput,
  options: JointStatisticsOptions,
): Promise<StatisticsOwnerReport>;
export async function jointStatistics(
  party: Party,
  input: StatisticsThirdInput,
  options: JointStatisticsOptions,
): Promise<StatisticsHelperReport | StatisticsDealerReport>;
export async function jointStatistics(
  party: Party,
  input: JointStatisticsInput,
  options: JointStatisticsOptions,
): Promise<JointStatisticsReport>;
export async function jointStatistics(
  party: Party,
  input: JointStatisticsInput,
  options: JointStatisticsOptions,
): Promise<JointStatisticsReport> {
  return party.run(protocol, async (run): Promise<JointStatisticsReport> => {
    const settings = completeOptions(options);
    const third = thirdRoles[settings.computation];
    const roles: Roles = assignRoles<StatisticsRole>(
      run,
      third === undefined ? ["first", "second"] : ["first", "second", third],
      settings.parties,
      input.role,
    );
    const used = usedColumns(settings.questions);
    const own = isOwner(input) ? checkOwnRows(input, used, settings) : undefined;
    await run.agree({ ...settings });
    if (input.role === "dealer") return { role: "dealer", ...(await serveDealer(run)) };
    const side = new ComputingSide(run, roles, settings);
    if (!isOwner(input) || own === undefined) return side.help();
    return side.runOwner(input, own, options);
  });
}

type Roles = Readonly<Record<OwnerRole, number> & Partial<Record<"helper" | "dealer", number>>>;

/** The options that all parties must have alike. */
type Settings = Required<Omit<JointStatisticsOptions, "alignment" | "store">>;

function isOwner(input: JointStatisticsInput): input is StatisticsOwnerInput {
  return input.role === "first" || input.role === "second";
}

function completeOptions(options: JointStatisticsOptions): Settings {
  const { columns, questions, minimumRows = 20, computation = defaultComputation, parties = {} } = options;
  if (!computations.includes(computation)) {
    const expected = `a computation: ${computations.join(" or ")}`;
    throw invalidArgument("jointStatistics", expected, "another name");
  }
  if (!Number.isInteger(minimumRows) || minimumRows < 2 || minimumRows > 2 ** 31) {
    throw invalidArgument("jointStatistics", "minimumRows from 2 to 2^31", String(minimumRows));
  }
  checkDeclarations(columns);
  checkQuestions(questions, columns);
  for (const [i, question] of questions.entries()) checkScales(i, question, columns);
  return { columns, questions, minimumRows, computation, parties };
}

/** What depends on the ranges of quantities: that their columns fit together, and that edges are within. */
function checkScales(number: number, question: Question, columns: Settings["columns"]): void {
  for (const quantity of quantitiesOf(question)) {
    const { center, halfWidth } = scaleOfQuantity(columns, quantity);
    if (question.kind !== "histogram") continue;
    if (question.edges.every((edge) => Math.abs(edge - center) <= halfWidth)) continue;
    const expected = `edges from ${center - halfWidth} to ${center + halfWidth}, as declared`;
    throw invalidArgument(`jointStatistics: question ${number}`, expected, "others");
  }
}

type OwnColumns = ReadonlyMap<ColumnName, FeatureColumn>;

function checkOwnRows(
  input: StatisticsOwnerInput,
  used: readonly ColumnName[],
  settings: Settings,
): OwnColumns {
  checkIds(input.ids);
  checkColumns(input.columns, input.ids.length);
  return checkOwnColumns(input, used, settings.columns);
}

/** What the parties do that compute. */
class ComputingSide {
  readonly #run: ProtocolRun;
  readonly #roles: Roles;
  readonly #settings: Settings;

  constructor(run: ProtocolRun, roles: Roles, settings: Settings) {
    this.#run = run;
    this.#roles = roles;
    this.#settings = settings;
  }

  async runOwner(
    input: StatisticsOwnerInput,
    columns: OwnColumns,
    { alignment = {}, store }: Pick<JointStatisticsOptions, "alignment" | "store">,
  ): Promise<StatisticsOwnerReport> {
    const { first, second, helper } = this.#roles;
    const { minimumRows } = this.#settings;
    const pair = this.#run.between([first, second].sort((a, b) => a - b));
    const rows = await alignRows(pair, input.ids, alignment, minimumRows);
    await admitRowSets(store, {
      caller: "jointStatistics",
      peer: this.#run.names[input.role === "first" ? second : first] ?? "",
      sets: [Array.from(rows, (row) => input.ids[row] ?? "")],
    });
    checkOwnLeverage(columns, rows, this.#settings);
    if (helper !== undefined) {
      await this.#run.send(helper, "rows", bytesFromWords(BigUint64Array.of(BigInt(rows.length))));
    }
    const answers = await this.#compute(rows.length, { columns, rows });
    const known = answers.filter((answer) => answer !== undefined);
    if (known.length !== answers.length) {
      throw new VeilshareError("INTERNAL", "jointStatistics: an answer is missing at an owner");
    }
    return { role: input.role, rows: rows.length, answers: known };
  }

  async help(): Promise<StatisticsHelperReport> {
    const rows = await this.#hearRows();
    await this.#compute(rows, undefined);
    return { role: "helper", rows };
  }

  /** The number of common ids, from both owners. */
  async #hearRows(): Promise<number> {
    const { first, second } = this.#roles;
    const heard = await Promise.all(
      [first, second].map((owner) => this.#run.receive(owner, "rows", { byteLength: 8 })),
    );
    const [rows = 0, others = 0] = heard.map((message) => Number(wordsFromBytes(message)[0] ?? 0n));
    const fault = (code: "PEER_MALFORMED" | "PEER_MISMATCH", at: number, expected: string): Error => {
      const party = this.#run.names[at] ?? "";
      const text = `rows: party "${party}": expected ${expected}, got another number`;
      return new VeilshareError(code, text, { party, step: "rows", expected });
    };
    if (rows < this.#settings.minimumRows || rows >= 2 ** 31) {
      throw fault("PEER_MALFORMED", first, "at least the minimum number of rows, below 2^31");
    }
    if (others !== rows) throw fault("PEER_MISMATCH", second, "as many rows as the first owner has");
    return rows;
  }

  async #compute(
    rows: number,
    own: SharingOptions["own"] | undefined,
  ): Promise<readonly (Answer | undefined)[]> {
    const { computation, columns: declarations, questions, minimumRows } = this.#settings;
    const engine = await openComputation(this.#run, computation satisfies Computation, this.#roles);
    const used = usedColumns(questions);
    const sharing = { used, declarations, rows, roles: this.#roles };
    const columns = await shareColumns(engine, { ...sharing, ...(own === undefined ? {} : { own }) });
    const answers = new SecretAnswers(engine, { ...sharing, columns, minimumRows });
    let done = 0;
    const told = await answers.all(questions, () => {
      this.#run.progress({ step: "joint-statistics/answer", done: ++done, total: questions.length });
    });
    await engine.close();
    return told;
  }
}
