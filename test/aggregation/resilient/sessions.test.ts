import { describe, expect, it } from "vitest";
import {
  planResilientSum,
  resilientSum,
  serveResilientSum,
  type ResilientPlan,
  type ServeResilientSumOptions,
} from "../../../dist/aggregation/index.js";
import { simulateStar, type Party, type SessionLimits } from "../../../dist/channel/index.js";
import { VeilshareError } from "../../../dist/errors.js";
import { createPool } from "../../../dist/parallel/index.js";
import { recordedParty } from "../../support/recorded-party.js";
import { tapParty } from "../../support/tapped-party.js";
import { planWithKeys } from "./in-process.js";

const base = { clients: 6, length: 3, max: 1000, corrupt: 0, dropout: 0.34, signed: true };
const vectorOf = (index: number): Int32Array => Int32Array.of(index, -index, 1);

/** A sum in which a client may do something else at one of its steps: before its message of that step leaves. */
function runStar(
  plan: ResilientPlan,
  options: {
    readonly at?: ReadonlyMap<
      number,
      { readonly step: string; readonly act: (signal: AbortSignal) => Promise<void> }
    >;
    readonly serve?: ServeResilientSumOptions;
    readonly wrapServer?: (session: Party, index: number) => Party;
    readonly wrapClient?: (session: Party, index: number) => Party;
    readonly signingKeys?: ReturnType<typeof planWithKeys>["signingKeys"];
    readonly limits?: Partial<SessionLimits>;
  } = {},
): ReturnType<
  typeof simulateStar<Awaited<ReturnType<typeof serveResilientSum>>, Awaited<ReturnType<typeof resilientSum>>>
> {
  const { wrapServer = (party: Party): Party => party, wrapClient = (party: Party): Party => party } =
    options;
  const star = {
    clients: plan.clients,
    server: (sessions: readonly (Party | VeilshareError)[]) =>
      serveResilientSum(
        sessions.map((session, index) =>
          session instanceof VeilshareError ? session : wrapServer(session, index),
        ),
        plan,
        options.serve,
      ),
    client: (party: Party, index: number) => {
      const signingKey = options.signingKeys?.[index];
      const event = options.at?.get(index);
      const acting = event === undefined ? party : actingParty(party, event);
      return resilientSum(
        wrapClient(acting, index),
        vectorOf(index),
        plan,
        signingKey === undefined ? {} : { signingKey },
      );
    },
  };
  return simulateStar(star, options.limits === undefined ? {} : { limits: options.limits });
}

function actingParty(
  party: Party,
  { step, act }: { step: string; act: (signal: AbortSignal) => Promise<void> },
): Party {
  return new Proxy(party, {
    get(target, key): unknown {
      if (key === "run") {
        const run: Party["run"] = (id, body) =>
          target.run(id, (inner) =>
            body(
              new Proxy(inner, { get: (own, name) => (name === "send" ? sending(own) : bound(own, name)) }),
            ),
          );
        return run;
      }
      return bound(target, key);
    },
  });
  function sending(inner: Party): Party["send"] {
    return async (to, label, payload) => {
      if (label === step) await act(inner.signal);
      await inner.send(to, label, payload);
    };
  }
}

function bound(target: object, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key, target);
  return typeof value === "function" ? (value.bind(target) as unknown) : value;
}

describe("serveResilientSum and resilientSum", () => {
  it("give silent clients no place for long, and let those that wait hear that the server works", async () => {
    const plan = planResilientSum({ ...base, clients: 12 });
    const silent = (signal: AbortSignal): Promise<void> =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          reject(new Error("gone"));
        });
      });
    const { server } = await runStar(plan, {
      at: new Map([0, 3, 6, 9].map((index) => [index, { step: "begin", act: silent }])),
      serve: { maxUploads: 1, beginTimeoutMs: 1000 }, // four seconds of silence before the last one's turn
      limits: { stepTimeoutMs: 2000 },
    });
    expect(server.included).toEqual([1, 2, 4, 5, 7, 8, 10, 11]);
    expect(server.lost.map(({ index, error }) => [index, error.code])).toEqual(
      [0, 3, 6, 9].map((index) => [index, "PEER_TIMEOUT"]),
    );
  });

  it("leave a client out whose boxes do not open, by its name, and give the sum of the rest", async () => {
    const plan = planResilientSum({ clients: 10, length: 3, max: 1000, signed: true });
    const { server } = await runStar(plan, {
      wrapClient: (session, index) =>
        index !== 3
          ? session
          : recordedParty(session, ({ step, payload }) =>
              step === "shares" ? payload.map((byte) => byte ^ 1) : payload,
            ),
    });
    expect(server.included).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
    expect(server.lost).toMatchObject([{ index: 3, error: { code: "PEER_MALFORMED", party: "client-3" } }]);
  });

  it.each(["semi-honest", "active"] as const)(
    "give the sum over sessions, server %s, to all where that is agreed",
    async (server) => {
      const { plan, signingKeys } = planWithKeys({ ...base, server, reveal: "all" });
      const pool = createPool({ workers: 1 });
      const { server: outcome, clients } = await runStar(plan, {
        signingKeys,
        serve: { pool, maxUploads: 2 },
      });
      await pool.close();
      expect(outcome).toMatchObject({
        totals: BigInt64Array.of(15n, -15n, 6n),
        included: [0, 1, 2, 3, 4, 5],
        lost: [],
      });
      for (const client of clients) {
        expect(client).toMatchObject({ value: { contributors: 6, totals: BigInt64Array.of(15n, -15n, 6n) } });
      }
    },
  );

  it("keep the total from the clients where that is not agreed, and cut long vectors into pieces", async () => {
    const length = 65_537;
    const plan = planResilientSum({ ...base, length });
    const { server, clients } = await simulateStar({
      clients: plan.clients,
      server: (sessions) => serveResilientSum(sessions, plan),
      client: (party, index) => resilientSum(party, new Int32Array(length).fill(index), plan),
    });
    expect(server.totals.every((total) => total === 15n)).toBe(true);
    for (const client of clients)
      expect(client).toMatchObject({ value: { contributors: 6, totals: undefined } });
  });

  it.concurrent.each(["advert", "shares", "vector", "answer"])(
    "go on without clients that leave or fall silent before their %s, and say who they are and why",
    async (step) => {
      const plan = planResilientSum(base);
      const leave = (): Promise<never> => Promise.reject(new Error("out of power"));
      const sleep = (signal: AbortSignal): Promise<void> =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            resolve();
          });
        });
      const at = new Map([
        [1, { step, act: leave }],
        [4, { step, act: sleep }],
      ]);
      const { server, clients } = await runStar(plan, { at, serve: { roundTimeoutMs: 5000, maxUploads: 6 } });
      const late = step === "answer";
      expect(server.included).toEqual(late ? [0, 1, 2, 3, 4, 5] : [0, 2, 3, 5]);
      expect([...server.totals]).toEqual(late ? [15n, -15n, 6n] : [10n, -10n, 4n]);
      expect(server.lost).toMatchObject([
        { index: 1, error: { code: "PEER_ABORTED", party: "client-1" } },
        { index: 4, error: { code: "PEER_TIMEOUT", party: "client-4", step: `resilient-sum/${step}` } },
      ]);
      expect(clients.map(({ status }) => status)).toEqual(
        [0, 1, 2, 3, 4, 5].map((i) => (i % 3 === 1 ? "rejected" : "fulfilled")),
      );
    },
  );

  it("leave out a client that has no session, one with another plan, and one whose vector is out of range", async () => {
    const plan = planResilientSum({ ...base, dropout: 0.5 });
    const missing = new VeilshareError("CONNECTION_FAILED", "it never came", { party: "client-0" });
    const { server, clients } = await simulateStar({
      clients: 6,
      server: (sessions) =>
        serveResilientSum([missing, ...sessions.slice(1)], plan, { roundTimeoutMs: 20_000 }),
      client: async (party, index) => {
        if (index === 0) return undefined;
        const theirs = index === 2 ? planResilientSum({ ...base, dropout: 0.5, max: 999 }) : plan;
        const vector = index === 5 ? Int32Array.of(0, 1001, 0) : vectorOf(index);
        return resilientSum(party, vector, theirs);
      },
    });
    expect(server.included).toEqual([1, 3, 4]);
    expect(server.lost.map(({ index, error }) => [index, error.code])).toEqual([
      [0, "CONNECTION_FAILED"],
      [2, expect.stringMatching(/PEER_(MISMATCH|ABORTED)/)],
      [5, "PEER_ABORTED"],
    ]);
    expect(clients[2]).toMatchObject({
      reason: { code: expect.stringMatching(/PEER_(MISMATCH|ABORTED)/) as string },
    });
    expect(clients[5]).toMatchObject({ reason: { code: "VALUE_OUT_OF_RANGE", field: "vector[1]" } });
  });

  it("end with PEERS_LOST at the server, and an error that says so at every client, when too few are left", async () => {
    const plan = planResilientSum(base);
    const leave = (): Promise<never> => Promise.reject(new Error("out of power"));
    const at = new Map([0, 1, 2].map((index) => [index, { step: "vector", act: leave }]));
    const errors: unknown[] = [];
    const run = simulateStar({
      clients: 6,
      server: (sessions) => serveResilientSum(sessions, plan),
      client: async (party, index) => {
        const event = at.get(index);
        const own = event === undefined ? party : actingParty(party, event);
        await resilientSum(own, vectorOf(index), plan).catch((thrown: unknown) => {
          errors[index] = thrown;
          throw thrown;
        });
      },
    });
    await expect(run).rejects.toMatchObject({
      code: "PEERS_LOST",
      step: "resilient-sum/vectors",
      got: "3 of 6",
    });
    for (const index of [3, 4, 5])
      expect(errors[index]).toMatchObject({ code: "PEER_ABORTED", party: "server" });
  });

  it("end with ABORTED when the server's caller cancels", async () => {
    const plan = planResilientSum(base);
    const controller = new AbortController();
    const stop = async (): Promise<void> => {
      controller.abort();
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const at = new Map([[3, { step: "shares", act: stop }]]);
    const run = runStar(plan, { at, serve: { signal: controller.signal } });
    await expect(run).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("notice a server that tells clients of an active-server sum different dropouts: none of them answers", async () => {
    const { plan, signingKeys } = planWithKeys({ ...base, server: "active" });
    const answers: number[] = [];
    // The server's messages are changed on their way out; the state machine behind stays honest.
    const wrapServer = (session: Party, index: number): Party =>
      index > 2
        ? recordedParty(session, ({ step, payload }) =>
            step === "survivors" ? payload.map((byte) => byte & ~1) : payload,
          )
        : session;
    const wrapClient = (session: Party, index: number): Party =>
      tapParty(session, ({ direction, step }) => {
        if (direction === "sent" && step === "answer") answers.push(index);
      });
    const run = runStar(plan, { signingKeys, wrapServer, wrapClient });
    await expect(run).rejects.toMatchObject({ code: "PEERS_LOST", step: "resilient-sum/confirmations" });
    expect(answers).toEqual([]);
  });

  it("refuse a wrong number of sessions, and a client without the signing key of the plan", async () => {
    const { plan } = planWithKeys({ ...base, server: "active" });
    await expect(serveResilientSum([], plan)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const run = simulateStar({
      clients: 6,
      server: (sessions) => serveResilientSum(sessions, plan),
      client: (party, index) => resilientSum(party, vectorOf(index), plan),
    });
    await expect(run).rejects.toMatchObject({ code: "PEERS_LOST" });
    await expect(
      simulateStar({ clients: 0, server: () => Promise.resolve(), client: () => Promise.resolve() }),
    ).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
