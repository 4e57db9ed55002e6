import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../../dist/bytes/codec.js";
import { VeilshareError } from "../../dist/errors.js";
import { encodeHello } from "../../dist/channel/hello.js";
import { completeLimits } from "../../dist/channel/limits.js";
import * as frames from "../../dist/channel/link/frame.js";
import { memoryTransportPair } from "../../dist/channel/memory-transport.js";
import {
  openSession,
  simulate,
  type OpenSessionOptions,
  type Party,
  type ProtocolRun,
  type SessionLimits,
} from "../../dist/channel/index.js";

const echo = { name: "test/echo", version: 1 };
const limits = { connectTimeoutMs: 2000, idleTimeoutMs: 2000, stepTimeoutMs: 2000 };

/** What each of two parties ends with when they run different code. */
async function outcomes<T>(
  bodies: readonly ((party: Party) => Promise<T>)[],
  given: Partial<SessionLimits> = {},
): Promise<PromiseSettledResult<T>[]> {
  const results: PromiseSettledResult<T>[] = [];
  await simulate(
    bodies.length,
    async (party) => {
      const body = bodies[party.index] as (party: Party) => Promise<T>;
      const [outcome] = await Promise.allSettled([body(party)]);
      results[party.index] = outcome;
      if (outcome.status === "rejected") throw outcome.reason;
    },
    { limits: { ...limits, ...given } },
  ).catch(() => undefined);
  return results;
}

/** A protocol that agrees on parameters and then runs a body. */
const protocol =
  <T>(body: (run: ProtocolRun) => Promise<T>, parameters = {}, id = echo) =>
  (party: Party): Promise<T> =>
    party.run(id, async (run) => {
      await run.agree(parameters);
      return body(run);
    });

const nothing = (): Promise<void> => Promise.resolve();

describe("parties that do not run the same", () => {
  it.each([
    ["protocols", protocol(nothing), protocol(nothing, {}, { name: "test/other", version: 1 }), "protocol"],
    ["versions", protocol(nothing), protocol(nothing, {}, { name: "test/echo", version: 2 }), "version"],
    ["parameters", protocol(nothing, { n: 1, x: 2 }), protocol(nothing, { n: 1, x: 3 }), "parameters.x"],
    [
      "sets of parameters",
      protocol(nothing, { n: 1 }),
      protocol(nothing, { n: 1, x: null, y: [] }),
      "parameters.y",
    ],
  ])("but other %s learn which party and which field", async (_, first, second, field) => {
    const got = await outcomes([first, second]);
    expect(got).toMatchObject([
      { reason: { party: "party-1", step: "agree" } },
      { reason: { party: "party-0", step: "agree" } },
    ]);
    const mismatches = got.filter(
      (one) => ((one as PromiseRejectedResult).reason as VeilshareError).code === "PEER_MISMATCH",
    );
    expect(mismatches.length).toBeGreaterThan(0);
    for (const one of mismatches) expect(one).toMatchObject({ reason: { field } });
  });

  it("do run when parameters are the same in another order", async () => {
    const got = await outcomes([protocol(nothing, { a: 1, b: [2] }), protocol(nothing, { b: [2], a: 1 })]);
    expect(got.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  });

  it.each([
    ["no JSON", "{"],
    ["JSON that is no object", "[1]"],
    ["an object that is not canonical", '{ "n": 1 }'],
    ["an object that is deep enough to break a reader", `{"n":${"[".repeat(20_000)}${"]".repeat(20_000)}}`],
  ])("by sending %s as parameters are told PEER_MALFORMED", async (_, text) => {
    const crafted = new ByteWriter().text("test/echo").u32(1).text(text).finish();
    const [first] = await outcomes([
      protocol(nothing, { n: 1 }),
      async (party) => {
        await party.exchange("agree#0/agree", crafted);
        await sleep(20);
      },
    ]);
    expect(first).toMatchObject({ reason: { code: "PEER_MALFORMED", party: "party-1", step: "agree" } });
  });
});

describe("a protocol run", () => {
  it("ends with PEER_UNEXPECTED when a party said more than the protocol has", async () => {
    const [, second] = await outcomes([
      protocol(async (run) => {
        await run.send(1, "value", Uint8Array.of(1));
        await run.send(1, "value", Uint8Array.of(2));
        await run.receive(1, "done");
      }),
      protocol(async (run) => {
        await run.receive(0, "value");
        await sleep(10);
      }),
    ]);
    expect(second).toMatchObject({
      reason: { code: "PEER_UNEXPECTED", party: "party-0", step: "test/echo#0/value" },
    });
  });

  it("ends with PEER_MALFORMED when a message has not the shape that was asked for", async () => {
    for (const shape of [{ byteLength: 3 }, { maxByteLength: 3 }, { multipleOf: 3 }]) {
      const [first] = await outcomes([
        protocol(async (run) => {
          await run.receive(1, "value", shape);
        }),
        protocol(async (run) => {
          await run.send(0, "value", new Uint8Array(4));
          await run.receive(0, "never");
        }),
      ]);
      expect(first).toMatchObject({
        reason: { code: "PEER_MALFORMED", party: "party-1", step: "test/echo#0/value", got: "4 bytes" },
      });
    }
  });

  it("tells all others when one refuses its input, and they name it", async () => {
    const got = await outcomes([
      protocol(() => Promise.reject(new VeilshareError("INVALID_DATA", "bad row"))),
      protocol((run) => run.receive(0, "value")),
      protocol((run) => run.receive(0, "value")),
    ]);
    expect(got).toMatchObject([
      { reason: { code: "INVALID_DATA" } },
      { reason: { code: "PEER_ABORTED", party: "party-0", step: "test/echo#0/value", got: "INVALID_DATA" } },
      { reason: { code: "PEER_ABORTED", step: "test/echo#0/value" } },
    ]);
  });

  it("that forgets to agree on its parameters is a fault of its own", async () => {
    const got = await outcomes([0, 1].map(() => (party: Party) => party.run(echo, nothing)));
    expect(got).toMatchObject([{ reason: { code: "PROTOCOL_FAILED" } }, {}]);
  });

  it("may follow another, run inside another, and run among some of the parties", async () => {
    const ids: string[][] = [[], [], []];
    await simulate(3, async (party) => {
      const add = (run: Party): void => {
        (ids[party.index] as string[]).push(Buffer.from(run.sessionId).toString("hex"));
      };
      add(party);
      for (let i = 0; i < 2; i++) {
        await party.run(echo, async (run) => {
          await run.agree({});
          add(run);
          await run.exchange("outer", Uint8Array.of(1));
          await protocol(async (inner) => {
            add(inner);
            await inner.exchange("outer", Uint8Array.of(2));
          })(run);
        });
      }
      if (party.index !== 1) {
        const pair = party.between([0, 2]);
        expect(pair.names).toEqual(["party-0", "party-2"]);
        await protocol(async (run) => {
          add(run);
          const got = await run.exchange("pair", Uint8Array.of(party.index));
          expect(got.map((bytes) => bytes[0])).toEqual([0, 2]);
        })(pair);
      }
    });
    expect(ids[0]).toEqual(ids[2]);
    expect(ids[1]).toEqual(ids[0]?.slice(0, 5));
    expect(new Set(ids[0]).size).toBe(6);
  });

  it("is written down in public terms", async () => {
    const [entries] = await simulate(2, async (party) => {
      await protocol((run) => run.exchange("secret", new TextEncoder().encode("hush")), { n: 3 })(party);
      return party.transcript.toJSON();
    });
    expect(entries).toMatchObject([{ protocol: "test/echo", version: 1, outcome: "completed", rounds: 2 }]);
    expect(entries?.[0]?.bytesSent).toBeGreaterThan(0);
    expect(JSON.stringify(entries)).not.toContain("hush");
  });
});

describe("a session", () => {
  it("that the caller cancels ends everywhere, ABORTED here and PEER_ABORTED there", async () => {
    const controller = new AbortController();
    const [a, b] = memoryTransportPair();
    const names = ["a", "b"];
    const [first, second] = await Promise.all([
      openSession({ index: 0, names, transports: [undefined, a], signal: controller.signal }),
      openSession({ index: 1, names, transports: [b] }),
    ]);
    const here = expect(first.receive(1, "x")).rejects.toMatchObject({ code: "ABORTED", step: "x" });
    const there = expect(second.receive(0, "y")).rejects.toMatchObject({
      code: "PEER_ABORTED",
      party: "a",
      got: "ABORTED",
    });
    controller.abort();
    await Promise.all([here, there]);
    expect(first.signal.aborted && second.signal.aborted).toBe(true);
    await expect(first.send(1, "z", new Uint8Array(1))).rejects.toMatchObject({ code: "ABORTED", step: "z" });
  });

  it("can be cancelled before it begins", async () => {
    const [a] = memoryTransportPair();
    const signal = AbortSignal.abort();
    const opening = openSession({ index: 0, names: ["a", "b"], transports: [undefined, a], signal });
    await expect(opening).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("can be cancelled while it leaves", async () => {
    const controller = new AbortController();
    const [a, b] = memoryTransportPair();
    const names = ["a", "b"];
    const options = { names, limits: { windowBytes: 1 } };
    const [first] = await Promise.all([
      openSession({ ...options, index: 0, transports: [undefined, a], signal: controller.signal }),
      openSession({ ...options, index: 1, transports: [b] }),
    ]);
    await first.send(1, "x", new Uint8Array(1));
    const stuck = expect(first.send(1, "x", new Uint8Array(1))).rejects.toMatchObject({ code: "ABORTED" });
    const leaving = first.close();
    controller.abort();
    await Promise.all([stuck, leaving]);
  });

  it.each<[string, Partial<OpenSessionOptions>]>([
    ["one party", { names: ["a"] }],
    ["a name twice", { names: ["a", "a"] }],
    ["a name that is none", { names: ["a", "\u0000"] }],
    ["an index out of range", { index: 2 }],
    ["a transport missing", { transports: [] }],
    ["a limit of zero", { limits: { windowBytes: 0 } }],
    ["a limit that is no integer", { limits: { stepTimeoutMs: 1.5 } }],
  ])("refuses %s", async (_, wrong) => {
    const [a, b] = memoryTransportPair();
    const right: OpenSessionOptions = { index: 0, names: ["a", "b"], transports: [undefined, a] };
    await expect(openSession({ ...right, ...wrong })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    if (wrong.transports === undefined) expect(await b.receive()).toBeUndefined();
  });

  it("refuses parties, steps and members that are not there", async () => {
    await simulate(2, async (party) => {
      expect(() => party.indexOf("nobody")).toThrow(/one of "party-0", "party-1"/);
      await expect(party.send(7, "x", new Uint8Array(1))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(party.receive(party.index, "x")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(() => party.between([1, 0])).toThrow(/ascending/);
      expect(() => party.between([party.index])).toThrow(/at least two/);
    });
  });
});

describe("a greeting", () => {
  const names = ["a", "b"];
  const hello = (given: Partial<Parameters<typeof encodeHello>[0]> = {}): Uint8Array =>
    encodeHello({ index: 1, names, limits: completeLimits(), ...given }, new Uint8Array(32));
  const truncated = hello().subarray(0, 40);
  const otherVersion = hello();
  otherVersion[0] = 9;
  const zeroWindow = hello();
  zeroWindow.fill(0, 36, 44);

  it.each([
    ["another wire version", otherVersion, "PEER_MISMATCH", "wire version"],
    ["another index", hello({ index: 0 }), "PEER_MISMATCH", "party index"],
    ["another party", hello({ names: ["a", "c"] }), "PEER_MISMATCH", "party names"],
    ["another order", hello({ names: ["b", "a"] }), "PEER_MISMATCH", "party names"],
    ["more parties", hello({ names: ["a", "b", "c"] }), "PEER_MISMATCH", "number of parties"],
    ["half a greeting", truncated, "PEER_MALFORMED", undefined],
    ["trailing bytes", Uint8Array.of(...hello(), 0), "PEER_MALFORMED", undefined],
    ["a window of nothing", zeroWindow, "PEER_MALFORMED", undefined],
    ["a flood", new Uint8Array(70_000), "PEER_MALFORMED", undefined],
  ])("with %s is refused by name and field", async (_, message, code, field) => {
    const [a, hand] = memoryTransportPair();
    const opening = openSession({ index: 0, names, transports: [undefined, a] });
    await hand.send(frames.encodeLane(0, 0, "session/hello"));
    const half = Math.min(message.length, 60_000);
    if (half < message.length) await hand.send(frames.encodeData(1, 0, false, message.subarray(0, half)));
    const rest = half < message.length ? message.subarray(half) : message;
    await hand.send(frames.encodeData(half < message.length ? 2 : 1, 0, true, rest));
    await expect(opening).rejects.toMatchObject({
      code,
      party: "b",
      step: "session/hello",
      ...(field && { field }),
    });
  });

  it("that never comes is PEER_TIMEOUT within the limit, with the name of who is missing", async () => {
    const [a, b] = memoryTransportPair();
    const [c] = memoryTransportPair();
    const three = ["a", "b", "c"];
    const opening = openSession({
      index: 0,
      names: three,
      transports: [undefined, a, c],
      limits: { connectTimeoutMs: 100 },
    });
    await b.send(frames.encodeLane(0, 0, "session/hello"));
    await b.send(frames.encodeData(1, 0, true, hello({ names: three })));
    await expect(opening).rejects.toMatchObject({ code: "PEER_TIMEOUT", party: "c", step: "session/hello" });
  });

  it("in which a party tells others different things is found out by all of them", async () => {
    const mesh = [memoryTransportPair(), memoryTransportPair(), memoryTransportPair()] as const;
    const three = ["a", "b", "liar"];
    const [ab, al, bl] = mesh;
    const honest = Promise.allSettled([
      openSession({ index: 0, names: three, transports: [undefined, ab[0], al[0]], limits }),
      openSession({ index: 1, names: three, transports: [ab[1], undefined, bl[0]], limits }),
    ]);
    for (const [value, hand] of [
      [1, al[1]],
      [2, bl[1]],
    ] as const) {
      const nonce = new Uint8Array(32).fill(value);
      await hand.send(frames.encodeLane(0, 0, "session/hello"));
      await hand.send(
        frames.encodeData(
          1,
          0,
          true,
          encodeHello({ index: 2, names: three, limits: completeLimits() }, nonce),
        ),
      );
    }
    const [first, second] = await honest;
    const codes = [first, second].map(
      (outcome) => ((outcome as PromiseRejectedResult).reason as VeilshareError).code,
    );
    expect(codes).toContain("PEER_MISMATCH");
    for (const code of codes) expect(["PEER_MISMATCH", "PEER_ABORTED"]).toContain(code);
  });
});
