import { fork, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { acceptClients, generateIdentity, type PartyEntry } from "../../dist/channel/index.js";
import { planScope3WithServer, serveScope3Sum } from "../../dist/scope3/index.js";

type FromChild =
  | { readonly kind: "entry"; readonly entry: PartyEntry }
  | { readonly kind: "result"; readonly suppliers: number; readonly kg: string };

const limits = { connectTimeoutMs: 60_000, reconnectMs: 1000 };
const planOptions = {
  suppliers: 7,
  currency: "USD",
  dropout: 0.3,
  corrupt: 0,
  reveal: "all",
  server: "semi-honest",
} as const;

/** One dies in the counts, one between counts and amounts: at the first message of the second sum. */
const deaths = new Map([
  [1, { step: "resilient-sum/vector", time: 1 }],
  [4, { step: "resilient-sum/advert", time: 2 }],
]);

class Child {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly entry: Promise<PartyEntry>;
  result: Extract<FromChild, { kind: "result" }> | undefined;

  constructor(name: string) {
    this.process = fork(new URL("supplier-client.mjs", import.meta.url), [name]);
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

describe("a resilient Scope 3 total of seven processes over WebSocket", () => {
  it("is the sum of those that stayed when one is killed in each of the two sums", async () => {
    const children = Array.from({ length: 7 }, (_, i) => new Child(`supplier ${i}`));
    const server = createServer();
    try {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error("expected a port");
      const identity = generateIdentity("buyer");
      const address = `ws://127.0.0.1:${bound.port}/scope3`;
      const entries = await Promise.all(children.map((child) => child.entry));
      const serverEntry = identity.entry(address);
      for (const [i, child] of children.entries()) {
        const factor = { kgPerUnit: "1", currency: "USD" };
        const lines = [{ category: 1, spend: String(10 ** i), factor }];
        child.process.send({ serverEntry, limits, planOptions, lines, dieAt: deaths.get(i) });
      }
      const sessions = await acceptClients({ identity, address, server, clients: entries, limits });
      const { report, included, lost } = await serveScope3Sum(sessions, planScope3WithServer(planOptions));
      for (const party of sessions) if ("close" in party) await party.close();
      const signals = await Promise.all(children.map((child) => child.exited));

      expect(included).toEqual([0, 2, 3, 5, 6]);
      expect(report.total?.kg).toBe("1101101.000");
      expect(report.suppliers).toEqual(included.map((i) => `supplier ${i}`));
      expect(lost.map(({ index, error }) => [index, error.code])).toEqual([
        [1, "PEER_CLOSED"],
        [4, "PEER_CLOSED"],
      ]);
      for (const [i, child] of children.entries()) {
        expect(signals[i]).toBe(deaths.has(i) ? "SIGKILL" : null);
        if (!deaths.has(i)) expect(child.result).toMatchObject({ suppliers: 5, kg: "1101101.000" });
      }
    } finally {
      for (const child of children) child.process.kill("SIGKILL");
      server.close();
    }
  }, 120_000);
});
