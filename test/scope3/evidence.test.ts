import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import type * as protocols from "../../dist/scope3/index.js";
import {
  sumScope3AmongPeers,
  verifyContribution,
  verifyTotalEvidence,
  type ActivityLine,
  type Footprint,
  type Scope3Report,
  type TotalEvidence,
} from "../../dist/scope3/index.js";
import type { PedersenOpening } from "../../dist/sharing/index.js";
import { expectError } from "../support/expect-error.js";
import { importMutant } from "../support/mutant.js";
import { recordedParty } from "../support/recorded-party.js";

const line = (category: number, spend: string): ActivityLine => ({
  category,
  spend,
  factor: { kgPerUnit: "1", currency: "USD" },
});
const usd = (...lines: ActivityLine[]): Footprint => ({ currency: "USD", lines });
const footprints = ["1", "20", "300"].map((spend) => usd(line(1, spend), line(4, spend)));

async function run(): Promise<{ report: Scope3Report; openings: PedersenOpening[] }> {
  const openings: PedersenOpening[] = [];
  const reports = await simulate(3, (party) =>
    sumScope3AmongPeers(party, footprints[party.index] ?? usd(), {
      onOpening: (opening) => {
        openings[party.index] = opening;
      },
    }),
  );
  return { report: reports[0] as Scope3Report, openings }; // three parties
}

function evidenceOf(report: Scope3Report): TotalEvidence {
  if (report.evidence === undefined) throw new Error("no evidence");
  return report.evidence;
}

describe("the evidence of a Scope 3 total", () => {
  it("opens to the published amounts, survives JSON, and shows each its own contribution", async () => {
    const { report, openings } = await run();
    const evidence = JSON.parse(JSON.stringify(evidenceOf(report))) as TotalEvidence;
    expect(verifyTotalEvidence(evidence)).toBe(true);
    expect(Object.keys(evidence.commitments)).toEqual(["party-0", "party-1", "party-2"]);
    const grams = [report.byCategory[0], report.byCategory[3]].map((cell) => String(cell?.emissions?.grams));
    expect(evidence.amounts.slice(0, 3)).toEqual([...grams, String(report.total?.grams)]);
    for (const [index, opening] of openings.entries()) {
      expect(verifyContribution(evidence, `party-${index}`, opening)).toBe(true);
      expect(verifyContribution(evidence, `party-${(index + 1) % 3}`, opening)).toBe(false);
      expect(opening.values()[0]).toBe(BigInt(["1000", "20000", "300000"][index] ?? ""));
    }
    expectError(
      () => verifyContribution(evidence, "toString", openings[0] as PedersenOpening),
      "INVALID_ARGUMENT",
    );
  });

  it("does not open to another amount, nor with a commitment left out, repeated or exchanged", async () => {
    const evidence = evidenceOf((await run()).report);
    const other = evidenceOf((await run()).report);
    const { commitments, amounts } = evidence;
    const changed: TotalEvidence[] = [
      { ...evidence, amounts: amounts.map((amount, i) => (i === 2 ? String(BigInt(amount) + 1n) : amount)) },
      { ...evidence, amounts: [...amounts, "0"] },
      { ...evidence, blinding: other.blinding },
      { ...evidence, commitments: { ...commitments, "party-1": other.commitments["party-1"] ?? "" } },
      { ...evidence, commitments: { ...commitments, "party-3": commitments["party-1"] ?? "" } },
      { ...evidence, commitments: { "party-0": commitments["party-0"] ?? "" } },
    ];
    for (const wrong of changed) expect(verifyTotalEvidence(wrong)).toBe(false);
  });

  it.each<[string, Partial<TotalEvidence>]>([
    ["an amount that is no integer", { amounts: ["1.5"] }],
    ["a commitment of 31 bytes", { commitments: { a: "00".repeat(31) } }],
    ["a commitment that is no element", { commitments: { a: "ff".repeat(32) } }],
    ["a blinding that is no scalar", { blinding: "ff".repeat(32) }],
  ])("refuses %s", async (_, change) => {
    const evidence = { ...evidenceOf((await run()).report), ...change };
    expectError(() => verifyTotalEvidence(evidence), "INVALID_ARGUMENT");
  });
});

describe("a party of a Scope 3 total", () => {
  it("that sums other numbers than it committed to is found before anyone gives out the total", async () => {
    const mutant = await importMutant<typeof protocols>("other-numbers", "scope3/index.js", {
      file: "scope3/peers/sum-among-peers.js",
      text: "const summed = await this.#sums.add(sum);",
      replacement:
        "const summed = await this.#sums.add({ ...sum, own: own.map((amount) => amount + 1000n) });",
    });
    const outcome = simulate(3, (party) => {
      const total = party.index === 2 ? mutant.sumScope3AmongPeers : sumScope3AmongPeers;
      return total(party, usd(line(1, "5")), { spendFigures: false });
    });
    await expect(outcome).rejects.toMatchObject({ code: "PEER_UNEXPECTED", field: "commitments" });
  });

  it.each(["commitment", "blinding-share", "blinding-sum"])(
    "whose %s is no canonical encoding is named by the others",
    async (wanted) => {
      const errors: unknown[] = [];
      await simulate(3, async (plain) => {
        const party =
          plain.index === 1
            ? recordedParty(plain, ({ step, payload }) =>
                step === wanted ? payload.map(() => 255) : payload,
              )
            : plain;
        await sumScope3AmongPeers(party, usd(line(1, "5"))).catch((thrown: unknown) => {
          errors[plain.index] = thrown;
          throw thrown;
        });
      }).catch(() => undefined);
      expect(errors[0]).toMatchObject({ code: "PEER_MALFORMED", party: "party-1", step: wanted });
    },
  );

  it("that tells others different blinding sums is named", async () => {
    const errors: unknown[] = [];
    await simulate(4, async (plain) => {
      const party =
        plain.index === 3
          ? recordedParty(plain, ({ step, payload, to }) =>
              step === "blinding-sum" && to === 1
                ? payload.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
                : payload,
            )
          : plain;
      await sumScope3AmongPeers(party, usd(line(1, "5"))).catch((thrown: unknown) => {
        errors[plain.index] = thrown;
        throw thrown;
      });
    }).catch(() => undefined);
    expect(errors[0]).toMatchObject({ code: "PEER_MISMATCH" });
  });

  it("sees commitments that are as random whatever the amounts: the first byte's low bits are even over runs", async () => {
    // The first byte of an encoding is even (non-negative field element); its other seven bits are close to uniform.
    const counts = new Array<number>(16).fill(0);
    const runs = 320;
    for (let i = 0; i < runs; i++) {
      const { pedersenCommit } = await import("../../dist/sharing/index.js");
      const { commitment } = pedersenCommit(BigInt64Array.of(0n), "scope3-total");
      const bucket = ((commitment[0] ?? 0) >> 1) & 15;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    const expected = runs / 16;
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chi).toBeLessThan(50.5); // 15 degrees of freedom: false alarm below 10^-5
  });
});
