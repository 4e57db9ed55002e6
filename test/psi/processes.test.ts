import { describe, expect, it } from "vitest";
import { intersect, intersectCardinality, join } from "../../dist/psi/index.js";
import { recordedParty } from "../support/recorded-party.js";
import { withRemote, type RemoteTask } from "./remote-party.js";

const items = Array.from({ length: 600 }, (_, i) => `id ${i}`);
const remoteItems = Array.from({ length: 900 }, (_, i) => `id ${i * 2}`);
const rowsOf = (list: readonly string[]): string[][] => list.map((item) => [item]);

describe("between two processes over WebSocket", () => {
  it("intersect finds the same on both sides, in the same order", async () => {
    const options = { reveal: "both", workers: 1, batchSize: 100 } as const;
    const task: RemoteTask = { protocol: "intersect", items: remoteItems, options };
    const { own, remote } = await withRemote(task, (party) => intersect(party, items, options));
    expect(own.size).toBe(300);
    const indices = remote["indices"] as number[];
    expect(indices.map((row) => remoteItems[row])).toEqual([...own.indices].map((row) => items[row]));
  });

  it("intersect by OKVS finds the same on both sides, in the same order, with its work on worker threads", async () => {
    const options = { method: "okvs", reveal: "both", workers: 1 } as const;
    const task: RemoteTask = { protocol: "intersect", items: remoteItems, options };
    const { own, remote } = await withRemote(task, (party) => intersect(party, items, options));
    expect(own.size).toBe(300);
    const indices = remote["indices"] as number[];
    expect(indices.map((row) => remoteItems[row])).toEqual([...own.indices].map((row) => items[row]));
  });

  it("intersect finds the same with a process whose OpenSSL has no ChaCha20", async () => {
    const options = { method: "okvs", reveal: "both", workers: 0 } as const;
    const execArgv = ["--import", new URL("../support/without-chacha.mjs", import.meta.url).href];
    const task: RemoteTask = { protocol: "intersect", items: remoteItems, options, execArgv };
    const { own, remote } = await withRemote(task, (party) => intersect(party, items, options));
    expect(own.size).toBe(300);
    expect((remote["indices"] as number[]).length).toBe(300);
  });

  it("intersectCardinality gives both the number by default, as the other party decides", async () => {
    const options = { receiver: "here", workers: 0, batchSize: 100 };
    const task: RemoteTask = { protocol: "intersectCardinality", items: remoteItems, options };
    const { own, remote } = await withRemote(task, (party) => intersectCardinality(party, items, options));
    expect(own).toMatchObject({ revealed: true, size: 300, released: true });
    expect(remote).toMatchObject({ revealed: true, size: 300, released: true });
  });

  it("intersectCardinality without a minimum gives the receiver the number, and the other party none", async () => {
    const options = { receiver: "here", workers: 0, batchSize: 100, minimum: 0 };
    const task: RemoteTask = { protocol: "intersectCardinality", items: remoteItems, options };
    const { own, remote } = await withRemote(task, (party) => intersectCardinality(party, items, options));
    expect(own).toMatchObject({ revealed: true, size: 300, ownItems: 600, peerItems: 900 });
    expect(remote).toEqual({
      revealed: false,
      duplicates: 0,
      withoutKey: 0,
      ownItems: 900,
      peerItems: 600,
      released: true,
    });
  });

  it("join gives a match the same number on both sides", async () => {
    const options = { keys: ["id"], reveal: "both", workers: 0, batchSize: 100 } as const;
    const task: RemoteTask = { protocol: "join", items: rowsOf(remoteItems), options };
    const { own, remote } = await withRemote(task, (party) => join(party, rowsOf(items), options));
    if (!own.revealed) throw new Error("expected a result");
    const theirs = remote as unknown as { readonly rows: number[]; readonly matches: number[] };
    const itemOfMatch = new Map(theirs.matches.map((match, k) => [match, remoteItems[theirs.rows[k] ?? -1]]));
    expect(own.rows.length).toBe(300);
    for (const [k, row] of own.rows.entries()) {
      expect(itemOfMatch.get(own.matches[k] ?? -1)).toBe(items[row]);
    }
  });
});

describe("a process that is killed in the middle", () => {
  const list = Array.from({ length: 6000 }, (_, i) => `id ${i}`);

  it.each<[RemoteTask["protocol"], readonly unknown[], object]>([
    ["intersect", list, { reveal: "both" }],
    ["intersectCardinality", list, {}],
    ["join", rowsOf(list), { keys: ["id"], reveal: "both" }],
  ])("ends %s with PEER_CLOSED, soon, with party and step", async (protocol, lists, own) => {
    let killedMs = 0;
    const options = { ...own, workers: 1, batchSize: 256 };
    const task: RemoteTask = {
      protocol,
      items: lists,
      options,
      onProgress: ({ step, done }, child) => {
        if (killedMs > 0 || step !== "psi/double" || done < 500) return;
        killedMs = performance.now();
        child.kill("SIGKILL");
      },
    };
    const run = withRemote<unknown>(task, (party) => {
      if (protocol === "intersect") return intersect(party, list, options);
      if (protocol === "join") return join(party, rowsOf(list), { keys: ["id"], ...options });
      return intersectCardinality(party, list, options);
    });
    await expect(run).rejects.toMatchObject({
      code: "PEER_CLOSED",
      party: "remote",
      step: expect.stringMatching(/^psi.*\/(blinded|doubled|done)$/) as string,
    });
    expect(killedMs).toBeGreaterThan(0);
    expect(performance.now() - killedMs).toBeLessThan(10_000);
  });
});

describe("a process that is killed in the middle of a partition of an intersection by OKVS", () => {
  /** The receiver's list gives the number of partitions: two. */
  const long = Array.from({ length: 132_000 }, (_, i) => `id ${i}`);
  const short = long.slice(0, 300);

  it.each([
    ["the receiver ends", "here", long, short, "okvs/answer", "done|tags"],
    ["the sender ends", "remote", short, long, "okvs/challenge", "corrections|answer|claims|proof"],
  ])(
    "%s with PEER_CLOSED, with party and step",
    async (_, receiver, own, theirs, step, waitsFor) => {
      const common = { method: "okvs", reveal: "both", workers: 0, maxPeerItems: 2 ** 20 } as const;
      const options = { ...common, receiver };
      const task: RemoteTask = { protocol: "intersect", items: theirs, options };
      let seen = 0;
      const run = withRemote<unknown>(task, (party, child) => {
        const watched = recordedParty(party, (message) => {
          if (message.step === step && ++seen === 2) child.kill("SIGKILL"); // in the second partition
          return message.payload;
        });
        return intersect(watched, own, options);
      });
      await expect(run).rejects.toMatchObject({
        code: "PEER_CLOSED",
        party: "remote",
        step: expect.stringMatching(new RegExp(`^psi.*/(${waitsFor})$`)) as string,
      });
      expect(seen).toBe(2);
    },
    30_000,
  );
});

describe("a process that stops in the middle of a list that comes slowly", () => {
  it.each([
    ["frozen", "SIGSTOP", "PEER_TIMEOUT"],
    ["killed", "SIGKILL", "PEER_CLOSED"],
  ] as const)("is lost when it is %s, and was waited for until then", async (_, signal, code) => {
    let stoppedMs = 0;
    const task: RemoteTask = {
      protocol: "intersect",
      items: items.slice(0, 50),
      options: {},
      everyMs: 100,
      // The wait is far longer than a step may take without word, 100 ms, when the process stops.
      limits: { idleTimeoutMs: 2000, stepTimeoutMs: 100 },
      onProgress: ({ step, done }, child) => {
        if (stoppedMs > 0 || step !== "reading" || done < 6) return;
        stoppedMs = performance.now();
        child.kill(signal);
      },
    };
    const run = withRemote(task, (party) => intersect(party, ["a"]));
    await expect(run).rejects.toMatchObject({ code, party: "remote" });
    expect(stoppedMs).toBeGreaterThan(0);
  });
});
