/** What the options of a client and of a server of a resilient sum must be. */

import { checkOptions, type RulesOf } from "../../checks/options.js";
import { callback, listOf, number, optional, text, withMethods, type Rule } from "../../checks/rules.js";
import type { SigningKey } from "../../channel/identity/signing-key.js";
import type { RandomSource } from "../../random/csprng.js";

/** A key to sign with. */
export const signingKeyRule: Rule = withMethods("a SigningKey", "sign");

interface OfClient {
  readonly signingKey?: SigningKey;
  readonly serverName?: string;
  readonly random?: RandomSource;
}

interface OfServer {
  readonly names?: readonly string[];
  readonly maxUploads?: number;
  readonly random?: RandomSource;
}

const clientRules: RulesOf<OfClient> = {
  signingKey: optional(signingKeyRule),
  serverName: optional(text),
  random: optional(callback),
};

const serverRules: RulesOf<OfServer> = {
  names: optional(listOf(text)),
  maxUploads: optional(number()),
  random: optional(callback),
};

/**
 * The options of a client, if they are such.
 *
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function checkedClientOptions<T extends OfClient>(options: T): T {
  checkOptions<OfClient>("ResilientClient", options, clientRules);
  return options;
}

/**
 * The options of a server, if they are such.
 *
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function checkedServerOptions<T extends OfServer>(options: T): T {
  checkOptions<OfServer>("ResilientServer", options, serverRules);
  return options;
}
