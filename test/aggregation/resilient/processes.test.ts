import { fork, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { planResilientSum, serveResilientSum } from "../../../dist/aggregation/index.js";
import { acceptClients, generateIdentity, type PartyEntry } from "../../../dist/channel/index.js";

type FromChild =
  | { readonly kind: "entry"; readonly entry: PartyEntry }
  | { readonly kind: "result"; readonly contributors: number; readonly first: number; readonly last: number };

const clients = 20;
/** Twenty processes start at once. */
const limits = { connectTimeoutMs: 120_000, reconnectMs: 1000 };
const length = 65_536 + 10; // two pieces
const planOptions = { clients, length, max: 100_000, corrupt: 0.1, dropout: 0.2, reveal: "all" } as const;

/** Where a client dies: in the order of the protocol, once between the two pieces of its vector. */
const deaths = new Map([
  [2, { step: "resilient-sum/advert", done: 0 }],
  [7, { step: "resilient-sum/shares", done: 0 }],
  [11, { step: "resilient-sum/vector", done: 1 }],
  [13, { step: "resilient-sum/vector", done: 0 }],
  [18, { step: "resilient-sum/answer", done: 0 }],
]);

class Child {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly entry: Promise<PartyEntry>;
  result: Extract<FromChild, { kind: "result" }> | undefined;

  constructor(name: string) {
    this.process = fork(new URL("client-process.mjs", import.meta.url), [name]);
    this.exited = new Promise((resolve) =>
      this.process.once("exit", (_code, signal) => {
        resolve(signal);
      }),
    );
    this.entry = new Promise((resolve) => {
      this.process.on("message", (message: FromChild) => {
        if (message.kind === "entry") resolve(message.entry);
        else this.result = message;
      });
    });
  }
}

describe("a resilient sum of 20 processes over WebSocket", () => {
  it("gives the sum of those that stayed when five are killed, one at each step and one in the middle of its vector", async () => {
    const children = Array.from({ length: clients }, (_, i) => new Child(`supplier ${i}`));
    const server = createServer();
    try {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error("expected a port");
      const identity = generateIdentity("buyer");
      const address = `ws://127.0.0.1:${bound.port}/sum`;
      const entries = await Promise.all(children.map((child) => child.entry));
      const serverEntry = identity.entry(address);
      for (const [i, child] of children.entries()) {
        child.process.send({ serverEntry, limits, planOptions, value: 1000 + i, dieAt: deaths.get(i) });
      }
      const sessions = await acceptClients({ identity, address, server, clients: entries, limits });
      const { totals, included, lost } = await serveResilientSum(sessions, planResilientSum(planOptions));
      for (const party of sessions) if ("close" in party) await party.close();
      const signals = await Promise.all(children.map((child) => child.exited));

      const expected = [...children.keys()].filter((i) => ![2, 7, 11, 13].includes(i));
      const total = expected.reduce((sum, i) => sum + 1000 + i, 0);
      expect(included).toEqual(expected);
      expect(totals.every((element) => element === BigInt(total))).toBe(true);
      expect(lost.map(({ index, error }) => [index, error.code, error.party])).toEqual(
        [...deaths.keys()].map((i) => [i, "PEER_CLOSED", `supplier ${i}`]),
      );
      for (const [i, child] of children.entries()) {
        expect(signals[i]).toBe(deaths.has(i) ? "SIGKILL" : null);
        if (!deaths.has(i))
          expect(child.result).toMatchObject({ contributors: 16, first: total, last: total });
      }
    } finally {
      for (const child of children) child.process.kill("SIGKILL");
      server.close();
    }
  }, 300_000);
});
