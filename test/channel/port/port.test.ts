import { once } from "node:events";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { connectPorts, generateIdentity, portTransport, type Identity } from "../../../dist/channel/index.js";

interface Report {
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly party?: string; readonly step?: string };
}

/** Starts one worker a party; gives the workers and what each reports. */
function startWorkers(
  tasks: readonly string[],
  identities?: readonly Identity[],
): {
  readonly workers: Worker[];
  readonly reports: Promise<Report>[];
} {
  const names = tasks.map((_, i) => `worker-${i}`);
  const ports = tasks.map(() => [] as MessagePort[]);
  for (let i = 0; i < tasks.length; i++) {
    for (let j = i + 1; j < tasks.length; j++) {
      const { port1, port2 } = new MessageChannel();
      (ports[i] as MessagePort[])[j] = port1;
      (ports[j] as MessagePort[])[i] = port2;
    }
  }
  const reports: Promise<Report>[] = [];
  const workers = tasks.map((task, index) => {
    const own = ports[index] as MessagePort[];
    const channel = new MessageChannel();
    reports.push(
      Promise.race([
        once(channel.port1, "message").then(([report]) => report as Report),
        once(channel.port1, "close").then(() => ({})),
      ]),
    );
    return new Worker(new URL("./party-worker.mjs", import.meta.url), {
      workerData: {
        index,
        names,
        ports: own,
        task,
        report: channel.port2,
        secretKey: identities?.[index]?.keys.exportSecretKey(),
        parties: identities?.map((identity) => identity.entry()),
      },
      transferList: [...own.filter((port) => (port as MessagePort | undefined) !== undefined), channel.port2],
    });
  });
  return { workers, reports };
}

const expected = {
  result: {
    numbers: [
      [0, 0],
      [1, 2],
      [2, 4],
    ],
    big: [
      [3_000_000, 0],
      [3_000_000, 1],
      [3_000_000, 2],
    ],
  },
};

describe("parties in worker threads, one a party", () => {
  it("run a protocol over MessagePorts", async () => {
    const { workers, reports } = startWorkers(["", "", ""]);
    expect(await Promise.all(reports)).toEqual([expected, expected, expected]);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });

  it("run it with authenticated and encrypted ports too", async () => {
    const identities = [0, 1, 2].map((i) => generateIdentity(`worker-${i}`));
    const { workers, reports } = startWorkers(["", "", ""], identities);
    expect(await Promise.all(reports)).toEqual([expected, expected, expected]);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });

  it("end with a typed error that names party and step when a worker is terminated", async () => {
    const { workers, reports } = startWorkers(["", "hang", ""]);
    await once(workers[1] as Worker, "message"); // it hangs, in the middle of the protocol
    await workers[1]?.terminate();
    const others = await Promise.all([reports[0], reports[2]]);
    for (const report of others) {
      expect(["PEER_CLOSED", "PEER_ABORTED"]).toContain(report?.error?.code);
      expect(report?.error?.step).toMatch(/^(agree|test\/worker#0\/numbers)$/);
    }
    expect(others.some((report) => report?.error?.party === "worker-1")).toBe(true);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });
});

describe("a MessagePort transport", () => {
  const pair = (): { transport: ReturnType<typeof portTransport>; raw: MessagePort } => {
    const { port1, port2 } = new MessageChannel();
    return { transport: portTransport(port1), raw: port2 };
  };

  it.each([
    ["a text", "text", "PEER_MALFORMED"],
    ["an object", { length: 3 }, "PEER_MALFORMED"],
    ["bytes in shared memory", new Uint8Array(new SharedArrayBuffer(8)), "PEER_MALFORMED"],
    ["a message that is too long", new Uint8Array(65_536), "PEER_FLOODED"],
  ])("refuses %s", async (_, message, code) => {
    const { transport, raw } = pair();
    raw.postMessage(message);
    await expect(transport.receive()).rejects.toMatchObject({ code });
    await expect(transport.send(new Uint8Array(1))).rejects.toMatchObject({ code: "PEER_CLOSED" });
    raw.close();
  });

  it("gives what came before the other end closed, then the end", async () => {
    const { transport, raw } = pair();
    raw.postMessage(Uint8Array.of(7));
    raw.close();
    expect(await transport.receive()).toEqual(Uint8Array.of(7));
    expect(await transport.receive()).toBeUndefined();
  });

  it("refuses a party whose key is not the pinned one", async () => {
    const { port1, port2 } = new MessageChannel();
    const [a, b, impostor] = ["a", "b", "b"].map((name) => generateIdentity(name)) as [
      Identity,
      Identity,
      Identity,
    ];
    const parties = [a.entry(), b.entry()];
    const outcomes = await Promise.allSettled([
      connectPorts({
        index: 0,
        names: ["a", "b"],
        ports: [undefined, port1],
        security: { identity: a, parties },
      }),
      connectPorts({
        index: 1,
        names: ["a", "b"],
        ports: [port2],
        security: { identity: impostor, parties },
      }),
    ]);
    expect(outcomes).toMatchObject([
      { reason: { code: "PEER_UNAUTHENTICATED", party: "b" } },
      { reason: { code: "PEER_UNAUTHENTICATED", party: "a" } },
    ]);
  });
});
