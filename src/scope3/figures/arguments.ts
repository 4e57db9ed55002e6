/** What the arguments that all ways of a Scope 3 total have must be. */

import { checkArgument, type RulesOf } from "../../checks/options.js";
import {
  either,
  flag,
  instanceOf,
  listOf,
  number,
  object,
  optional,
  rule,
  text,
  withMethods,
  type Rule,
} from "../../checks/rules.js";
import { dominanceRule } from "../../disclosure/rules.js";
import { VeilshareError } from "../../errors.js";
import type { Footprint } from "../lines/footprint.js";
import type { Scope3Dominance } from "./dominance.js";
import type { FigureChoice } from "./figures.js";

/** What of the figures is chosen. */
export const choiceRules: RulesOf<FigureChoice> = {
  spendFigures: optional(flag),
  qualityFigures: optional(flag),
};

const dominanceRules: RulesOf<Scope3Dominance> = {
  rule: optional(dominanceRule),
  comparers: listOf(either(text, number())),
};

/** See {@link Scope3Dominance}. */
export const scope3DominanceRule: Rule = object(dominanceRules);

/** Sessions, or the errors of those that never came. */
export const sessionsRule: Rule = listOf(
  either(
    withMethods("a party of a session", "send", "receive", "run"),
    instanceOf(VeilshareError, "why it is lost"),
  ),
);

/** Lines are checked one by one where they are read. */
const footprintRule = rule(
  "a footprint: { currency, lines }",
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "lines" in value &&
    Array.isArray(value.lines) &&
    value.lines.every((line) => typeof line === "object" && line !== null),
);

/** @throws VeilshareError INVALID_ARGUMENT. */
export function checkFootprint(caller: string, footprint: Footprint): void {
  checkArgument(caller, "footprint", footprint, footprintRule);
}

/** A plan that the function for it made. */
export function planRule(maker: string): Rule {
  return rule(
    `a plan of ${maker}`,
    (value) => typeof value === "object" && value !== null && "counting" in value && "suppliers" in value,
  );
}
