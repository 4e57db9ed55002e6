/**
 * A credit model of two owners: a lender has labels and some columns, a platform has other columns of some of the same
 * people. They train one logistic regression together; weights, scores and rows stay on shares, and what is told is coarse.
 *
 * Who runs it: lender and platform, alone or with a third party (`../owners/computation.ts`), each as a party of one
 * session; all with the same options.
 *
 *   lender <-> platform   whether enough ids are common (size of the intersection); then which (both learn it)
 *   lender <-> platform   a seed drawn together, which says which rows are held back; numbers of columns
 *   owners -> helper      numbers of rows and prepared columns, where a helper computes
 *   all                   too many columns: which of its own each owner keeps (`column-choice.ts`)
 *   all                   training on shares (`secret-training.ts`), measures on shares (`secret-evaluation.ts`)
 *   all <-> all           one bit: converged; how many bands there are; one bit an owner: no row of too much weight
 *   others -> lender      shares of AUC, KS and log loss, rounded on shares; of the band of each common row
 *   all -> owners         the model divided: each owner one part, which says nothing alone
 *
 * Adversary: semi-honest, no two of three parties collude. What each learns:
 *
 *   lender     which of its ids the platform has, and how many that has in all; the numbers of the platform's columns; AUC, KS and
 *              log loss with two decimals (three from 10,000 rows and 500 of each label); of each common row one of at most ten
 *              bands, each of at least a twentieth of the training rows.
 *   platform   which of its ids the lender has, and how many that has in all; the numbers of the lender's columns. No label, no
 *              score, no weight.
 *   helper or  the numbers of training rows, of columns, of steps and of bands; whether the training converged.
 *   dealer
 *
 * With `disclose: ["points"]` or `["weights"]`, by name and by all, more (`disclosure.ts`). The third party and either other
 * together could read everything.
 *
 * What an owner's own columns can't be made to tell: categories and numbers that fewer than 20 rows have are left out, each side
 * has a prepared column for 20 training rows at most, no row counts for more than three quarters of a side's columns, and the
 * platform brings three columns or more, unless all say `fewColumns`. An owner's store refuses rows that differ by 1 to 19 from
 * earlier ones.
 */

import type { Party } from "../channel/party.js";
import { invalidArgument } from "../errors.js";
import { checkColumns, checkIds, invalidData } from "../owners/columns.js";
import { thirdRoles } from "../owners/computation.js";
import { assignRoles } from "../owners/roles.js";
import { serveEngines } from "./engines.js";
import type {
  DealerInput,
  HelperInput,
  JointRiskModelOptions,
  LenderInput,
  LenderReport,
  PlatformInput,
  PlatformReport,
  RiskDealerReport,
  RiskHelperReport,
  RiskInput,
  RiskReport,
} from "./inputs-and-reports.js";
import { helpTraining } from "./joint-training.js";
import type { OwnerRoles } from "./roles.js";
import { checkLabels } from "./labels.js";
import { completeOptions, type Settings } from "./options.js";
import { OwnerSide } from "./owner-side.js";

const owners = ["lender", "platform"] as const;

const protocol = { name: "veilshare/joint-risk-model", version: 3 } as const;

/**
 * Trains a joint model; each party runs it with the input of its role.
 *
 * @throws VeilshareError INVALID_DATA for ids that repeat, labels other than 0 and 1, columns of other lengths, too few
 *   common rows, one label only, a row that counts for too much, or a platform with too few columns that vary; INVALID_ARGUMENT for options out of
 *   range; BOUND_EXCEEDED for more rows than the ring has room for; DISCLOSURE_REFUSED by the own store; PEER_MISMATCH for other options at another party; `PEER_`
 *   codes when a party fails.
 *
 * **Security.** Semi-honest; with a third party, no two of the three collude. See the head of this file for what each learns; most
 * of all: both owners learn who is common, and the lender the band of each common row.
 *
 * **Cost.** Two intersections (the size first), then 50 rounds a step and 120 for what is before and after, whatever the rows: about 440
 * with seven steps and three parties. Two parties alone wait about three times as often, as they make their correlated randomness
 * beside. Each step takes two products with each column, a logistic function and five more products for each row. The third party
 * waits while the owners intersect: for lists of millions the session's `stepTimeoutMs` may have to be longer than its ten
 * minutes.
 *
 * **Source.** `training-plan.ts`, `secret-evaluation.ts`; the engine: `openReplicatedEngine`, `openDealerEngine`.
 */
export async function jointRiskModel(
  party: Party,
  input: LenderInput,
  options?: JointRiskModelOptions,
): Promise<LenderReport>;
export async function jointRiskModel(
  party: Party,
  input: PlatformInput,
  options?: JointRiskModelOptions,
): Promise<PlatformReport>;
export async function jointRiskModel(
  party: Party,
  input: HelperInput,
  options?: JointRiskModelOptions,
): Promise<RiskHelperReport>;
export async function jointRiskModel(
  party: Party,
  input: DealerInput,
  options?: JointRiskModelOptions,
): Promise<RiskDealerReport>;
export async function jointRiskModel(
  party: Party,
  input: RiskInput,
  options?: JointRiskModelOptions,
): Promise<RiskReport>;
export async function jointRiskModel(
  party: Party,
  input: RiskInput,
  options: JointRiskModelOptions = {},
): Promise<RiskReport> {
  return party.run(protocol, async (run): Promise<RiskReport> => {
    const settings = completeOptions(options);
    const third = thirdRoles[settings.computation];
    const wanted = third === undefined ? owners : ([...owners, third] as const);
    const roles: OwnerRoles = assignRoles(run, wanted, settings.parties, input.role);
    if (input.role === "lender" || input.role === "platform") checkOwnedRows(input, settings);
    await run.agree({ ...settings });
    if (input.role === "dealer") return serveEngines(run, roles);
    if (input.role === "helper") return helpTraining(run, roles, settings);
    return new OwnerSide(run, roles, settings, input).train(options);
  });
}

function checkOwnedRows(input: LenderInput | PlatformInput, { outOfTime }: Settings): void {
  checkIds(input.ids);
  checkColumns(input.columns, input.ids.length);
  if (input.role === "platform") return;
  checkLabels(input.labels, input.ids.length);
  const { times } = input;
  if ((times === undefined) !== (outOfTime === null)) {
    const expected = "times at the lender exactly when there is outOfTime";
    throw invalidArgument("jointRiskModel", expected, times === undefined ? "none" : "times alone");
  }
  if (times === undefined) return;
  if (times.length !== input.ids.length) {
    throw invalidData("times", `${input.ids.length}, one for each id`, `${times.length}`);
  }
  for (let row = 0; row < times.length; row++) {
    if (Number.isFinite(times[row])) continue;
    throw invalidData("times", "finite numbers", `something else in row ${row}`);
  }
}
