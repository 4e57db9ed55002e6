import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  generateIdentity,
  secureTransport,
  type SecureTransportOptions,
  type Transport,
} from "../../../dist/channel/index.js";
import { memoryTransportPair } from "../../../dist/channel/memory-transport.js";

const alice = generateIdentity("alice");
const bob = generateIdentity("bob");
const mallory = generateIdentity("mallory");
const pins = { pinnedKeys: new Map([alice, bob].map((who) => [who.name, who.keys.publicKey])) };

type Given = Partial<SecureTransportOptions>;
const asAlice = (given: Given = {}): SecureTransportOptions => ({
  role: "initiator",
  identity: alice,
  peer: "bob",
  trust: pins,
  timeoutMs: 2000,
  ...given,
});
const asBob = (given: Given = {}): SecureTransportOptions => ({
  role: "responder",
  identity: bob,
  trust: pins,
  timeoutMs: 2000,
  ...given,
});

/** A way between two parties on which somebody sits: what passes is recorded, and may be changed, dropped or repeated. */
function tappedPair(tap: (message: Uint8Array, number: number, from: "a" | "b") => Uint8Array[]): {
  readonly a: Transport;
  readonly b: Transport;
} {
  const [a, aFar] = memoryTransportPair();
  const [b, bFar] = memoryTransportPair();
  const forward = async (from: Transport, to: Transport, name: "a" | "b"): Promise<void> => {
    for (let number = 0; ; number++) {
      const message = await from.receive();
      if (message === undefined) break;
      for (const passed of tap(message, number, name)) await to.send(passed);
    }
    await to.close();
  };
  void forward(aFar, bFar, "a");
  void forward(bFar, aFar, "b");
  return { a, b };
}

function flipped(message: Uint8Array, at: number): Uint8Array {
  const changed = message.slice();
  changed[at] = (changed[at] as number) ^ 1;
  return changed;
}

async function both(
  [a, b]: readonly [Transport, Transport],
  first: SecureTransportOptions = asAlice(),
  second: SecureTransportOptions = asBob(),
): Promise<PromiseSettledResult<Awaited<ReturnType<typeof secureTransport>>>[]> {
  return Promise.allSettled([secureTransport(a, first), secureTransport(b, second)]);
}

describe("a secured transport", () => {
  it("carries messages of every length up to its maximum both ways, and names the peer", async () => {
    const [a, b] = await both(memoryTransportPair());
    if (a?.status !== "fulfilled" || b?.status !== "fulfilled") throw new Error("no handshake");
    expect([a.value.peer.name, b.value.peer.name]).toEqual(["bob", "alice"]);
    expect(a.value.transport.maxMessageBytes).toBe(65_535 - 16);
    for (const length of [0, 1, 1000, 65_519]) {
      for (const [from, to] of [
        [a.value.transport, b.value.transport],
        [b.value.transport, a.value.transport],
      ] as const) {
        await from.send(new Uint8Array(length).fill(5));
        expect(
          Buffer.compare((await to.receive()) ?? new Uint8Array(1), new Uint8Array(length).fill(5)),
        ).toBe(0);
      }
    }
    await a.value.transport.close();
    expect(await b.value.transport.receive()).toBeUndefined();
  });

  it("shows nothing of a message to somebody on the way", async () => {
    const seen: Uint8Array[] = [];
    const { a, b } = tappedPair((message) => {
      seen.push(message.slice());
      return [message];
    });
    const [first, second] = await both([a, b]);
    if (first?.status !== "fulfilled" || second?.status !== "fulfilled") throw new Error("no handshake");
    const secret = new TextEncoder().encode("the secret of the session");
    await first.value.transport.send(secret);
    expect(await second.value.transport.receive()).toEqual(secret);
    expect(seen.some((bytes) => Buffer.from(bytes).includes(Buffer.from(secret)))).toBe(false);
    expect(seen.at(-1)).toHaveLength(secret.length + 16);
  });

  it("never sends the same plaintext as the same bytes", async () => {
    const seen = new Set<string>();
    for (let session = 0; session < 3; session++) {
      const { a, b } = tappedPair((message) => {
        seen.add(Buffer.from(message).toString("hex"));
        return [message];
      });
      const [first, second] = await both([a, b]);
      if (first?.status !== "fulfilled" || second?.status !== "fulfilled") throw new Error("no handshake");
      for (let i = 0; i < 4; i++) {
        await first.value.transport.send(new Uint8Array(50));
        await second.value.transport.receive();
      }
    }
    expect(seen.size).toBe(3 * (4 + 4));
  });
});

describe("somebody on the way who", () => {
  // Handshake messages: a0 preamble and first, b0 second, a1 ready, b1 ready; then one message of a: a2.
  const cases = (
    [
      ["a", 0],
      ["b", 0],
      ["a", 1],
      ["b", 1],
      ["a", 2],
    ] as const
  ).flatMap(([from, number]) => [5, 20, 40, -3].map((at) => [from, number, at] as const));

  it.each(cases)("changes a bit of message %s%i at byte %i is found out", async (from, number, at) => {
    const { a, b } = tappedPair((message, i, who) => {
      if (who !== from || i !== number) return [message];
      const index = at < 0 ? message.length + at : Math.min(at, message.length - 1);
      return [flipped(message, index)];
    });
    const [first, second] = await both([a, b], asAlice({ timeoutMs: 500 }), asBob({ timeoutMs: 500 }));
    const codes: unknown[] = [first, second].flatMap((outcome) =>
      outcome?.status === "rejected" ? [(outcome.reason as { code: string }).code] : [],
    );
    if (first?.status === "fulfilled" && second?.status === "fulfilled") {
      await first.value.transport.send(new Uint8Array(60));
      const error: unknown = await second.value.transport.receive().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "PEER_UNAUTHENTICATED", party: "alice" });
      return;
    }
    expect(codes.length).toBeGreaterThan(0);
    const allowed = [
      "PEER_UNAUTHENTICATED",
      "PEER_MALFORMED",
      "PEER_MISMATCH",
      "PEER_CLOSED",
      "PEER_UNEXPECTED",
    ];
    for (const code of codes) expect(allowed).toContain(code);
  });

  const secured = async (
    tap: (message: Uint8Array, number: number) => Uint8Array[],
  ): Promise<readonly [Transport, Transport]> => {
    const { a, b } = tappedPair((message, number, from) => (from === "a" ? tap(message, number) : [message]));
    const [first, second] = await both([a, b]);
    if (first?.status !== "fulfilled" || second?.status !== "fulfilled") throw new Error("no handshake");
    return [first.value.transport, second.value.transport];
  };
  const refused = { code: "PEER_UNAUTHENTICATED", party: "alice" };

  it("repeats a message is found out", async () => {
    const [a, b] = await secured((message, number) =>
      number === 2 ? [message, message.slice()] : [message],
    );
    await a.send(Uint8Array.of(1));
    expect(await b.receive()).toEqual(Uint8Array.of(1));
    await expect(b.receive()).rejects.toMatchObject(refused);
  });

  it("swaps two messages is found out", async () => {
    let held: Uint8Array | undefined;
    const [a, b] = await secured((message, number) => {
      if (number === 2) {
        held = message;
        return [];
      }
      return held !== undefined && number === 3 ? [message, held] : [message];
    });
    await a.send(Uint8Array.of(1));
    await a.send(Uint8Array.of(2));
    await expect(b.receive()).rejects.toMatchObject(refused);
  });

  it.each([
    ["drops a message", (message: Uint8Array, number: number) => (number === 2 ? [] : [message])],
    [
      "cuts a message short",
      (message: Uint8Array, n: number) => [n === 2 ? message.subarray(0, 10) : message],
    ],
    ["adds a byte", (message: Uint8Array, n: number) => [n === 2 ? Uint8Array.of(...message, 0) : message]],
    [
      "invents a message",
      (message: Uint8Array, n: number) => (n === 2 ? [new Uint8Array(40), message] : [message]),
    ],
    [
      "sends one that is too long",
      (message: Uint8Array, n: number) => [n === 2 ? new Uint8Array(70_000) : message],
    ],
  ])("%s is found out", async (_, tap) => {
    const [a, b] = await secured(tap);
    await a.send(Uint8Array.of(1));
    await a.send(Uint8Array.of(2));
    await expect(b.receive()).rejects.toMatchObject(refused);
  });

  it("replays a recorded first message gets no further than a stranger", async () => {
    const recorded: Uint8Array[] = [];
    const { a, b } = tappedPair((message, _, from) => {
      if (from === "a") recorded.push(message.slice());
      return [message];
    });
    await both([a, b]);
    const [replayer, victim] = memoryTransportPair();
    let admitted = false;
    const victims = secureTransport(
      victim,
      asBob({
        timeoutMs: 300,
        admit: () => {
          admitted = true;
          return true;
        },
      }),
    );
    for (const message of recorded) await replayer.send(message);
    await expect(victims).rejects.toMatchObject(refused);
    expect(admitted).toBe(false);
  });
});

describe("a handshake between parties that", () => {
  it.each([
    ["pinned another key for the caller", asAlice({ identity: generateIdentity("alice") }), asBob()],
    ["pinned another key for the answerer", asAlice(), asBob({ identity: generateIdentity("bob") })],
    ["do not know the caller", asAlice({ identity: mallory, trust: pins }), asBob()],
    ["wait for somebody else", asAlice(), asBob({ peer: "bob" })],
  ])("%s ends with PEER_UNAUTHENTICATED at both", async (_, first, second) => {
    const outcomes = await both(memoryTransportPair(), first, second);
    expect(outcomes).toMatchObject([
      { reason: { code: "PEER_UNAUTHENTICATED", party: "bob", step: "channel/handshake" } },
      { reason: { code: "PEER_UNAUTHENTICATED", step: "channel/handshake" } },
    ]);
  });

  it("are in sessions with other labels ends with PEER_MISMATCH at both", async () => {
    const outcomes = await both(
      memoryTransportPair(),
      asAlice({ sessionLabel: "x" }),
      asBob({ sessionLabel: "y" }),
    );
    expect(outcomes).toMatchObject([
      { reason: { code: "PEER_MISMATCH", party: "bob" } },
      { reason: { code: "PEER_MISMATCH" } },
    ]);
  });

  it("want pinned keys here and a callback there ends with PEER_MISMATCH at both", async () => {
    const outcomes = await both(
      memoryTransportPair(),
      asAlice({ trust: { verifyPeer: () => true } }),
      asBob(),
    );
    expect(outcomes).toMatchObject([
      { reason: { code: "PEER_MISMATCH" } },
      { reason: { code: "PEER_MISMATCH" } },
    ]);
  });

  it("do not answer ends with PEER_TIMEOUT and closes the way", async () => {
    const [a, b] = memoryTransportPair();
    await expect(secureTransport(a, asAlice({ timeoutMs: 50 }))).rejects.toMatchObject({
      code: "PEER_TIMEOUT",
      party: "bob",
      step: "channel/handshake",
    });
    await b.receive();
    expect(await b.receive()).toBeUndefined();
  });

  it("are cancelled ends with ABORTED", async () => {
    const controller = new AbortController();
    const [a] = memoryTransportPair();
    const pending = secureTransport(a, asAlice({ signal: controller.signal }));
    controller.abort();
    await expect(pending).rejects.toMatchObject({ code: "ABORTED" });
    const [again] = memoryTransportPair();
    await expect(secureTransport(again, asAlice({ signal: controller.signal }))).rejects.toMatchObject({
      code: "ABORTED",
    });
  });

  it.each([
    ["nothing", new Uint8Array(0)],
    ["garbage", new Uint8Array(100).fill(0x47)],
    ["an unknown refusal", Uint8Array.of(0, 200)],
    ["trailing bytes", Uint8Array.of(0, 0, 0)],
  ])("get %s for an answer ends with PEER_MALFORMED", async (_, answer) => {
    const [a, b] = memoryTransportPair();
    const pending = secureTransport(a, asAlice());
    await b.receive();
    await b.send(answer);
    await expect(pending).rejects.toMatchObject({ code: "PEER_MALFORMED", party: "bob" });
  });

  it("get a message out of turn ends with PEER_UNEXPECTED", async () => {
    const [a, b] = memoryTransportPair();
    const pending = secureTransport(a, asAlice());
    await b.receive();
    await b.send(Uint8Array.of(3, 0, 0, 0, 0));
    await expect(pending).rejects.toMatchObject({ code: "PEER_UNEXPECTED", party: "bob" });
  });

  it("are hung up on ends with PEER_CLOSED", async () => {
    const [a, b] = memoryTransportPair();
    const pending = secureTransport(a, asAlice());
    await b.close();
    await expect(pending).rejects.toMatchObject({ code: "PEER_CLOSED", party: "bob" });
  });
});

describe("a handshake without pinned keys", () => {
  it("asks both sides with the proven key, and passes when both agree", async () => {
    const asked: string[] = [];
    const verifyPeer = async (peer: { name: string; publicKey: string }): Promise<boolean> => {
      await Promise.resolve();
      asked.push(`${peer.name} ${peer.publicKey}`);
      return true;
    };
    const outcomes = await both(
      memoryTransportPair(),
      asAlice({ trust: { verifyPeer } }),
      asBob({ trust: { verifyPeer } }),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    expect(asked.sort()).toEqual([alice, bob].map((who) => `${who.name} ${who.entry().keys[0]?.link ?? ""}`));
  });

  it("gives the caller's key to nobody whom the caller refuses", async () => {
    let bobAsked = false;
    const outcomes = await both(
      memoryTransportPair(),
      asAlice({ trust: { verifyPeer: () => false } }),
      asBob({
        trust: {
          verifyPeer: () => {
            bobAsked = true;
            return true;
          },
        },
      }),
    );
    expect(outcomes).toMatchObject([
      { reason: { code: "PEER_UNAUTHENTICATED", party: "bob" } },
      { reason: { code: "PEER_CLOSED", party: "alice" } },
    ]);
    expect(bobAsked).toBe(false);
  });

  it("fails at both sides when the answerer refuses", async () => {
    const outcomes = await both(
      memoryTransportPair(),
      asAlice({ trust: { verifyPeer: () => true } }),
      asBob({ trust: { verifyPeer: () => false } }),
    );
    expect(outcomes).toMatchObject([
      { reason: { code: "PEER_UNAUTHENTICATED", party: "bob" } },
      { reason: { code: "PEER_UNAUTHENTICATED", party: "alice" } },
    ]);
  });
});

it("an identity prints without its secret", () => {
  expect(inspect({ alice })).toBe("{ alice: Identity(redacted) }");
  expect(JSON.stringify(alice)).toBe('"Identity(redacted)"');
});
