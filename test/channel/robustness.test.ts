import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openSession, simulate, type Party, type Transport } from "../../dist/channel/index.js";
import * as frames from "../../dist/channel/link/frame.js";
import { Link } from "../../dist/channel/link/link.js";
import { completeLimits } from "../../dist/channel/limits.js";
import { memoryTransportPair } from "../../dist/channel/memory-transport.js";
import { memoryMesh } from "../../dist/channel/simulate.js";
import { printable, VeilshareError } from "../../dist/errors.js";

const toy = { name: "test/toy", version: 1 };
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
process.on("unhandledRejection", onUnhandled);

afterEach(async () => {
  vi.restoreAllMocks();
  await sleep(10);
  expect(unhandled.splice(0)).toEqual([]);
});

describe("a payload that can't be sent", () => {
  it.each([
    ["a text", "text"],
    ["nothing", undefined],
    ["words", BigUint64Array.of(258n)],
    ["an array", [1, 2]],
  ])("such as %s is refused at once, naming what was expected", async (_, payload) => {
    const run = simulate(2, (party) =>
      party.run(toy, async (run) => {
        await run.agree({});
        await run.send(1 - run.index, "x", payload as unknown as Uint8Array);
      }),
    );
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field: "payload" });
  });

  it("for want of memory ends the session with one error, and no send stays unsettled", async () => {
    const run = simulate(2, (party) =>
      party.run(toy, async (run) => {
        await run.agree({});
        if (run.index === 0) {
          const subarray = new Uint8Array(70_000);
          Object.defineProperty(subarray, "subarray", {
            value: () => {
              throw new RangeError("Array buffer allocation failed");
            },
          });
          await run.send(1, "x", subarray);
        }
        await run.receive(1 - run.index, "x");
      }),
    );
    await expect(run).rejects.toMatchObject({ step: expect.stringContaining("test/toy#0") as string });
  });
});

describe("what a party said last", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A link whose way takes nothing more, and gives what has come one message each so many milliseconds. */
  function halfClosedLink(msPerMessage: number): {
    readonly link: Link;
    readonly say: (frame: Uint8Array) => Promise<void>;
    readonly halfClose: () => void;
    readonly failures: VeilshareError[];
  } {
    const [a, b] = memoryTransportPair();
    let closed = false;
    const halfClosed: Transport = {
      maxMessageBytes: a.maxMessageBytes,
      send: (message) =>
        closed ? Promise.reject(new VeilshareError("PEER_CLOSED", "closed")) : a.send(message),
      receive: async () => {
        await new Promise((resolve) => setTimeout(resolve, msPerMessage)); // a busy machine: what came is read slowly
        return a.receive();
      },
      close: (options) => a.close(options),
    };
    const failures: VeilshareError[] = [];
    const link = new Link("b", halfClosed, completeLimits({ windowBytes: 1000 }), (error) =>
      failures.push(error),
    );
    link.start();
    return { link, say: (frame) => b.send(frame), halfClose: () => (closed = true), failures };
  }

  it.each([1, 1900])(
    "is heard although nothing can be sent to it any more, when each message takes %i ms to be read",
    async (msPerMessage) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
      // The other end's last message and farewell are unread when a grant of room can't be sent: that is nobody's failure.
      const { link, say, halfClose, failures } = halfClosedLink(msPerMessage);
      const received = Promise.all([link.receive("x"), link.receive("y"), link.receive("x")]);
      received.catch(() => undefined);
      let sequence = 0;
      for (const frame of [
        frames.encodeLane(sequence++, 0, "x"),
        frames.encodeLane(sequence++, 1, "y"),
        frames.encodeData(sequence++, 0, true, new Uint8Array(900)), // its grant goes out at once
        frames.encodeData(sequence++, 0, true, new Uint8Array(1)),
        frames.encodeData(sequence++, 1, true, new Uint8Array(2)),
        frames.encodeBye(sequence++),
      ]) {
        await say(frame);
      }
      halfClose();
      await vi.advanceTimersByTimeAsync(8 * msPerMessage);
      expect((await received).map(({ length }) => length)).toEqual([900, 2, 1]);
      await vi.advanceTimersByTimeAsync(5000);
      expect(failures).toEqual([]);
      vi.useRealTimers();
      await link.close();
    },
  );

  it("is waited for no longer than something comes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const { link, say, halfClose } = halfClosedLink(1);
    const end = expect(link.receive("y")).rejects.toMatchObject({ code: "PEER_CLOSED", party: "b" });
    const first = link.receive("x");
    await say(frames.encodeLane(0, 0, "x"));
    await say(frames.encodeData(1, 0, true, new Uint8Array(900)));
    halfClose();
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await first).length).toBe(900);
    await end;
  });
});

describe("a party that says for ever that it works", () => {
  it("is given up after workTimeoutMs, with a hint", async () => {
    const [a, b] = memoryTransportPair();
    const limits = completeLimits({ stepTimeoutMs: 50, idleTimeoutMs: 2000, workTimeoutMs: 300 });
    const link = new Link("b", a, limits, () => undefined);
    link.start();
    let sequence = 0;
    const working = setInterval(() => void b.send(frames.encodeWork(sequence++)), 20);
    const started = performance.now();
    await expect(link.receive("never")).rejects.toMatchObject({
      code: "PEER_TIMEOUT",
      party: "b",
      step: "never",
      hint: expect.stringContaining("workTimeoutMs") as string,
    });
    clearInterval(working);
    expect(performance.now() - started).toBeGreaterThanOrEqual(290);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

/** Three parties of whom `b` can be made to send `a` something by hand. */
async function three(): Promise<{ parties: Party[]; sayToA: (message: Uint8Array) => void }> {
  const names = ["a", "b", "c"];
  const mesh = memoryMesh(3);
  const toA = mesh[1]?.[0] as Transport;
  const parties = await Promise.all(
    names.map((_, index) => openSession({ index, names, transports: mesh[index] ?? [] })),
  );
  return { parties, sayToA: (message) => void toA.send(message) };
}

describe("when a party stops the run because of another", () => {
  it("a third learns who accuses whom, and the honest reporter is not the one at fault", async () => {
    const { parties, sayToA } = await three();
    const ends = parties.map((party, i) =>
      party.receive((i + 1) % 3, "x").catch((thrown: unknown) => thrown),
    );
    sayToA(Uint8Array.of(99, 0, 0, 0, 0));
    const [atA, , atC] = await Promise.all(ends);
    expect(atA).toMatchObject({ code: "PEER_MALFORMED", party: "b" });
    expect(atC).toMatchObject({
      code: "PEER_ABORTED",
      party: "b",
      accuser: "a",
      accused: "b",
      got: "PEER_MALFORMED",
    });
    expect((atC as Error).message).toContain(
      'party "a" stopped the run: PEER_MALFORMED, and blames party "b"',
    );
  });

  it("nobody is accused under a name that is none of the session's", async () => {
    const [a, b] = memoryTransportPair();
    const failures: VeilshareError[] = [];
    const link = new Link("b", a, completeLimits(), (error) => failures.push(error), ["a", "b"]);
    link.start();
    await b.send(frames.encodeAbort(0, "PEER_CLOSED", "\u202eevil\u001b[31m"));
    await expect(link.receive("x")).rejects.toMatchObject({ code: "PEER_ABORTED", party: "b", accuser: "b" });
    expect(failures[0]).not.toHaveProperty("accused");
    expect(failures[0]?.message).not.toMatch(/evil/);
  });
});

describe("parameters of another party", () => {
  it.each([
    ['{"constructor":1,"x":1}', "parameters.constructor"],
    ['{"toString":1,"x":1}', "parameters.toString"],
    ['{"__proto__":{"polluted":1},"x":1}', "parameters.__proto__"],
    ['{"x":"\\u202e\\u009b31m evil"}', "parameters.x"],
    ['{"\\u202e":1,"x":1}', "parameters.\\u{202e}"],
  ])("%s are a mismatch, printed without what could feign something", async (theirs, field) => {
    const { ByteWriter } = await import("../../dist/bytes/codec.js");
    const ends = simulate(2, async (party) => {
      if (party.index === 0) return party.run(toy, (run) => run.agree({ x: 1 }));
      const message = new ByteWriter().text(toy.name).u32(toy.version).text(theirs).finish();
      await party.send(0, "agree#0/agree", message);
      return party.receive(0, "never").then(() => undefined);
    });
    const error = await ends.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "PEER_MISMATCH", party: "party-1", field });
    expect((error as Error).message).not.toMatch(/[\u202e\u009b]/);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("printable leaves letters of all scripts alone and escapes what is invisible", () => {
    expect(printable("Müller 株式会社")).toBe("Müller 株式会社");
    expect(printable("a\u0000\u001b[31m\u202e\u2028b")).toBe("a\\u{0}\\u{1b}[31m\\u{202e}\\u{2028}b");
    expect(printable("x".repeat(500)).length).toBe(80);
  });
});

describe("a protocol's own error", () => {
  it("is told apart from faults of this package, and its text stays in the cause", async () => {
    const cause = new TypeError("salary of 4711 is undefined");
    const run = simulate(2, (party) =>
      party.run(toy, async (run) => {
        await run.agree({});
        if (run.index === 0) throw cause;
        await run.receive(0, "x");
      }),
    );
    const error = (await run.catch((thrown: unknown) => thrown)) as VeilshareError;
    expect(error).toMatchObject({ code: "PROTOCOL_FAILED", got: "TypeError" });
    expect(error.cause).toBe(cause);
    expect(error.message).not.toContain("4711");
  });
});

describe("memory", () => {
  it("of what a party sent and nobody took is free once the session failed, although the party is still referenced", async () => {
    const { parties, sayToA } = await three();
    const [a, b] = parties as [Party, Party];
    for (let i = 0; i < 30; i++) void b.send(0, `x${i}`, new Uint8Array(2 ** 20)).catch(() => undefined);
    await sleep(50);
    sayToA(Uint8Array.of(99, 0, 0, 0, 0));
    await expect(a.receive(1, "never")).rejects.toMatchObject({ code: "PEER_MALFORMED" });
    await a.close();
    expect(process.memoryUsage().arrayBuffers).toBeDefined();
    global.gc?.();
    await sleep(20);
    global.gc?.();
    if (global.gc !== undefined) expect(process.memoryUsage().arrayBuffers).toBeLessThan(20 * 2 ** 20);
  });

  it("of runs that are over does not grow with their number", () => {
    const [a] = memoryTransportPair();
    const link = new Link("b", a, completeLimits(), () => undefined);
    for (let i = 0; i < 1000; i++) expect(link.releaseLanes(`psi#${i}/`)).toBeUndefined();
    expect(link.rememberedRuns).toBe(1);
  });
});
