/** Who is who in a protocol of two owners. */

import type { Party } from "../channel/party.js";
import { VeilshareError } from "../errors.js";

/**
 * The indices of the parties that play roles.
 *
 * @param names - A role that is left out is played by the party of its name.
 * @throws VeilshareError INVALID_ARGUMENT when one is not there, plays two roles, or when this party's own role is not
 *   the one it came with.
 */
export function assignRoles<R extends string>(
  party: Party,
  roles: readonly R[],
  names: Readonly<Partial<Record<R, string>>>,
  own: R,
): Record<R, number> {
  if (party.size !== roles.length) {
    throw roleError(`exactly ${roles.length} parties: ${roles.join(", ")}`, `${party.size}`);
  }
  const indices = Object.fromEntries(
    roles.map((role) => [role, party.indexOf(names[role] ?? role)]),
  ) as Record<R, number>; // one entry for each role
  if (new Set(Object.values(indices)).size !== roles.length)
    throw roleError("a party for each role", "one for two");
  if (indices[own] !== party.index) {
    throw roleError(`"${party.names[indices[own]] ?? ""}" as the ${own}`, `"${party.name}"`);
  }
  return indices;
}

function roleError(expected: string, got: string): VeilshareError {
  return new VeilshareError("INVALID_ARGUMENT", `roles: expected ${expected}, got ${got}`, { expected, got });
}
