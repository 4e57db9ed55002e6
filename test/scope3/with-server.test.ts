import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulateStar, type Party, type StarOutcome } from "../../dist/channel/index.js";
import { QueryLedger } from "../../dist/disclosure/index.js";
import type * as protocols from "../../dist/scope3/index.js";
import {
  formatScope3Text,
  sumScope3WithServer,
  planScope3WithServer,
  serveScope3Sum,
  type ActivityLine,
  type Scope3Contribution,
  type Scope3Outcome,
  type PlanScope3WithServerOptions,
  type Scope3Report,
  type ServeScope3SumOptions,
} from "../../dist/scope3/index.js";
import { SigningKey } from "../../dist/aggregation/index.js";
import { expectCode, expectError } from "../support/expect-error.js";
import { memoryStore } from "../../dist/store/index.js";
import { importMutant } from "../support/mutant.js";
import { recordedParty } from "../support/recorded-party.js";

const base: PlanScope3WithServerOptions = {
  suppliers: 6,
  currency: "USD",
  corrupt: 0,
  dropout: 0.34,
  reveal: "all",
  server: "semi-honest",
};

const line = (category: number, kg: number): ActivityLine => ({
  category,
  spend: String(kg),
  factor: { kgPerUnit: "1", currency: "USD" },
});

/** When a supplier leaves: before its `time`-th message of a step. */
interface Death {
  readonly step: string;
  readonly time: number;
}

interface Run {
  readonly plan?: Partial<PlanScope3WithServerOptions>;
  readonly lines: (supplier: number) => readonly ActivityLine[];
  readonly deaths?: ReadonlyMap<number, Death>;
  readonly serve?: ServeScope3SumOptions;
  readonly join?: typeof sumScope3WithServer;
  readonly server?: typeof serveScope3Sum;
  readonly onSent?: (supplier: number, step: string) => void;
}

function run(options: Run): Promise<StarOutcome<Scope3Outcome, Scope3Contribution>> {
  const { join = sumScope3WithServer, server = serveScope3Sum } = options;
  const plan = planScope3WithServer({ ...base, ...options.plan });
  return simulateStar({
    clients: plan.suppliers,
    server: (sessions) => server(sessions, plan, options.serve),
    client: (party, index) => {
      const death = options.deaths?.get(index);
      const watched = dyingParty(party, death, (step) => options.onSent?.(index, step));
      return join(watched, { currency: "USD", lines: options.lines(index) }, plan);
    },
  });
}

function dyingParty(party: Party, death: Death | undefined, onSent: (step: string) => void): Party {
  let seen = 0;
  return recordedParty(party, ({ step, payload }) => {
    if (step === death?.step) seen += 1;
    if (step === death?.step && seen === death.time) throw new Error("gone");
    onSent(step);
    return payload;
  });
}

const sumOf = (suppliers: Iterable<number>, value: (supplier: number) => number): string => {
  let total = 0;
  for (const supplier of suppliers) total += value(supplier);
  return total.toFixed(3);
};

describe("serveScope3Sum and sumScope3WithServer", () => {
  it("give the server and the suppliers the plain sums, and the server the names", async () => {
    const { server, clients } = await run({
      plan: { spendFigures: true },
      lines: (i) => [line(1, 1 + i), line(6, 100 * (1 + i))],
      serve: { period: "2026" },
    });
    const { report } = server;
    expect(report).toMatchObject({
      period: "2026",
      lateDropouts: 1,
      contributors: 6,
      total: { kg: "2121.000" },
      spend: { amount: "2121.00" },
      intensity: "1.000000",
      suppliers: [0, 1, 2, 3, 4, 5].map((i) => `client-${i}`),
    });
    expect(report.byCategory[5]).toMatchObject({ status: "revealed", emissions: { kg: "2100.000" } });
    const common: Partial<Scope3Report> = { ...report };
    Reflect.deleteProperty(common, "suppliers");
    Reflect.deleteProperty(common, "period");
    for (const client of clients) expect(client).toMatchObject({ value: { suppliers: 6, report: common } });
  });

  it("take a server as active unless told otherwise, and show suppliers how many others are pinned", async () => {
    const keys = Array.from({ length: 6 }, () => SigningKey.generate());
    const options = { suppliers: 6, currency: "USD", corrupt: 0.2, dropout: 0.2, reveal: "all" } as const;
    await expectCode(() => planScope3WithServer(options), "INVALID_ARGUMENT");
    const signingKeys = keys.map(({ publicKey }) => publicKey);
    const plan = planScope3WithServer({ ...options, signingKeys });
    expect(plan.server).toBe("active");
    const { server, clients } = await simulateStar({
      clients: 6,
      server: (sessions) => serveScope3Sum(sessions, plan),
      client: (party, index) => {
        const signingKey = keys[index === 5 ? 4 : index] as SigningKey; // the last has not its own
        return sumScope3WithServer(party, { currency: "USD", lines: [line(1, 5)] }, plan, { signingKey });
      },
    });
    expect(server.report.total?.kg).toBe("25.000");
    expect(clients[5]).toMatchObject({ status: "rejected" });
    for (const client of clients.slice(0, 5)) expect(client).toMatchObject({ value: { pinnedOthers: 5 } });
  });

  it("keep the amounts from the suppliers where that is not agreed", async () => {
    const { server, clients } = await run({ plan: { reveal: "server" }, lines: () => [line(1, 5)] });
    expect(server.report.total?.kg).toBe("30.000");
    for (const client of clients)
      expect(client).toMatchObject({ value: { suppliers: 6, report: undefined } });
  });

  it.each([
    ["advert", 1, false],
    ["shares", 1, false],
    ["vector", 1, false],
    ["answer", 1, false], // counted, and lost before the amounts
    ["advert", 2, false],
    ["shares", 2, false],
    ["vector", 2, false],
    ["answer", 2, true], // its amounts are in
  ])("survive a supplier that is lost before its %s of sum %i", async (step, time, isIncluded) => {
    const value = (i: number): number => 7 + i * i;
    const { server, clients } = await run({
      lines: (i) => [line(1, value(i))],
      deaths: new Map([[2, { step, time }]]),
    });
    const included = isIncluded ? [0, 1, 2, 3, 4, 5] : [0, 1, 3, 4, 5];
    expect(server.included).toEqual(included);
    expect(server.report.total?.kg).toBe(sumOf(included, value));
    expect(server.lost.map(({ index }) => index)).toEqual([2]);
    expect(clients.map(({ status }) => status === "fulfilled")).toEqual([
      true,
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  it("open no amount when more are lost between the sums than the cells have to spare", async () => {
    const deaths = new Map([0, 3].map((i) => [i, { step: "vector", time: 2 }] as const));
    const answers: number[] = [];
    const seen = new Map<number, number>();
    const outcome = run({
      lines: () => [line(1, 5)],
      deaths,
      onSent: (supplier, step) => {
        if (step !== "answer") return;
        seen.set(supplier, (seen.get(supplier) ?? 0) + 1);
        if (seen.get(supplier) === 2) answers.push(supplier);
      },
    });
    await expect(outcome).rejects.toMatchObject({ code: "PEERS_LOST" });
    expect(answers).toEqual([]); // without answers masks stay on
  });

  it("withhold a cell that has the minimum but nobody to spare, and say why", async () => {
    const lines = (i: number): ActivityLine[] => [
      line(6, 10),
      ...(i < 3 ? [line(1, 5)] : []),
      ...(i < 4 ? [line(2, 1)] : []),
    ];
    const strict = (await run({ plan: { lateDropouts: 0 }, lines })).server.report;
    expect(strict.byCategory[0]).toMatchObject({ contributors: 3, status: "revealed" });
    const { report } = (await run({ lines })).server;
    expect(report.byCategory[0]).toMatchObject({ contributors: 3, status: "withheld-small" });
    expect(report.byCategory[1]).toMatchObject({ contributors: 4, status: "withheld-complement" });
    expect(formatScope3Text(report)).toContain("3 suppliers: fewer than 4");
  });

  it("send no vector of amounts where nothing may be shown", async () => {
    const vectors: number[] = [];
    const { server, clients } = await run({
      lines: (i) => (i < 3 ? [line(1, 5)] : []),
      onSent: (supplier, step) => {
        if (step === "vector") vectors.push(supplier);
      },
    });
    expect(server.report).toMatchObject({ contributors: 3 });
    expect(server.report.total).toBeUndefined();
    expect(vectors.sort()).toEqual([0, 1, 2, 3, 4, 5]); // the counts
    for (const client of clients) expect(client.status).toBe("fulfilled");
  });

  it("equal the sums of those that stay, for any lines and any losses within the plan", async () => {
    const steps = ["advert", "shares", "vector", "answer"];
    const death = fc.record({
      supplier: fc.nat(5),
      step: fc.constantFrom(...steps),
      time: fc.constantFrom(1, 2),
    });
    const amounts = fc.array(fc.array(fc.nat(1000), { minLength: 3, maxLength: 3 }), {
      minLength: 6,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(amounts, fc.option(death), async (kg, lost) => {
        const { server } = await run({
          lines: (i) => (kg[i] ?? []).map((amount, category) => line(category + 1, amount)),
          deaths: new Map(lost === null ? [] : [[lost.supplier, lost]]),
        });
        for (const [i, cell] of server.report.byCategory.slice(0, 3).entries()) {
          if (cell.status !== "revealed") continue;
          expect(cell.emissions?.kg).toBe(sumOf(server.included, (supplier) => kg[supplier]?.[i] ?? 0));
          const holders = server.included.filter((supplier) => (kg[supplier]?.[i] ?? 0) > 0);
          expect(holders.length).toBeGreaterThanOrEqual(3);
        }
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it("have a test that can fail: without the margin a loss leaves a cell of two suppliers open", async () => {
    const lines = (i: number): ActivityLine[] => [line(6, 10), ...(i < 3 ? [line(1, 5)] : [])];
    const mutants = await Promise.all(
      ["server", "supplier"].map((end) =>
        importMutant<typeof protocols>(`scope3-margin-${end}`, "scope3/index.js", {
          file: `scope3/server/${end}.js`,
          text: "plan.minContributors + lateDropoutsOf(plan, counted)",
          replacement: "plan.minContributors",
        }),
      ),
    );
    const [server, supplier] = mutants;
    const outcome = await run({
      lines,
      deaths: new Map([[2, { step: "vector", time: 2 }]]),
      ...(supplier === undefined ? {} : { join: supplier.sumScope3WithServer }),
      ...(server === undefined ? {} : { server: server.serveScope3Sum }),
    });
    expect(outcome.server.report.byCategory[0]?.emissions?.kg).toBe("10.000"); // of two
  });
});

describe("a resilient Scope 3 total refuses", () => {
  it("plans that can't be kept", () => {
    const wrong: Partial<PlanScope3WithServerOptions>[] = [
      { minContributors: 2 },
      { minContributors: 6 },
      { lateDropouts: -1 },
      { lateDropouts: 4 },
      { suppliers: 2 },
    ];
    for (const numbers of wrong)
      expectError(() => planScope3WithServer({ ...base, ...numbers }), "INVALID_ARGUMENT");
    expectError(() => planScope3WithServer({ ...base, maxAmount: 2n ** 62n }), "BOUND_EXCEEDED");
    expectError(() => planScope3WithServer({ ...base, currency: "usd" }), "INVALID_DATA");
  });

  it("amounts above the declared bound and other currencies, before anything is sent", async () => {
    const plan = planScope3WithServer({ ...base, maxAmount: 5000n });
    const sent: string[] = [];
    const { server, clients } = await simulateStar({
      clients: 6,
      server: (sessions) => serveScope3Sum(sessions, plan),
      client: (party, index) =>
        sumScope3WithServer(
          index === 3 ? recordedParty(party, ({ step, payload }) => (sent.push(step), payload)) : party,
          { currency: index === 4 ? "EUR" : "USD", lines: index === 4 ? [] : [line(1, index === 3 ? 6 : 5)] },
          plan,
        ),
    });
    expect(sent).toEqual([]);
    expect(clients[3]).toMatchObject({ reason: { code: "BOUND_EXCEEDED", field: "grams" } });
    expect(clients[4]).toMatchObject({ reason: { code: "INVALID_ARGUMENT" } });
    expect(server.included).toEqual([0, 1, 2, 5]);
    expect(server.report.total?.kg).toBe("20.000");
  });

  it("a supplier with another plan, and goes on without it", async () => {
    const plan = planScope3WithServer(base);
    const other = planScope3WithServer({ ...base, lateDropouts: 0 });
    const { server, clients } = await simulateStar({
      clients: 6,
      server: (sessions) => serveScope3Sum(sessions, plan),
      client: (party, index) =>
        sumScope3WithServer(party, { currency: "USD", lines: [line(1, 1)] }, index === 5 ? other : plan),
    });
    expect(server.included).toEqual([0, 1, 2, 3, 4]);
    expect(server.lost).toMatchObject([{ index: 5, error: { code: "PEER_MISMATCH" } }]);
    expect(clients[5]).toMatchObject({ reason: { code: "PEER_MISMATCH" } });
  });

  it.each([
    ["counts that can't be", "total", 1, (bytes: Uint8Array) => bytes.fill(1, 0, 1)], // one supplier in category 1, six overall
    ["too few suppliers", "end", 1, (bytes: Uint8Array) => bytes.fill(0)],
    ["amounts below the counts", "total", 2, (bytes: Uint8Array) => bytes.fill(0)],
  ] as const)("%s, as a server may tell a supplier, and the others go on", async (_, step, time, change) => {
    const plan = planScope3WithServer({ ...base, minContributors: 4 });
    const { server, clients } = await simulateStar({
      clients: 6,
      server: (sessions) => {
        const lying = sessions.map((session, index) => {
          let seen = 0;
          if (index !== 2) return session;
          return recordedParty(session, (message) => {
            if (message.step === step) seen += 1;
            return message.step === step && seen === time ? change(message.payload) : message.payload;
          });
        });
        return serveScope3Sum(lying, plan);
      },
      client: (party) => sumScope3WithServer(party, { currency: "USD", lines: [line(1, 5)] }, plan),
    });
    expect(clients[2]).toMatchObject({ reason: { code: "PEER_UNEXPECTED" } });
    expect(server.report.total?.kg).toBe(time === 1 ? "25.000" : "30.000");
  });

  it("what the server's ledger refuses, before any amount is sent, and all suppliers end", async () => {
    const vectors: number[] = [];
    const ledger = await QueryLedger.open({ store: memoryStore(), minContributors: 3 });
    const serve = (ledger: QueryLedger, period: string): ServeScope3SumOptions => ({
      period,
      guard: { ledger },
    });
    const lines = (): ActivityLine[] => [line(1, 5)];
    const plan = { lateDropouts: 0 };
    await run({ plan, lines, serve: serve(ledger, "2025") });
    const second = run({
      plan,
      lines,
      deaths: new Map([[2, { step: "advert", time: 1 }]]), // one supplier fewer than in 2025
      serve: serve(ledger, "2026"),
      onSent: (supplier, step) => {
        if (step === "vector") vectors.push(supplier);
      },
    });
    await expect(second).rejects.toMatchObject({ code: "DISCLOSURE_REFUSED", got: "successive-periods" });
    expect(vectors.sort()).toEqual([0, 1, 3, 4, 5]); // counts only
    expect(ledger.size("scope 3, g")).toBe(1);
    await expect(run({ lines, serve: serve(ledger, "2026") })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("another number of sessions than the plan's", async () => {
    await expect(serveScope3Sum([], planScope3WithServer(base))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});
