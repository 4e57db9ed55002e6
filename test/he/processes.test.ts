import { fork } from "node:child_process";
import { createServer } from "node:http";
import { expect, it } from "vitest";
import { connect, generateIdentity, type PartyEntry } from "../../dist/channel/index.js";
import { sealedSum } from "../../dist/he/index.js";
import { secretBytes } from "./test-key.js";

type FromChild =
  | { readonly kind: "entry"; readonly entry: PartyEntry }
  | { readonly kind: "sum"; readonly sum: readonly string[] };

it("two processes add up their sealed vectors over WebSocket, and both know the sum", async () => {
  const child = fork(new URL("fixtures/sealed-sum-party.mjs", import.meta.url));
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const server = createServer();
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const identity = generateIdentity("here");
    let tellSum: (sum: readonly string[]) => void = () => undefined;
    const theirs = new Promise<readonly string[]>((resolve) => (tellSum = resolve));
    const entry = await new Promise<PartyEntry>((resolve) => {
      child.on("message", (message: FromChild) => {
        if (message.kind === "entry") resolve(message.entry);
        else tellSum(message.sum);
      });
    });
    const vector = Array.from({ length: 500 }, (_, i) => BigInt((37 * i) % 1000) - 500n);
    const their = Array.from({ length: 500 }, (_, i) => ((91 * i) % 2000) - 1000);
    const parties = [identity.entry(`ws://127.0.0.1:${port}`), entry];
    child.send({ parties, secretBytes: [...secretBytes], vector: their });
    const party = await connect({ identity, parties, server, limits: { reconnectMs: 1000 } });
    const options = { maxAbs: 1000n, keyBits: 2048, holder: "holder", collector: "here" } as const;
    const sum = await sealedSum(party, BigInt64Array.from(vector), options);
    const { bytesSent } = party.traffic;
    await party.close();
    const expected = vector.map((x, i) => x + BigInt(their[i] ?? 0));
    expect([...(sum ?? [])]).toEqual(expected);
    expect(await theirs).toEqual(expected.map(String));
    // 500 sums of 12 bits: 170 in a ciphertext of 512 bytes.
    expect(bytesSent).toBeGreaterThan(3 * 512);
    expect(bytesSent).toBeLessThan(3 * 512 + 1000);
  } finally {
    child.kill("SIGKILL");
    await exited;
    server.close();
  }
});
