/** What all who compute must have alike in a training, and what one party brings. */

import type { Computation } from "../mpc/computation.js";
import type { Disclosure } from "./disclosure.js";
import type { OwnLabels } from "./secret-labels.js";

/** What all who compute must have alike. */
export interface TrainingSettings {
  readonly computation: Computation;
  readonly iterations: number;
  readonly l2: number | "1/rows";
  readonly disclose: readonly Disclosure[];
  /** Whether a model is kept and rows are told bands; else only measures are. */
  readonly isMain: boolean;
}

/** What one party brings to the training: an owner its whitened columns, the lender its labels. */
export interface OwnTrainingRows {
  readonly values?: Float64Array;
  readonly heldBackValues?: Float64Array;
  readonly labels?: OwnLabels;
  readonly heldBackLabels?: OwnLabels;
}
