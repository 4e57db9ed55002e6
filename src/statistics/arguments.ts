/** What rows and options of statistics must be. */

import type { RulesOf } from "../checks/options.js";
import { anything, callback, listOf, number, object, optional, rule, type Rule } from "../checks/rules.js";
import { seriesGuardRule } from "../disclosure/arguments.js";
import type { Measure } from "./measure.js";

/** Bounds and decimals are checked where they are used. */
const measureRules: RulesOf<Measure> = { min: number(), max: number(), decimals: optional(anything) };

/** A measure. */
export const measureRule: Rule = object(measureRules);

type CommonOption = "maxRows" | "minContributors" | "maxShare" | "guard" | "sum";

/** Objects; what they hold is checked where it is read. */
export const rowsRule: Rule = listOf(rule("a row", (value) => typeof value === "object" && value !== null));

/** What all statistics have. */
export const commonRules: Readonly<Record<CommonOption, Rule>> = {
  maxRows: number(),
  minContributors: optional(number()),
  maxShare: optional(number()),
  guard: optional(seriesGuardRule),
  sum: optional(callback),
};
