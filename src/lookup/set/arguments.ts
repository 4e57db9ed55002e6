/** What keys and sets must be, wherever they are handed over. */

import { rule, withMethods, type Rule } from "../../checks/rules.js";
import { PublishedSet } from "./published-set.js";

/** A server's key. */
export const keyRule: Rule = withMethods("a key, as deriveLookupKey gives it", "secretBytes");

/** A set. */
export const setRule: Rule = rule("a PublishedSet", (value) => value instanceof PublishedSet);
