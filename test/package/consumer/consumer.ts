// Type-checked by tarball.test.ts against the packed tarball.
import { simulate, VeilshareError, type Party } from "veilshare";
import { intersect } from "veilshare/psi";

export async function common(party: Party, items: readonly string[]): Promise<number> {
  const result = await intersect(party, items, { reveal: "both" });
  const rows: Uint32Array = result.indices;
  return rows.length;
}

export const sizes: Promise<number[]> = simulate(2, (party) => common(party, ["a"]));

export function codeOf(error: unknown): string {
  return error instanceof VeilshareError ? error.code : "none";
}
