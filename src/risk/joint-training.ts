/** The part of a joint model that all who compute run as one program: sharing, training, telling each owner its weights. */

import type { ProtocolRun } from "../channel/party.js";
import type { Computation } from "../mpc/computation.js";
import { openComputation } from "../owners/computation.js";
import type { RiskHelperReport } from "./inputs-and-reports.js";
import { shareDesign } from "./secret-design.js";
import { targetBits, trainOnShares } from "./secret-training.js";
import { hearSize, type TrainingSize } from "./training-size.js";
import { planTraining, type TrainingOptions, type TrainingPlan } from "./training-plan.js";

/** Session indices. */
export type OwnerRoles = Readonly<
  Record<"lender" | "platform", number> & Partial<Record<"helper" | "dealer", number>>
>;

/** What all who compute must have alike. */
export interface TrainingSettings extends TrainingOptions {
  readonly computation: Computation;
}

/** What a third party that computes does: the owners' program, without rows. */
export async function helpTraining(
  run: ProtocolRun,
  roles: OwnerRoles,
  settings: TrainingSettings,
): Promise<RiskHelperReport> {
  const size = await hearSize(run, [roles.lender, roles.platform]);
  await trainTogether(run, roles, settings, size, {});
  return {
    role: "helper",
    trainingRows: size.rows,
    columns: size.lenderColumns + size.platformColumns,
  };
}

/** What one party brings to the training: an owner its whitened columns, the lender its labels. */
export interface OwnTrainingRows {
  readonly values?: Float64Array;
  readonly labels?: Uint8Array;
}

/** What the training tells one party. */
export interface OwnWeights {
  /** At an owner, those of its whitened columns. */
  readonly weights?: Float64Array;
  /** At the lender. */
  readonly intercept?: number;
}

/** The program that all who compute run. */
export async function trainTogether(
  run: ProtocolRun,
  roles: OwnerRoles,
  settings: TrainingSettings,
  size: TrainingSize,
  own: OwnTrainingRows,
): Promise<OwnWeights> {
  const { rows, lenderColumns, platformColumns } = size;
  const columns = lenderColumns + platformColumns;
  const plan = planTraining(rows, columns, settings);
  const engine = await openComputation(run, settings.computation, roles);
  const [design, labels] = await Promise.all([
    shareDesign(engine, {
      plan,
      owners: [
        { index: roles.lender, columns: lenderColumns },
        { index: roles.platform, columns: platformColumns },
      ],
      ...(own.values === undefined ? {} : { own: { index: run.index, values: own.values } }),
    }),
    engine.input({
      owner: roles.lender,
      rows,
      bound: 1,
      fractionalBits: targetBits,
      ...(own.labels === undefined ? {} : { values: Float64Array.from(own.labels) }),
    }),
  ]);
  const weights = await trainOnShares(engine, { design, labels }, plan, progressOf(run, plan));
  const lenderRows = weights.pickRows([...Array(lenderColumns).keys(), columns]);
  const [toLender, toPlatform] = await Promise.all([
    engine.revealTo(roles.lender, lenderRows),
    engine.revealTo(roles.platform, weights.rowRange(lenderColumns, columns)),
  ]);
  await engine.close();
  if (toPlatform !== undefined) return { weights: toPlatform };
  if (toLender === undefined) return {};
  return { weights: toLender.slice(0, lenderColumns), intercept: toLender[lenderColumns] ?? 0 };
}

function progressOf(run: ProtocolRun, plan: TrainingPlan): (done: number) => void {
  return (done) => {
    run.progress({ step: "joint-risk-model/train", done, total: plan.iterations });
  };
}
