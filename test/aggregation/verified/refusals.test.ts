import { describe, expect, it, vi } from "vitest";
import {
  aggregateBatch,
  collectBatch,
  prepareReport,
  receiveReports,
  uploadReports,
  type BatchSummary,
  type CollectedBatch,
  type ReportShare,
  type VerifiedTask,
} from "../../../dist/aggregation/index.js";
import { createArithmetic } from "../../../dist/prio3/arithmetic.js";
import { prio3Histogram } from "../../../dist/prio3/index.js";
import { simulate } from "../../../dist/channel/index.js";
import type { ErrorCode } from "../../../dist/errors.js";
import { recordedParty } from "../../support/recorded-party.js";
import { Aggregators } from "./sessions.js";

const task: VerifiedTask<number, bigint[]> = {
  prio3: prio3Histogram({ shares: 2, length: 4 }),
  context: new TextEncoder().encode("refusals"),
  minReports: 2,
};
const [leader, helper, collector] = [0, 1, 2];

interface Cheat {
  /** Who hands over something else. */
  readonly from: number;
  readonly step: string;
  readonly instead: (payload: Uint8Array) => Uint8Array;
}

type Outcome = BatchSummary | CollectedBatch<bigint[]>;

/** A batch of three reports in which one party cheats at one step. */
async function cheated({ from, step, instead }: Cheat): Promise<readonly Outcome[]> {
  const aggregators = new Aggregators(task);
  for (const measurement of [0, 1, 1]) {
    for (const [id, share] of prepareReport(task, measurement).entries()) aggregators.all[id]?.take(share);
  }
  return simulate<Outcome>(3, (plain) => {
    const party = recordedParty(plain, ({ step: at, payload }) =>
      plain.index === from && at === step ? instead(payload) : payload,
    );
    const options = { batch: "one", collector };
    const own = aggregators.all[party.index];
    return own === undefined ? collectBatch(party, task, options) : aggregateBatch(party, own, options);
  });
}

const flipped = (at: number) => (payload: Uint8Array) =>
  payload.map((byte, i) => (i === (at < 0 ? payload.length + at : at) ? byte ^ 1 : byte));
const longer = (payload: Uint8Array): Uint8Array => Uint8Array.of(...payload, 0);
const shorter = (payload: Uint8Array): Uint8Array => payload.slice(1);

describe("a cheating party of a batch", () => {
  const refused: readonly (Cheat & { readonly what: string; readonly code: ErrorCode })[] = [
    {
      what: "names a report twice",
      from: leader,
      step: "propose",
      code: "PEER_MALFORMED",
      instead: (ids) => Uint8Array.of(...ids.subarray(0, 16), ...ids.subarray(0, 16)),
    },
    {
      what: "names part of a report",
      from: leader,
      step: "propose",
      instead: shorter,
      code: "PEER_MALFORMED",
    },
    {
      what: "says it has released the batch",
      from: helper,
      step: "open",
      instead: flipped(-1),
      code: "PEER_MISMATCH",
    },
    {
      what: "sends a state that is too long",
      from: helper,
      step: "open",
      instead: longer,
      code: "PEER_MALFORMED",
    },
    {
      what: "says too much of what it holds",
      from: helper,
      step: "held",
      instead: longer,
      code: "PEER_MALFORMED",
    },
    {
      what: "says nothing of its journal",
      from: helper,
      step: "claimed",
      instead: shorter,
      code: "PEER_MALFORMED",
    },
    {
      what: "sends short verifier shares",
      from: helper,
      step: "verifier-shares",
      instead: shorter,
      code: "PEER_MALFORMED",
    },
    {
      what: "sends a decision that is none",
      from: leader,
      step: "decisions",
      code: "PEER_MALFORMED",
      instead: (decisions) => decisions.fill(9, 0, 1),
    },
    {
      what: "sends more decisions",
      from: leader,
      step: "decisions",
      instead: longer,
      code: "PEER_MALFORMED",
    },
    {
      what: "takes back that it holds reports",
      from: helper,
      step: "held",
      instead: (held) => held.fill(0),
      code: "PEER_UNEXPECTED",
    },
    {
      what: "takes back that an id is new",
      from: helper,
      step: "claimed",
      instead: flipped(0),
      code: "PEER_MALFORMED",
    },
    {
      what: "takes back that a report is valid",
      from: helper,
      step: "verdict",
      instead: flipped(0),
      code: "PEER_MISMATCH",
    },
    {
      what: "takes the release back",
      from: helper,
      step: "ready",
      instead: flipped(0),
      code: "PEER_MISMATCH",
    },
    {
      what: "counts other reports",
      from: helper,
      step: "outcome",
      instead: flipped(1),
      code: "PEER_MISMATCH",
    },
    {
      what: "gives nothing",
      from: leader,
      step: "outcome",
      instead: () => Uint8Array.of(0),
      code: "PEER_MISMATCH",
    },
    {
      what: "gives a short share",
      from: helper,
      step: "outcome",
      instead: (m) => m.slice(0, -1),
      code: "PEER_MALFORMED",
    },
    {
      what: "gives elements above the modulus",
      from: helper,
      step: "outcome",
      code: "PEER_MALFORMED",
      instead: (message) => message.fill(0xff, 9),
    },
  ];

  it.each(refused)("is refused when it $what", async ({ code, ...cheat }) => {
    await expect(cheated(cheat)).rejects.toMatchObject({ code });
  });

  const outvoted: readonly (Cheat & { readonly what: string; readonly reason: string })[] = [
    {
      what: "spoils its verifier share of one",
      from: helper,
      step: "verifier-shares",
      instead: flipped(1),
      reason: "invalid",
    },
    {
      what: "can't read one",
      from: helper,
      step: "verifier-shares",
      instead: (m) => m.fill(2, 0, 1),
      reason: "malformed",
    },
    {
      what: "changes the joint randomness of one",
      from: leader,
      step: "decisions",
      instead: flipped(1),
      reason: "inconsistent",
    },
  ];

  it.each(outvoted)("loses that report only, for all, when it $what", async ({ reason, from, ...cheat }) => {
    const outcomes = await cheated({ from, ...cheat });
    const honest = outcomes[1 - from] as BatchSummary; // the two aggregators come first
    expect(honest).toMatchObject({ released: true, accepted: 2, rejected: [{ reason }] });
  });

  it("can't make the collector take a sum of too few reports", async () => {
    const aggregators = new Aggregators({ ...task, minReports: 1 });
    await aggregators.measure([1]);
    const run = simulate<Outcome>(3, (plain) => {
      const party = recordedParty(plain, ({ payload }) => payload);
      const own = aggregators.all[party.index];
      const options = { batch: "one", collector };
      // Both aggregators have another minimum than the collector: they do not even begin.
      return own === undefined ? collectBatch(party, task, options) : aggregateBatch(party, own, options);
    });
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });
});

describe("an upload", () => {
  const oneReport = (): ReportShare[] => prepareReport(task, 1).slice(0, 1);

  it("ends with PEER_FLOODED above the number of reports that a session may bring", async () => {
    const [aggregator] = new Aggregators(task).all;
    if (aggregator === undefined) throw new Error("no aggregator");
    const reports = [...oneReport(), ...oneReport(), ...oneReport()];
    const run = simulate<unknown>(2, (party) =>
      party.index === 0
        ? uploadReports(party, { task, aggregatorId: 0, reports })
        : receiveReports(party, aggregator, { maxReports: 2 }),
    );
    await expect(run).rejects.toMatchObject({ code: "PEER_FLOODED", party: "party-0" });
  });

  it("ends with PEER_MALFORMED for a message above the length of a report, and for a receipt that is none", async () => {
    const [aggregator] = new Aggregators(task).all;
    if (aggregator === undefined) throw new Error("no aggregator");
    for (const [from, step, instead] of [
      [0, "report", longer],
      [1, "receipt", () => Uint8Array.of(7)],
    ] as const) {
      const run = simulate<unknown>(2, (plain) => {
        const party = recordedParty(plain, ({ step: at, payload }) =>
          plain.index === from && at === step ? instead(payload) : payload,
        );
        if (party.index === 1) return receiveReports(party, aggregator);
        return uploadReports(party, { task, aggregatorId: 0, reports: oneReport() });
      });
      await expect(run).rejects.toMatchObject({ code: "PEER_MALFORMED", party: `party-${from}` });
    }
  });

  it("is told that an aggregator is full, and may come again", async () => {
    const aggregators = new Aggregators(task, [], 1000);
    const receipts = await aggregators.upload(
      [0, 1, 2, 3].map((measurement) => prepareReport(task, measurement)),
    );
    expect(receipts[leader]?.slice(-1)).toEqual(["full"]);
    expect(receipts[leader]?.slice(0, 1)).toEqual(["taken"]);
  });

  it("ends with PEER_TIMEOUT when the aggregator does not answer", async () => {
    const run = simulate(
      2,
      async (party) => {
        if (party.index === 0) await uploadReports(party, { task, aggregatorId: 0, reports: oneReport() });
        else await new Promise((resolve) => setTimeout(resolve, 2000));
      },
      { limits: { stepTimeoutMs: 300 } },
    );
    await expect(run).rejects.toMatchObject({ code: "PEER_TIMEOUT", party: "party-1" });
  });
});

describe("where WebAssembly can't be had", () => {
  it("the reference computes, and who asks for the kernel is told", () => {
    vi.stubGlobal("WebAssembly", undefined);
    try {
      expect(createArithmetic().name).toBe("reference");
      expect(() => createArithmetic("kernel")).toThrow(
        expect.objectContaining({ code: "UNSUPPORTED" }) as Error,
      );
    } finally {
      vi.unstubAllGlobals();
    }
    expect(createArithmetic().name).toBe("kernel");
  });
});
