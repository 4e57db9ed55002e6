/** Who is in a sum once clients have said whose boxes they could open, and how many may send their vectors at once. */

import { ClientSet } from "./client-set.js";
import type { ResilientPlan } from "./plan.js";
import { packedBytes } from "./ring.js";
import type { ServerRecord } from "./server-record.js";

/** How many vectors may be on their way at once where a caller does not say. */
export function defaultUploads({ length, bits }: ResilientPlan): number {
  const each = Math.max(1, packedBytes(length, bits));
  return Math.max(4, Math.min(1024, Math.floor((64 * 2 ** 20) / each)));
}

/**
 * Leaves out who has not said what it could open, and who dealt boxes that too many of its neighbours could not: its secrets
 * could not be put together in the end. Half of the shares that may be missing are left for neighbours that lie about
 * their boxes, so that few can't have anybody left out.
 *
 * @param dealersOf - A client's neighbours that dealt, ascending.
 */
export function settleJoined(
  { joined, opened }: Pick<ServerRecord, "joined" | "opened">,
  { clients, degree, threshold }: ResilientPlan,
  dealersOf: (client: number) => readonly number[],
): { readonly kept: ClientSet; readonly excluded: readonly number[] } {
  const [opens, complaints] = [new Map<number, number>(), new Map<number, number>()];
  for (const [client, bytes] of opened) {
    for (const [i, dealer] of dealersOf(client).entries()) {
      const counts = bytes[i] === 1 ? opens : complaints;
      counts.set(dealer, (counts.get(dealer) ?? 0) + 1);
    }
  }
  const mostComplaints = Math.floor((degree + 1 - threshold) / 2);
  const isSound = (client: number): boolean =>
    (opens.get(client) ?? 0) + 1 >= threshold && (complaints.get(client) ?? 0) <= mostComplaints; // it holds its own
  const spoke = joined.members().filter((client) => opened.has(client));
  return {
    kept: new ClientSet(clients, spoke.filter(isSound)),
    excluded: spoke.filter((client) => !isSound(client)),
  };
}
