/**
 * A session: one party's links to all others, the greeting that makes sure that all are in the same session, and the
 * protocol runs inside it.
 *
 * Greeting, on every link: HELLO (wire version, own index, all names, 32 random bytes), then the session id: SHA-256 of
 * all parties' random bytes in order. A party that told others other bytes, or sits at a table with other names, is
 * found out here.
 */

import { checkOptions, type RulesOf } from "../checks/options.js";
import { integer, listOf, optional, text, withMethods } from "../checks/rules.js";
import { toVeilshareError } from "../errors.js";
import { Lanes } from "./lanes.js";
import { checkNames } from "./names.js";
import type { Party } from "./party.js";
import type { Transport } from "./transport.js";
import { SessionCore, type OpenSessionOptions } from "./session-core.js";
import { sessionRules } from "./session-options.js";
import { SessionParty } from "./session-party.js";

export type { OpenSessionOptions, SessionOptions } from "./session-core.js";

/**
 * Greets all other parties over ready transports and gives the own end of the session.
 *
 * @throws VeilshareError PEER_MISMATCH, PEER_TIMEOUT, PEER_CLOSED or PEER_MALFORMED when the greeting fails.
 */
export async function openSession(options: OpenSessionOptions): Promise<Party> {
  return openSessionUntil(options, () => undefined);
}

const openRules: RulesOf<OpenSessionOptions> = {
  ...sessionRules,
  index: integer(0),
  names: listOf(text),
  transports: listOf(optional(withMethods("a transport", "send", "receive", "close"))),
};

/** {@link openSession}, with something to be done when the session that was opened is over. */
export async function openSessionUntil(options: OpenSessionOptions, onEnd: () => void): Promise<Party> {
  let core: SessionCore;
  try {
    checkOptions("openSession", options, openRules);
    checkNames(options.names, options.index);
    core = new SessionCore(options);
  } catch (thrown) {
    closeAll(options.transports);
    throw thrown;
  }
  const members = options.names.map((_, index) => index);
  try {
    const sessionId = await core.greet();
    core.atEnd(onEnd);
    return new SessionParty(new Lanes(core, members, ""), sessionId);
  } catch (thrown) {
    const error = toVeilshareError(thrown);
    core.abort(error);
    throw error;
  }
}

/** Closes what can be closed; what came may be no transports at all. */
function closeAll(given: unknown): void {
  if (!Array.isArray(given)) return;
  const rule = withMethods("a transport", "close");
  for (const one of given as unknown[]) {
    if (rule.faultOf(one) === undefined) void (one as Transport).close(); // never rejects
  }
}
