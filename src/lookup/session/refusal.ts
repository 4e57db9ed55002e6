/** How a server says that a budget of its client is used up. */

import type { ByteReader, ByteWriter } from "../../bytes/codec.js";
import { MalformedMessage } from "../../bytes/codec.js";
import type { ClientBudgetGrant } from "./client-budget.js";

/** What a server did not do, by a limit of its own. */
export interface LookupRefusal {
  /** Which budget: of evaluations, or of bytes to be downloaded. */
  readonly limit: "evaluations" | "downloads";
  /** How many evaluations or bytes it would grant now. */
  readonly available: number;
  /** When it will grant as much as was asked for; undefined for never. */
  readonly retryAfterMs: number | undefined;
}

/** Length of an encoded refusal. */
export const refusalBytes = 9;

const limits = ["evaluations", "downloads"] as const;
const never = 2 ** 32 - 1;

/** A budget's no as a refusal. */
export function refusalOf(
  limit: LookupRefusal["limit"],
  { available, retryAfterMs }: Exclude<ClientBudgetGrant, { granted: true }>,
): LookupRefusal {
  return { limit, available, retryAfterMs };
}

/** Appends a refusal. */
export function writeRefusal(
  writer: ByteWriter,
  { limit, available, retryAfterMs }: LookupRefusal,
): ByteWriter {
  return writer
    .u8(limits.indexOf(limit))
    .u32(Math.min(available, never))
    .u32(retryAfterMs === undefined ? never : Math.min(retryAfterMs, never - 1));
}

/** Reads a refusal, with which the message ends. */
export function readRefusal(reader: ByteReader): LookupRefusal {
  const limit = limits[reader.u8()];
  const [available, retryAfterMs] = [reader.u32(), reader.u32()];
  reader.end();
  if (limit === undefined) throw new MalformedMessage("expected a limit that is known, got another");
  return { limit, available, retryAfterMs: retryAfterMs === never ? undefined : retryAfterMs };
}
