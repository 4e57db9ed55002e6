/** The limits of a session; every wait and every buffer has one. */

import { checkArgument, type RulesOf } from "../checks/options.js";
import { integer, object, optional } from "../checks/rules.js";

/** Limits that a caller may set; what is left out has the default of {@link defaultLimits}. */
export interface SessionLimits {
  /** A party that gives no sign of life for so long is lost. Heartbeats count as signs of life. Default 60,000. */
  readonly idleTimeoutMs: number;
  /**
   * Longest wait for one message, or for room to send one, from a party that lives and does not say that it works on it
   * (`ProtocolRun.working`). Default 600,000.
   */
  readonly stepTimeoutMs: number;
  /**
   * Longest wait for one message from a party that says all the while that it works on it. Default 3,600,000: an hour.
   */
  readonly workTimeoutMs: number;
  /** Longest time until all parties have started, are authenticated and have greeted. Default 600,000: ten minutes. */
  readonly connectTimeoutMs: number;
  /** Longest time for which a connection may be lost before its session is. 0: a lost connection is not had back. Default 30,000. */
  readonly reconnectMs: number;
  /** How often the connection to one party may be lost in a session. Default 100. */
  readonly maxReconnects: number;
  /** Largest single message a protocol may send. Default 256 MiB. */
  readonly maxMessageBytes: number;
  /** What one party may have sent in one lane without our having taken it. Default 4 MiB. */
  readonly windowBytes: number;
  /** Open lanes that one party may have. Default 16,384. */
  readonly maxLanes: number;
}

/** The limits where a caller sets none. */
export const defaultLimits: SessionLimits = {
  idleTimeoutMs: 60_000,
  stepTimeoutMs: 600_000,
  workTimeoutMs: 3_600_000,
  connectTimeoutMs: 600_000,
  reconnectMs: 30_000,
  maxReconnects: 100,
  maxMessageBytes: 256 * 2 ** 20,
  windowBytes: 4 * 2 ** 20,
  maxLanes: 16_384,
};

/** setTimeout takes no more than this. */
const maxTimeoutMs = 2 ** 31 - 1;

const timeRule = optional(integer(1, maxTimeoutMs));
const sizeRule = optional(integer(1));

/** What each limit may be. */
export const limitsRules: RulesOf<SessionLimits> = {
  idleTimeoutMs: timeRule,
  stepTimeoutMs: timeRule,
  workTimeoutMs: timeRule,
  connectTimeoutMs: timeRule,
  reconnectMs: optional(integer(0, maxTimeoutMs)),
  maxReconnects: optional(integer(0)),
  maxMessageBytes: sizeRule,
  windowBytes: sizeRule,
  maxLanes: sizeRule,
};

/**
 * All limits, with defaults for those left out.
 *
 * @throws VeilshareError INVALID_ARGUMENT for an unknown name, or a limit that is no integer within its range.
 */
export function completeLimits(given: Partial<SessionLimits> = {}): SessionLimits {
  checkArgument("limits", "limits", given, object(limitsRules));
  const limits: Record<string, unknown> = { ...defaultLimits };
  for (const [name, value] of Object.entries<unknown>(given)) if (value !== undefined) limits[name] = value;
  return limits as unknown as SessionLimits; // all names have a default, and only known ones were added
}
