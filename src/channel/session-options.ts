/** Rules for what a caller may say of a session; see {@link SessionOptions}. */

import { signalRule, type RulesOf } from "../checks/options.js";
import { callback, object, optional } from "../checks/rules.js";
import { limitsRules } from "./limits.js";
import type { SessionOptions } from "./session-core.js";

export const sessionRules: RulesOf<SessionOptions> = {
  signal: optional(signalRule),
  onProgress: optional(callback),
  limits: optional(object(limitsRules)),
};
