/** Options of a joint model, checked and completed. */

import { invalidArgument } from "../errors.js";
import { computations, defaultComputation } from "../mpc/computation.js";
import { completeDisclosures } from "./disclosure.js";
import type { JointRiskModelOptions } from "./inputs-and-reports.js";
import { defaultMaxCategories } from "./preparation.js";
import { checkFraction } from "./split.js";
import { completeTrainingOptions } from "./training-plan.js";

/** The options that all parties must have alike. */
export type Settings = Required<
  Omit<JointRiskModelOptions, "alignment" | "store" | "outOfTime" | "folds" | "l2">
> & {
  readonly l2: number | "1/rows";
  readonly outOfTime: number | null;
  /** 0 for none. */
  readonly folds: number;
};

const known = [
  "alignment",
  "computation",
  "disclose",
  "fewColumns",
  "folds",
  "holdout",
  "iterations",
  "l2",
  "maxCategories",
  "minimumRows",
  "outOfTime",
  "parties",
  "store",
] as const satisfies readonly (keyof JointRiskModelOptions)[];

/**
 * Checks and completes.
 *
 * @throws VeilshareError INVALID_ARGUMENT that names the option.
 */
export function completeOptions(options: JointRiskModelOptions): Settings {
  checkNames("jointRiskModel", options, known);
  const { holdout = 0.2, maxCategories = defaultMaxCategories, fewColumns = false } = options;
  const { minimumRows = 50, parties = {}, computation = defaultComputation, disclose = [] } = options;
  const { outOfTime, folds } = options;
  if (!computations.includes(computation)) {
    throw invalidArgument("jointRiskModel", `a computation: ${computations.join(" or ")}`, "another name");
  }
  checkFraction(holdout);
  checkInteger("maxCategories", maxCategories, 1, 50);
  checkInteger("minimumRows", minimumRows, 2, 2 ** 31);
  if (folds !== undefined) checkInteger("folds", folds, 2, 10);
  if (outOfTime !== undefined && !Number.isFinite(outOfTime)) {
    throw invalidArgument("jointRiskModel", "outOfTime: a finite number", String(outOfTime));
  }
  if (typeof fewColumns !== "boolean") {
    throw invalidArgument("jointRiskModel", "fewColumns: true or false", typeof fewColumns);
  }
  return {
    holdout,
    maxCategories,
    minimumRows,
    parties,
    computation,
    fewColumns,
    outOfTime: outOfTime ?? null,
    folds: folds ?? 0,
    disclose: completeDisclosures("jointRiskModel", disclose),
    ...completeTrainingOptions(options),
  };
}

/**
 * Refuses options that do not exist.
 *
 * @throws VeilshareError INVALID_ARGUMENT that names the first.
 */
export function checkNames(caller: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw invalidArgument(caller, `options: ${names.join(", ")}`, `"${unknown}"`);
}

function checkInteger(name: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw invalidArgument("jointRiskModel", `${name} from ${from} to ${to}`, String(value));
}
