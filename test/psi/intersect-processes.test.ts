import { fork, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { connect, generateIdentity, type PartyEntry, type Progress } from "../../dist/channel/index.js";
import { intersect, type Intersection, type IntersectOptions } from "../../dist/psi/index.js";

type FromChild =
  | { readonly kind: "entry"; readonly entry: PartyEntry }
  | { readonly kind: "progress"; readonly event: Progress }
  | { readonly kind: "result"; readonly size: number; readonly indices: readonly number[] };

interface Run {
  readonly items: readonly string[];
  readonly remoteItems: readonly string[];
  readonly options: IntersectOptions & { readonly reveal: "both" };
  /** Called for every step of the other process. */
  readonly onRemoteProgress?: (event: Progress, child: ChildProcess) => void;
}

/** One party here, the other in a process of its own, over WebSocket. */
async function withRemote({ items, remoteItems, options, onRemoteProgress }: Run): Promise<{
  readonly own: Intersection;
  readonly remote: Extract<FromChild, { kind: "result" }>;
}> {
  const child = fork(new URL("fixtures/psi-party.mjs", import.meta.url));
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const server = createServer();
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("expected a port");
    const identity = generateIdentity("here");
    let remoteEntry: (entry: PartyEntry) => void = () => undefined;
    let remoteResult: (result: Extract<FromChild, { kind: "result" }>) => void = () => undefined;
    const entry = new Promise<PartyEntry>((resolve) => (remoteEntry = resolve));
    const result = new Promise<Extract<FromChild, { kind: "result" }>>((resolve) => (remoteResult = resolve));
    child.on("message", (message: FromChild) => {
      if (message.kind === "entry") remoteEntry(message.entry);
      else if (message.kind === "progress") onRemoteProgress?.(message.event, child);
      else remoteResult(message);
    });
    const parties = [identity.entry(`ws://127.0.0.1:${address.port}`), await entry];
    child.send({ parties, items: remoteItems, options });
    const party = await connect({ identity, parties, server });
    const own = await intersect(party, items, options);
    await party.close();
    return { own, remote: await result };
  } finally {
    child.kill("SIGKILL");
    await exited;
    server.close();
  }
}

describe("intersect between two processes over WebSocket", () => {
  it("finds the same on both sides, in the same order", async () => {
    const items = Array.from({ length: 600 }, (_, i) => `id ${i}`);
    const remoteItems = Array.from({ length: 900 }, (_, i) => `id ${i * 2}`);
    const options = { reveal: "both", workers: 1, batchSize: 100 } as const;
    const { own, remote } = await withRemote({ items, remoteItems, options });
    expect(own.size).toBe(300);
    expect(remote.indices.map((row) => remoteItems[row])).toEqual([...own.indices].map((row) => items[row]));
  });

  it("ends with PEER_CLOSED, soon, when the other process is killed in the middle", async () => {
    const list = Array.from({ length: 6000 }, (_, i) => `id ${i}`);
    let killedMs = 0;
    const run = withRemote({
      items: list,
      remoteItems: list,
      options: { reveal: "both", workers: 1, batchSize: 256 },
      onRemoteProgress: ({ step, done }, child) => {
        if (killedMs > 0 || step !== "psi/double" || done < 500) return;
        killedMs = performance.now();
        child.kill("SIGKILL");
      },
    });
    await expect(run).rejects.toMatchObject({
      code: "PEER_CLOSED",
      party: "remote",
      step: expect.stringMatching(/^psi.*\/(blinded|doubled|done)$/) as string,
    });
    expect(killedMs).toBeGreaterThan(0);
    expect(performance.now() - killedMs).toBeLessThan(5000);
  });
});
