import { describe, expect, it } from "vitest";
import * as prio3Module from "../../dist/prio3/index.js";
import { field64Parameters, integersOf } from "../../dist/field/vector-field.js";
import { chiSquare } from "../support/chi-square.js";
import { importMutant, type Mutation } from "../support/mutant.js";

/** Reports of one measurement. With 16 cells, each expects 56. */
const reports = 900;
const cells = 16;
const context = new TextEncoder().encode("privacy");
const verifyKey = new Uint8Array(32).fill(1);
const { modulus } = field64Parameters;

type Module = Pick<typeof prio3Module, "prio3Count">;

/**
 * Faults in the claim that an aggregator sees uniform elements whatever the measurement is: the leader's input share
 * (1 element of the measurement, 5 of the proof), and the combined verifier, which all aggregators can add up (the two
 * wires at the test point; the circuit's output is 0 and the gadget's value their product). One chi-square test with 15
 * degrees of freedom an element, 8 in all, each with a false alarm in 10^9: fewer than one in 10^8 calls.
 */
function visibleFaults({ prio3Count }: Module, measurement: boolean): string[] {
  const prio3 = prio3Count({ shares: 2 });
  const counts = new Map<string, Float64Array>();
  const note = (name: string, elements: readonly bigint[]): void => {
    for (const [i, element] of elements.entries()) {
      const cell = counts.get(`${name}[${i}]`) ?? new Float64Array(cells);
      const at = Number((element * BigInt(cells)) / modulus);
      cell[at] = (cell[at] ?? 0) + 1;
      counts.set(`${name}[${i}]`, cell);
    }
  };
  for (let i = 0; i < reports; i++) {
    const { inputShares, ...report } = prio3.shard({ context, measurement });
    const verifiers = inputShares.map((inputShare) => {
      const { verifierShare } = prio3.verifyInit({ ...report, verifyKey, context, inputShare });
      return integersOf(field64Parameters, verifierShare);
    });
    const combined = (verifiers[0] ?? []).map((value, k) => (value + (verifiers[1]?.[k] ?? 0n)) % modulus);
    note("leader", integersOf(field64Parameters, inputShares[0]?.toBytes() ?? new Uint8Array(0)));
    note("verifier", combined.slice(1, 3));
  }
  return [...counts].flatMap(([name, cell]) => (chiSquare(cell).exceeds ? [name] : []));
}

describe("what one aggregator sees of a report", { timeout: 120_000 }, () => {
  it("is uniform whatever the measurement", () => {
    expect(visibleFaults(prio3Module, true)).toEqual([]);
    expect(visibleFaults(prio3Module, false)).toEqual([]);
  });

  const mutants: readonly (Mutation & { readonly name: string; readonly seen: string })[] = [
    {
      name: "measurement-in-the-clear",
      file: "prio3/prio3.js",
      text: "this.#field.subtractInPlace(leaderShare, share);",
      replacement: "",
      seen: "leader[0]",
    },
    {
      name: "wires-without-seeds",
      file: "prio3/prio3.js",
      text: "const proveRand = derivation.proveRandomness(seed, lengths.proveRand * this.proofs);",
      replacement: "const proveRand = new Uint8Array(lengths.proveRand * this.proofs * 8);",
      seen: "verifier[0]",
    },
    {
      name: "proof-in-the-clear",
      file: "prio3/prio3.js",
      text: "this.#field.subtractInPlace(leaderProofs, derivation.proofsShare(aggregatorId, seed, length));",
      replacement: "",
      seen: "leader[5]",
    },
  ];

  it.each(mutants)("shows in the mutant $name", async ({ seen, name, ...mutation }) => {
    const mutant = await importMutant<Module>(name, "prio3/index.js", mutation);
    expect(visibleFaults(mutant, false)).toContain(seen);
  });
});
