import { describe, expect, it } from "vitest";
import { prepareReport, uploadReports } from "../../dist/aggregation/index.js";
import { simulate, type Party } from "../../dist/channel/index.js";
import type { ErrorCode, VeilshareError } from "../../dist/index.js";
import type { ErrorDetails } from "../../dist/channel/index.js";
import {
  aggregateScope3Verified,
  collectScope3Verified,
  sumScope3Verified,
  planScope3Verified,
  verifiedCounts,
  type ActivityLine,
  type CollectedScope3,
  type Footprint,
  type Scope3Aggregation,
  type VerifiedContribution,
} from "../../dist/scope3/index.js";
import * as steps from "../../dist/scope3/verified/steps.js";
import { memoryStore, type StateStore } from "../../dist/store/index.js";

const plan = planScope3Verified({ suppliers: 8, currency: "USD", period: "2026", qualityFigures: true });

const line = (category: number, kg: number): ActivityLine => ({
  category,
  spend: String(kg),
  factor: { kgPerUnit: "1", currency: "USD" },
});
const usd = (...lines: ActivityLine[]): Footprint => ({ currency: "USD", lines });
const five = [0, 1, 2, 3, 4].map((i) => usd(line(1, 1 + i), line(6, 10 ** i)));

/** Parties 0 and 1 aggregate, 2 collects, the others supply; each pair of a supplier and an aggregator is a session. */
const [aggregators, buyer, suppliersFrom] = [[0, 1], 2, 3];

type Outcome = Scope3Aggregation | CollectedScope3 | VerifiedContribution | undefined;

interface Setting {
  readonly footprints: readonly Footprint[];
  readonly stores?: readonly StateStore[];
  readonly supplierTimeoutMs?: number;
  /** Takes the place of a party's own part. */
  readonly instead?: (party: Party, sessions: readonly Party[]) => Promise<Outcome> | undefined;
}

async function run({ footprints, stores = [], instead, ...times }: Setting): Promise<{
  readonly aggregated: readonly Scope3Aggregation[];
  readonly collected: CollectedScope3;
  readonly supplied: readonly VerifiedContribution[];
}> {
  const outcomes = await simulate<Outcome>(suppliersFrom + footprints.length, async (party) => {
    const collector = party.names[buyer] ?? "";
    const { index } = party;
    const suppliers = footprints.map((_, i) => suppliersFrom + i);
    const partners = index < buyer ? suppliers : index > buyer ? aggregators : [];
    const sessions = partners.map((other) => party.between([index, other].sort((a, b) => a - b)));
    const other = instead?.(party, sessions);
    if (other !== undefined) return other;
    const total = (): Party => party.between([...aggregators, buyer]);
    if (index === buyer) return collectScope3Verified(total(), plan);
    if (index > buyer) {
      const footprint = footprints[index - suppliersFrom] ?? usd();
      return sumScope3Verified(sessions, footprint, plan, { collector });
    }
    const store = stores[index] ?? memoryStore();
    return aggregateScope3Verified(sessions, total(), plan, { collector, store, ...times });
  });
  return {
    aggregated: outcomes.slice(0, 2) as Scope3Aggregation[], // the parts that `run` gives them
    collected: outcomes[buyer] as CollectedScope3,
    supplied: outcomes.slice(suppliersFrom) as VerifiedContribution[],
  };
}

describe("the driver of a verified Scope 3 total", () => {
  it("gives the buyer the plain sum, and all others the counts", async () => {
    const { aggregated, collected, supplied } = await run({ footprints: five });
    expect(collected).toMatchObject({ counted: 5, included: 5, refused: { counts: 0, amounts: 0 } });
    expect(collected.report).toMatchObject({ contributors: 5, total: { grams: 11_126_000n } });
    for (const { counts, included, lost, refused } of aggregated) {
      expect([counts.byCategory[5], included, lost, refused]).toEqual([5, [0, 1, 2, 3, 4], [], []]);
    }
    for (const { included, planned } of supplied) expect([included, planned.reports]).toEqual([true, 5]);
  });

  it("asks for no amounts where nothing may be shown", async () => {
    const footprints = [...five.slice(0, 3), usd(), usd()];
    const { aggregated, collected, supplied } = await run({ footprints });
    expect([collected.counted, collected.report.total]).toEqual([5, undefined]);
    expect(aggregated[0]?.included).toEqual([0, 1, 2, 3, 4]);
    for (const { included, planned } of supplied)
      expect([included, planned.amounts]).toEqual([true, undefined]);
  });

  it("opens nothing, and says so to all, where too few reports came", async () => {
    const errors: string[] = [];
    const noting = async (part: Promise<unknown>): Promise<undefined> => {
      const [end] = await Promise.allSettled([part]);
      errors.push(end.status === "fulfilled" ? "none" : (end.reason as VeilshareError).code);
    };
    await run({
      footprints: five.slice(0, 3),
      instead: (party, sessions) => {
        const collector = party.names[buyer] ?? "";
        const total = (): Party => party.between([...aggregators, buyer]);
        if (party.index === buyer) return noting(collectScope3Verified(total(), plan));
        if (party.index > buyer) return noting(sumScope3Verified(sessions, usd(), plan, { collector }));
        const options = { collector, store: memoryStore() };
        return noting(aggregateScope3Verified(sessions, total(), plan, options));
      },
    });
    expect(errors).toEqual(new Array(6).fill("PEERS_LOST"));
  });

  it("gives out a release once: a store knows it in the next run", async () => {
    const stores = [memoryStore(), memoryStore()];
    await run({ footprints: five, stores });
    await expectRejection(run({ footprints: five, stores }), "INVALID_ARGUMENT");
  });

  it("stops a supplier, before it sends amounts, when an aggregator tells it other counts than the others", async () => {
    const lied = run({
      footprints: five,
      instead: (party, sessions) => {
        if (party.index !== 1) return undefined;
        // Aggregator 1 follows the protocol but for what it tells the suppliers.
        const lying = sessions.map((session) => tampering(session, "counts"));
        const total = party.between([...aggregators, buyer]);
        const options = { collector: party.names[buyer] ?? "", store: memoryStore() };
        return aggregateScope3Verified(lying, total, plan, options);
      },
    });
    await expectRejection(lied, "PEER_MISMATCH", { party: "party-1", step: "scope3-verified/counts" });
  });

  it("has done with a supplier that hands in two reports, or none in time", async () => {
    const footprint = five[0] ?? usd();
    const flooding = run({
      footprints: five,
      instead: (party, sessions) => {
        if (party.index !== suppliersFrom) return undefined;
        const names = aggregators.map((index) => party.names[index] ?? "");
        const roles = { collector: party.names[buyer] ?? "", aggregators: names };
        const agreed = { ...steps.agreedVerifiedPlan("test", plan, roles), release: plan.period };
        const twice = [0, 1].map(() => prepareReport(plan.counting, verifiedCounts(plan, footprint)));
        return Promise.all(
          sessions.map((session, aggregatorId) =>
            session.run(steps.supplyProtocol, async (conversation) => {
              await conversation.agree({ ...agreed, aggregatorId });
              const reports = twice.flatMap((shares) => shares.slice(aggregatorId, aggregatorId + 1));
              await uploadReports(conversation, { task: plan.counting, aggregatorId, reports });
            }),
          ),
        ).then(() => undefined);
      },
    });
    await expectRejection(flooding, "PEER_FLOODED", { party: "party-3" });
    const silent = run({
      footprints: five,
      supplierTimeoutMs: 1500,
      instead: (party) => (party.index === suppliersFrom ? whenOver(party) : undefined),
    });
    await expectRejection(silent, "PEER_TIMEOUT", { party: "party-3", step: "scope3-verified/agree" });
  });

  it("refuses an aggregator in two roles, and two sessions of one supplier", async () => {
    const twice = (who: number) =>
      run({
        footprints: five,
        instead: (party, sessions) => {
          if (party.index !== who) return undefined;
          const doubled = sessions.map(() => sessions[0] as Party); // five or two of them
          const collector = party.names[buyer] ?? "";
          if (who >= suppliersFrom) return sumScope3Verified(doubled, usd(), plan, { collector });
          const total = party.between([...aggregators, buyer]);
          const options = { collector, store: memoryStore() };
          return aggregateScope3Verified(doubled, total, plan, options);
        },
      });
    await expectRejection(twice(suppliersFrom), "INVALID_ARGUMENT");
    await expectRejection(twice(0), "INVALID_ARGUMENT");
  });
});

async function expectRejection(
  action: Promise<unknown>,
  code: ErrorCode,
  details: ErrorDetails = {},
): Promise<void> {
  await expect(action).rejects.toMatchObject({ code, ...details });
}

/** A session whose own messages of one step have another last byte. */
function tampering<P extends Party>(session: P, step: string): P {
  return new Proxy(session, {
    get(target, key) {
      if (key === "send") {
        return async (to: number, name: string, payload: Uint8Array): Promise<void> => {
          const bytes = payload.slice();
          if (name === step) bytes[2] = (bytes[2] ?? 0) ^ 1;
          await target.send(to, name, bytes);
        };
      }
      if (key === "run") {
        return (protocol: Parameters<Party["run"]>[0], body: Parameters<Party["run"]>[1]) =>
          target.run(protocol, (inner) => body(tampering(inner, step)));
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Says nothing until the session is over. */
function whenOver({ signal }: Party): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      resolve(undefined);
    });
  });
}
