import { fork, type ChildProcess } from "node:child_process";
import { describe, expect, it } from "vitest";
import { connectToServer, generateIdentity, type PartyEntry } from "../../dist/channel/index.js";
import type { VeilshareError } from "../../dist/index.js";
import { sumScope3Verified, planScope3Verified } from "../../dist/scope3/index.js";
import { killedAfterEach } from "../support/children.js";

type FromChild =
  | { readonly kind: "entry"; readonly entry: PartyEntry; readonly star: PartyEntry }
  | { readonly kind: "stuck" }
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "failed"; readonly error: { readonly code: string; readonly party?: string } };

const planOptions = { suppliers: 8, currency: "USD", period: "2026" };
const plan = planScope3Verified(planOptions);
const limits = { connectTimeoutMs: 60_000, reconnectMs: 1000 };

const running = killedAfterEach();

class Role {
  readonly child: ChildProcess;
  readonly entries: Promise<Extract<FromChild, { kind: "entry" }>>;
  readonly stuck: Promise<void>;
  /** What it gives, or its error. */
  readonly end: Promise<unknown>;

  constructor(name: string, role: "aggregator" | "buyer" | "supplier") {
    this.child = fork(new URL("verified-role.mjs", import.meta.url), [name, role]);
    running.push(this.child);
    const said = <T>(read: (message: FromChild) => T | undefined): Promise<T> =>
      new Promise((resolve) => {
        this.child.on("message", (message: FromChild) => {
          const value = read(message);
          if (value !== undefined) resolve(value);
        });
      });
    this.entries = said((message) => (message.kind === "entry" ? message : undefined));
    this.stuck = said((message) => (message.kind === "stuck" ? true : undefined)).then(() => undefined);
    this.end = said((message) => {
      if (message.kind === "done") return { value: message.value };
      return message.kind === "failed" ? { value: message.error } : undefined;
    }).then(({ value }) => value);
  }

  async begin(task: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.child.send({ planOptions, ...task });
    return this.end;
  }
}

const line = (category: number, kg: number) => ({
  category,
  spend: String(kg),
  factor: { kgPerUnit: "1", currency: "USD" },
});

/** Supplier i has 10^i kg in category 1. */
const linesOf = (index: number) => [line(1, 10 ** index)];

interface Run {
  readonly leader: Promise<unknown>;
  readonly helper: Promise<unknown>;
  readonly buyer: Promise<unknown>;
  /** By index: the first ones in this process, the last ones in processes of their own. */
  readonly suppliers: readonly Promise<unknown>[];
  readonly helperProcess: Role;
}

/** Starts everybody. */
async function start(options: {
  readonly here: number;
  readonly apart: readonly { readonly forged?: "counts" | "amounts" }[];
  readonly absent?: number;
  readonly stuck?: boolean;
}): Promise<Run> {
  const { here, apart, absent = 0, stuck = false } = options;
  const leader = new Role("leader", "aggregator");
  const helper = new Role("helper", "aggregator");
  const buyer = new Role("buyer", "buyer");
  const own = Array.from({ length: here }, (_, i) => generateIdentity(`supplier ${i}`));
  const others = apart.map((_, i) => new Role(`supplier ${here + i}`, "supplier"));
  const [l, h, b] = await Promise.all([leader.entries, helper.entries, buyer.entries]);
  const suppliers = [
    ...own.map((identity) => identity.entry()),
    ...(await Promise.all(others.map(async (other) => (await other.entries).entry))),
  ];
  const parties = [l.entry, h.entry, b.entry];
  const stars = [l.star, h.star];
  const aggregator = { parties, suppliers };
  return {
    leader: leader.begin(aggregator),
    helper: helper.begin({ ...aggregator, stuck }),
    buyer: buyer.begin({ parties }),
    helperProcess: helper,
    suppliers: [
      ...own.map(async (identity, i) => {
        const sessions = await Promise.all(
          stars.map((serverEntry) => connectToServer({ identity, serverEntry, limits })),
        );
        if (i >= here - absent) {
          for (const session of sessions) await session.close();
          return "left";
        }
        const footprint = { currency: "USD", lines: linesOf(i) };
        const outcome = await sumScope3Verified(sessions, footprint, plan, { collector: "buyer" }).catch(
          (thrown: unknown) => ({ ...(thrown as VeilshareError).toJSON() }),
        );
        for (const session of sessions) await session.close();
        return outcome;
      }),
      ...others.map((other, i) => other.begin({ stars, lines: linesOf(here + i), ...apart[i] })),
    ],
  };
}

describe("a verified Scope 3 total of suppliers, two aggregators and a buyer over WebSocket", () => {
  it("names the suppliers that are out of range and the one that left, and adds up the others", async () => {
    const run = await start({ here: 5, absent: 1, apart: [{}, { forged: "counts" }, { forged: "amounts" }] });
    const expected = {
      counted: [0, 1, 2, 3, 5, 7],
      included: [0, 1, 2, 3, 5],
      refused: [
        { index: 6, batch: "counts", reason: "invalid" },
        { index: 7, batch: "amounts", reason: "invalid" },
      ],
      lost: [[4, "PEER_CLOSED"]],
    };
    expect(await run.leader).toEqual(expected);
    expect(await run.helper).toEqual(expected);
    expect(await run.buyer).toEqual({
      kg: "101111.000",
      category1: "101111.000",
      counted: 6,
      included: 5,
      refused: { counts: 1, amounts: 1 },
    });
    const ends = await Promise.all(run.suppliers);
    for (const i of [0, 1, 2, 3, 5]) expect(ends[i]).toMatchObject({ counted: true, included: true });
    expect(ends[6]).toEqual(["uncounted", "uncounted"]);
    expect(ends[7]).toEqual(["left out", "left out"]);
  }, 60_000);

  it("ends for all, soon and with an error that names a party, when an aggregator is killed", async () => {
    const run = await start({ here: 4, apart: [{}], stuck: true });
    await run.helperProcess.stuck;
    const killedMs = performance.now();
    run.helperProcess.child.kill("SIGKILL");
    const others = [run.leader, run.buyer, ...run.suppliers];
    const ends = (await Promise.all(others)) as { code: string; party?: string }[];
    expect(performance.now() - killedMs).toBeLessThan(5000);
    for (const end of ends) expect(["PEER_CLOSED", "PEER_ABORTED"]).toContain(end.code);
    // Whoever learns of the death first tells the others, who may hear that before they see the death themselves.
    expect(ends).toContainEqual(expect.objectContaining({ code: "PEER_CLOSED", party: "helper" }));
    for (const { party } of ends) expect(["leader", "helper", "buyer"]).toContain(party);
  }, 60_000);
});
