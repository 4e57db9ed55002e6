import { fork } from "node:child_process";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { connect, generateIdentity, type Party, type PartyEntry } from "../../../dist/channel/index.js";

interface Program {
  readonly runProgram: (party: Party, index: number) => Promise<number[]>;
  readonly expected: readonly number[];
}

type FromChild =
  | { readonly kind: "entry"; readonly entry: PartyEntry }
  | { readonly kind: "result"; readonly values: readonly number[] };

describe("an engine of two parties between two processes over WebSocket", () => {
  it("reveals the same results at both", async () => {
    const { runProgram, expected } = (await import(
      new URL("fixtures/engine-program.mjs", import.meta.url).href
    )) as Program; // the fixture's two exports
    const child = fork(new URL("fixtures/engine-party.mjs", import.meta.url));
    const server = createServer();
    const message = <K extends FromChild["kind"]>(kind: K): Promise<Extract<FromChild, { kind: K }>> =>
      new Promise((resolve) => {
        child.on("message", (got: FromChild) => {
          if (got.kind === kind) resolve(got as Extract<FromChild, { kind: K }>); // its kind was looked at
        });
      });
    try {
      const [entry, result] = [message("entry"), message("result")];
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("expected a port");
      const identity = generateIdentity("here");
      const parties = [identity.entry(`ws://127.0.0.1:${address.port}`), (await entry).entry];
      child.send({ parties });
      const party = await connect({ identity, parties, server, limits: { reconnectMs: 1000 } });
      const own = await runProgram(party, 0);
      expect((await result).values).toEqual(own);
      for (const [i, value] of own.entries())
        expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(2 ** -19);
      await party.close();
    } finally {
      child.kill("SIGKILL");
      server.close();
    }
  });
});
