import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { VeilshareError } from "../../../dist/errors.js";
import { completeLimits, type SessionLimits } from "../../../dist/channel/limits.js";
import * as frames from "../../../dist/channel/link/frame.js";
import { Link } from "../../../dist/channel/link/link.js";
import { memoryTransportPair } from "../../../dist/channel/memory-transport.js";
import type { Transport } from "../../../dist/channel/index.js";

const links: Link[] = [];
afterEach(() => {
  for (const link of links.splice(0)) link.abort(new VeilshareError("ABORTED", "the test is over"));
});

interface End {
  readonly link: Link;
  readonly failures: VeilshareError[];
}

function open(peer: string, transport: Transport, limits: Partial<SessionLimits> = {}): End {
  const failures: VeilshareError[] = [];
  const link = new Link(peer, transport, completeLimits(limits), (error) => failures.push(error));
  links.push(link);
  link.start();
  return { link, failures };
}

/** Two links that face each other. */
function openPair(limits: Partial<SessionLimits> = {}): readonly [End, End] {
  const [a, b] = memoryTransportPair();
  return [open("b", a, limits), open("a", b, limits)];
}

/** A link that faces a hand that can send it any bytes. */
function openAgainstHand(limits: Partial<SessionLimits> = {}): End & {
  readonly hand: Transport;
  /** Numbers the frames by itself. */
  readonly say: (...frames: ((sequence: number) => Uint8Array)[]) => Promise<void>;
} {
  const [a, hand] = memoryTransportPair();
  let sequence = 0;
  const say = async (...encoders: ((sequence: number) => Uint8Array)[]): Promise<void> => {
    for (const encode of encoders) await hand.send(encode(sequence++));
  };
  return { ...open("mallory", a, limits), hand, say };
}

/** The frames that a hand has got so far, up to the first of a kind. */
async function hear(hand: Transport, kind: frames.Frame["kind"]): Promise<frames.Frame[]> {
  const heard: frames.Frame[] = [];
  for (;;) {
    const message = await hand.receive();
    if (message === undefined) return heard;
    heard.push(frames.decodeFrame(message));
    if (heard.at(-1)?.kind === kind) return heard;
  }
}

const lane =
  (id: number, label: string) =>
  (sequence: number): Uint8Array =>
    frames.encodeLane(sequence, id, label);
const data =
  (id: number, piece: Uint8Array, last = true) =>
  (sequence: number): Uint8Array =>
    frames.encodeData(sequence, id, last, piece);
const grant =
  (id: number, bytes: number) =>
  (sequence: number): Uint8Array =>
    frames.encodeWindow(sequence, id, bytes);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("a link", () => {
  it("keeps the order of messages of a step that are sent without waiting", async () => {
    const [a, b] = openPair();
    const sent = Array.from({ length: 50 }, (_, i) => a.link.send("s", bytes(i)));
    for (let i = 0; i < 50; i++) expect(await b.link.receive("s")).toEqual(bytes(i));
    await Promise.all(sent);
  });

  it("keeps steps apart, whatever the order in which they are asked for", async () => {
    const [a, b] = openPair();
    await a.link.send("x", bytes(1));
    await a.link.send("y", bytes(2));
    expect(await b.link.receive("y")).toEqual(bytes(2));
    expect(await b.link.receive("x")).toEqual(bytes(1));
  });

  it.each([0, 1, 65_524, 65_525, 65_526, 131_050, 131_051, 5_000_000])(
    "carries a message of %i bytes whole",
    async (length) => {
      const [a, b] = openPair();
      const message = new Uint8Array(length).map((_, i) => i % 251);
      const [, got] = await Promise.all([a.link.send("s", message), b.link.receive("s")]);
      expect(Buffer.compare(got, message)).toBe(0);
    },
  );

  it("lets a sender run ahead by the window and one message, and no further", async () => {
    const windowBytes = 10_000;
    const [a, b] = openPair({ windowBytes });
    let done = 0;
    const sent = Array.from({ length: 40 }, () =>
      a.link.send("s", new Uint8Array(1000)).then(() => {
        done++;
      }),
    );
    await sleep(30);
    expect(done).toBe(8); // 8 x (1000 + 256 overhead) is the first sum that reaches the window
    for (let i = 0; i < 40; i++) await b.link.receive("s");
    await Promise.all(sent);
    expect(done).toBe(40);
  });

  it("holds no more than the window for a slow consumer of another step, and that step does not stop the rest", async () => {
    const [a, b] = openPair({ windowBytes: 5000 });
    const slow = Array.from({ length: 20 }, () => a.link.send("slow", new Uint8Array(1000)));
    for (let i = 0; i < 20; i++) {
      const [, got] = await Promise.all([a.link.send("fast", bytes(i)), b.link.receive("fast")]);
      expect(got).toEqual(bytes(i));
    }
    expect(b.link.traffic.bytesReceived).toBeLessThan(12_000);
    for (let i = 0; i < 20; i++) await b.link.receive("slow");
    await Promise.all(slow);
  });

  it("lets a message be larger than the window", async () => {
    const [a, b] = openPair({ windowBytes: 1 });
    for (let i = 0; i < 3; i++) {
      const [, got] = await Promise.all([
        a.link.send("s", new Uint8Array(200_000).fill(i)),
        b.link.receive("s"),
      ]);
      expect(got[199_999]).toBe(i);
    }
  });

  it("works between ends with windows of other sizes, once they have said so", async () => {
    const [wide, narrow] = memoryTransportPair();
    const a = open("b", wide, { windowBytes: 50_000 });
    const b = open("a", narrow, { windowBytes: 2000 });
    a.link.setPeerLimits({ windowBytes: 2000, maxMessageBytes: 10_000 });
    b.link.setPeerLimits({ windowBytes: 50_000, maxMessageBytes: 10_000 });
    const there = Promise.all(Array.from({ length: 60 }, () => a.link.send("s", new Uint8Array(500))));
    for (let i = 0; i < 60; i++) await b.link.receive("s");
    const back = Promise.all(Array.from({ length: 160 }, () => b.link.send("s", new Uint8Array(500))));
    for (let i = 0; i < 160; i++) await a.link.receive("s");
    await Promise.all([there, back]);
    await expect(a.link.send("s", new Uint8Array(10_001))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("refuses to send a message above the limit or under a name that is too long", async () => {
    const [a] = openPair({ maxMessageBytes: 1000 });
    await expect(a.link.send("s", new Uint8Array(1001))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      step: "s",
    });
    await expect(a.link.send("x".repeat(513), bytes())).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

describe("a link's limits in time", () => {
  it("declare a silent party lost after the idle limit, naming it and the step", async () => {
    const [transport] = memoryTransportPair();
    const { link, failures } = open("b", transport, { idleTimeoutMs: 80 });
    await expect(link.receive("s")).rejects.toMatchObject({
      code: "PEER_TIMEOUT",
      party: "b",
      step: "s",
    });
    expect(failures).toHaveLength(1);
  });

  it("leave a party alone that is busy but alive", async () => {
    const [a, b] = openPair({ idleTimeoutMs: 80 });
    const waiting = a.link.receive("s");
    await sleep(400);
    await b.link.send("s", bytes(1));
    expect(await waiting).toEqual(bytes(1));
  });

  it("do not blame a party for this thread's own long computation", async () => {
    const [a, b] = openPair({ idleTimeoutMs: 60 });
    const end = performance.now() + 300;
    while (performance.now() < end);
    await a.link.send("s", bytes(1));
    expect(await b.link.receive("s")).toEqual(bytes(1));
  });

  it("end the wait for a party that lives but does not take its step", async () => {
    const [a, b] = openPair({ stepTimeoutMs: 100, idleTimeoutMs: 80 });
    await expect(a.link.receive("s")).rejects.toMatchObject({
      code: "PEER_TIMEOUT",
      party: "b",
      step: "s",
    });
    await sleep(20);
    expect(b.failures).toMatchObject([{ code: "PEER_ABORTED", got: "PEER_TIMEOUT" }]);
  });

  it("wait for a party as long as it says that it works, and no longer", async () => {
    const [a, b] = openPair({ stepTimeoutMs: 100, idleTimeoutMs: 400 });
    b.link.startWork();
    const first = a.link.receive("s");
    await sleep(350);
    await b.link.send("s", bytes(1));
    expect(await first).toEqual(bytes(1));
    b.link.endWork();
    await expect(a.link.receive("s")).rejects.toMatchObject({ code: "PEER_TIMEOUT", party: "b" });
  });

  it("give up a party that said that it works and then fell silent", async () => {
    const [transport, theirs] = memoryTransportPair();
    const { link } = open("b", transport, { idleTimeoutMs: 120, stepTimeoutMs: 50 });
    await theirs.send(frames.encodeWork(0));
    await expect(link.receive("s")).rejects.toThrow(/no sign of life for 120 ms/);
  });

  it("end the wait for room in a lane that nobody takes from", async () => {
    const [a] = openPair({ stepTimeoutMs: 100, windowBytes: 1 });
    await a.link.send("s", bytes(1));
    await expect(a.link.send("s", bytes(2))).rejects.toMatchObject({
      code: "PEER_TIMEOUT",
      party: "b",
      step: "s",
    });
  });
});

describe("leaving", () => {
  it("delivers everything that was sent before, even what still waits for room", async () => {
    const [a, b] = openPair({ windowBytes: 1000 });
    const sent = Array.from({ length: 10 }, (_, i) => a.link.send("s", new Uint8Array(900).fill(i)));
    const closed = a.link.close();
    for (let i = 0; i < 10; i++) expect((await b.link.receive("s"))[0]).toBe(i);
    await Promise.all(sent);
    await closed;
    expect([...a.failures, ...b.failures]).toEqual([]);
  });

  it("fails who still waits, here with CLOSED and there with PEER_CLOSED", async () => {
    const [a, b] = openPair();
    const here = expect(a.link.receive("s")).rejects.toMatchObject({ code: "CLOSED", step: "s" });
    const there = expect(b.link.receive("s")).rejects.toMatchObject({
      code: "PEER_CLOSED",
      party: "a",
      step: "s",
    });
    await Promise.all([a.link.close(), here, there]);
    await expect(a.link.send("s", bytes())).rejects.toMatchObject({ code: "CLOSED" });
    await expect(b.link.send("s", bytes())).rejects.toMatchObject({
      code: "PEER_CLOSED",
      party: "a",
      step: "s",
    });
    await expect(b.link.receive("s")).rejects.toMatchObject({
      code: "PEER_CLOSED",
      party: "a",
      step: "s",
    });
  });

  it("releases a sender that waits for room which the leaver will never give", async () => {
    const [a, b] = openPair({ windowBytes: 1 });
    await a.link.send("s", bytes(1));
    const stuck = expect(a.link.send("s", bytes(2))).rejects.toMatchObject({
      code: "PEER_CLOSED",
      party: "b",
    });
    await b.link.close();
    await stuck;
  });

  it("without a farewell is PEER_CLOSED for everybody who waits, and for those who come later", async () => {
    const { link, hand, failures } = openAgainstHand();
    const waiting = expect(link.receive("s")).rejects.toMatchObject({
      code: "PEER_CLOSED",
      party: "mallory",
      step: "s",
    });
    await hand.close();
    await waiting;
    await expect(link.send("s", bytes())).rejects.toMatchObject({
      code: "PEER_CLOSED",
      step: "s",
    });
    expect(failures).toMatchObject([{ code: "PEER_CLOSED" }]);
  });

  it("twice is leaving once", async () => {
    const [a, b] = openPair();
    await Promise.all([a.link.close(), a.link.close(), b.link.close()]);
    expect([...a.failures, ...b.failures]).toEqual([]);
  });
});

describe("a party that stops the run", () => {
  it("tells its error's code and nothing else", async () => {
    const [a, b] = openPair();
    const waiting = expect(b.link.receive("s")).rejects.toMatchObject({
      code: "PEER_ABORTED",
      party: "a",
      step: "s",
      got: "INVALID_DATA",
    });
    a.link.abort(new VeilshareError("INVALID_DATA", "the patient's name is in column 3"));
    await waiting;
    expect(b.failures[0]?.message).not.toContain("patient");
  });

  it("with a code that is none does not get to print it", async () => {
    const { say, failures } = openAgainstHand();
    await say((sequence) => frames.encodeAbort(sequence, "\u001b[31mhaha"));
    await sleep(5);
    expect(failures).toMatchObject([{ code: "PEER_ABORTED", got: "an unknown code" }]);
  });
});

describe("a hostile party is ended, and told so, when it", () => {
  type Say = ReturnType<typeof openAgainstHand>["say"];
  const one = bytes(1);
  it.each<[string, string, string, (say: Say, hand: Transport) => Promise<void>]>([
    ["sends garbage", "PEER_MALFORMED", "frame", (_, hand) => hand.send(bytes(99, 1, 2, 3, 4, 5))],
    ["sends an empty frame", "PEER_MALFORMED", "frame", (_, hand) => hand.send(bytes())],
    ["skips a frame", "PEER_UNEXPECTED", "frame order", (_, hand) => hand.send(frames.encodePing(1))],
    [
      "repeats a frame",
      "PEER_UNEXPECTED",
      "frame order",
      async (_, hand) => {
        await hand.send(frames.encodePing(0));
        await hand.send(frames.encodePing(0));
      },
    ],
    ["writes to a lane it never opened", "PEER_UNEXPECTED", "message", (say) => say(data(0, one))],
    ["opens lanes out of order", "PEER_UNEXPECTED", "lane", (say) => say(lane(1, "x"))],
    ["opens a lane twice", "PEER_UNEXPECTED", "lane", (say) => say(lane(0, "x"), lane(1, "x"))],
    [
      "opens too many lanes",
      "PEER_FLOODED",
      "lanes",
      (say) => say(...[0, 1, 2, 3].map((id) => lane(id, `l${id}`))),
    ],
    [
      "sends a message above the limit",
      "PEER_FLOODED",
      "message",
      (say) => say(lane(0, "x"), data(0, new Uint8Array(5001))),
    ],
    [
      "sends one in pieces",
      "PEER_FLOODED",
      "message",
      (say) => say(lane(0, "x"), data(0, new Uint8Array(3000), false), data(0, new Uint8Array(3000), false)),
    ],
    [
      "sends an empty piece",
      "PEER_MALFORMED",
      "message",
      (say) => say(lane(0, "x"), data(0, bytes(), false)),
    ],
    [
      "ignores the window",
      "PEER_FLOODED",
      "window",
      (say) => say(lane(0, "x"), data(0, new Uint8Array(4000)), data(0, one)),
    ],
    [
      "hides a flood in tiny pieces",
      "PEER_FLOODED",
      "messages",
      (say) => say(lane(0, "x"), ...Array.from({ length: 1000 }, () => data(0, one, false))),
    ],
    ["grants room in a lane that is not open", "PEER_UNEXPECTED", "window", (say) => say(grant(0, 1))],
    ["grants nothing", "PEER_MALFORMED", "frame", (say) => say(grant(0, 0))],
    [
      "goes on after its farewell",
      "PEER_UNEXPECTED",
      "frame",
      (say) => say(frames.encodeBye, frames.encodePing),
    ],
  ])("%s", async (_, code, field, attack) => {
    const limits = { maxMessageBytes: 5000, windowBytes: 2000, maxLanes: 3 };
    const { link, hand, say, failures } = openAgainstHand(limits);
    const waiting = link.receive("other").catch((thrown: unknown) => thrown);
    await attack(say, hand);
    const heard = await hear(hand, "abort");
    expect(failures).toMatchObject([{ code, field, party: "mallory" }]);
    const farewellCame = code === "PEER_UNEXPECTED" && field === "frame";
    expect(await waiting).toMatchObject(
      farewellCame ? { code: "PEER_CLOSED" } : { code, field, step: "other" },
    );
    expect(heard.at(-1)).toMatchObject({ kind: "abort", code });
    expect(await hand.receive()).toBeUndefined();
  });

  it("grants more than it was sent", async () => {
    const { link, say, failures } = openAgainstHand();
    await link.send("s", new Uint8Array(100));
    await say(grant(0, 357));
    await sleep(5);
    expect(failures).toMatchObject([{ code: "PEER_UNEXPECTED", field: "window" }]);
  });

  it("opens a lane of a protocol that is over", async () => {
    const { link, say, failures } = openAgainstHand();
    expect(link.releaseLanes("psi#0/")).toBeUndefined();
    await say(lane(0, "psi#1/x"), lane(1, "psi#0/late"));
    await sleep(5);
    expect(failures).toMatchObject([{ code: "PEER_UNEXPECTED", field: "lane" }]);
  });

  it("writes to a lane of a protocol that is over", async () => {
    const { link, say, failures } = openAgainstHand();
    await say(lane(0, "psi#0/x"), data(0, one));
    expect(await link.receive("psi#0/x")).toEqual(one);
    expect(link.releaseLanes("psi#0/")).toBeUndefined();
    await say(data(0, one));
    await sleep(5);
    expect(failures).toMatchObject([{ code: "PEER_UNEXPECTED", field: "message" }]);
  });
});

it("a late grant for a lane of a finished protocol does no harm", async () => {
  const { link, say, failures } = openAgainstHand();
  await link.send("psi#0/x", new Uint8Array(100));
  link.releaseLanes("psi#0/");
  await say(grant(0, 356));
  await sleep(5);
  expect(failures).toEqual([]);
});
