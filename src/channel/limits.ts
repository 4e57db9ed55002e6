/** The limits of a session; every wait and every buffer has one. */

import { invalidArgument } from "../errors.js";

/** Limits that a caller may set; what is left out has the default of {@link defaultLimits}. */
export interface SessionLimits {
  /** A party that gives no sign of life for so long is lost. Heartbeats count as signs of life. Default 60,000. */
  readonly idleTimeoutMs: number;
  /**
   * Longest wait for one message, or for room to send one, from a party that lives and does not say that it works on it
   * (`ProtocolRun.working`). Default 600,000.
   */
  readonly stepTimeoutMs: number;
  /** Longest time to connect, authenticate and greet. Default 30,000. */
  readonly connectTimeoutMs: number;
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
  connectTimeoutMs: 30_000,
  maxMessageBytes: 256 * 2 ** 20,
  windowBytes: 4 * 2 ** 20,
  maxLanes: 16_384,
};

/** setTimeout takes no more than this. */
const maxTimeoutMs = 2 ** 31 - 1;

/**
 * All limits, with defaults for those left out.
 *
 * @throws VeilshareError INVALID_ARGUMENT when one is not a positive integer within the timers' range.
 */
export function completeLimits(given: Partial<SessionLimits> = {}): SessionLimits {
  const limits = { ...defaultLimits, ...given };
  for (const [name, value] of Object.entries(limits) as [keyof SessionLimits, number][]) {
    const max = name.endsWith("Ms") ? maxTimeoutMs : Number.MAX_SAFE_INTEGER;
    if (!Number.isSafeInteger(value) || value < 1 || value > max) {
      throw invalidArgument("limits", `${name} between 1 and ${max}`, String(value));
    }
  }
  return limits;
}
