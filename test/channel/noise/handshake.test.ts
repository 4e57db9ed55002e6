import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { CipherState, HandshakeState, KeyPair } from "../../../dist/channel/noise/index.js";
import { fundamentalPatterns, type FundamentalName } from "../../support/noise-patterns.js";

const nothing = new Uint8Array(0);
const patterns = Object.keys(fundamentalPatterns) as FundamentalName[];
const code = (value: string): Error => expect.objectContaining({ code: value }) as Error;

/** Both sides of a handshake with whatever static keys its pattern wants. */
function sides(
  pattern: FundamentalName,
  prologues: readonly [Uint8Array, Uint8Array] = [nothing, nothing],
): readonly [HandshakeState, HandshakeState] {
  const [a, b] = [KeyPair.generate(), KeyPair.generate()];
  const [first = "", second = ""] = pattern;
  const initiator = new HandshakeState({
    pattern: fundamentalPatterns[pattern],
    role: "initiator",
    prologue: prologues[0],
    ...(first === "N" ? {} : { staticKeys: a }),
    ...(second === "K" ? { remoteStaticKey: b.publicKey } : {}),
  });
  const responder = new HandshakeState({
    pattern: fundamentalPatterns[pattern],
    role: "responder",
    prologue: prologues[1],
    ...(second === "N" ? {} : { staticKeys: b }),
    ...(first === "K" ? { remoteStaticKey: a.publicKey } : {}),
  });
  return [initiator, responder];
}

function finish([initiator, responder]: readonly [HandshakeState, HandshakeState]): void {
  while (!initiator.finished) {
    const [from, to] = initiator.ownTurn ? [initiator, responder] : [responder, initiator];
    to.readMessage(from.writeMessage(Uint8Array.of(1, 2, 3)));
  }
}

describe.each(patterns)("a Noise %s handshake", (pattern) => {
  it("ends with the same hash, opposite keys and the static keys of the pattern at both sides", () => {
    const both = sides(pattern);
    finish(both);
    const [a, b] = both.map((side) => side.split());
    expect(a?.handshakeHash).toEqual(b?.handshakeHash);
    const sealed = a?.sending.encrypt(nothing, Uint8Array.of(7)) as Uint8Array;
    expect(b?.receiving.decrypt(nothing, sealed)).toEqual(Uint8Array.of(7));
    const back = b?.sending.encrypt(nothing, Uint8Array.of(8)) as Uint8Array;
    expect(a?.receiving.decrypt(nothing, back)).toEqual(Uint8Array.of(8));
    expect(a?.remoteStaticKey === undefined).toBe(pattern.endsWith("N"));
    expect(b?.remoteStaticKey === undefined).toBe(pattern.startsWith("N"));
  });

  it("fails, at the latest at the first transport message, when any byte of any message was changed", () => {
    const messageCount = fundamentalPatterns[pattern].messages.length;
    for (let changed = 0; changed < messageCount; changed++) {
      for (const at of [0, 16, 33, 60, -1]) {
        const both = sides(pattern);
        const run = (): void => {
          for (let i = 0; i < messageCount; i++) {
            const [from, to] = i % 2 === 0 ? both : [both[1], both[0]];
            const message = from.writeMessage(Uint8Array.of(1, 2, 3));
            const index = at < 0 ? message.length - 1 : Math.min(at, message.length - 1);
            if (i === changed) message[index] = (message[index] as number) ^ 1;
            to.readMessage(message);
          }
          const [a, b] = both.map((side) => side.split());
          b?.receiving.decrypt(nothing, a?.sending.encrypt(nothing, nothing) as Uint8Array);
        };
        expect(run).toThrow(code("PEER_UNAUTHENTICATED"));
      }
    }
  });

  it("fails when the prologues differ", () => {
    const both = sides(pattern, [Uint8Array.of(1), Uint8Array.of(2)]);
    expect(() => {
      finish(both);
    }).toThrow(code("PEER_UNAUTHENTICATED"));
  });

  it("refuses every truncation of its first message", () => {
    const message = sides(pattern)[0].writeMessage();
    const staticsInClear = pattern.startsWith("I") && !pattern.endsWith("K") ? 64 : 32;
    for (let length = 0; length < Math.min(message.length, staticsInClear); length++) {
      expect(() => sides(pattern)[1].readMessage(message.subarray(0, length))).toThrow(
        code("PEER_UNAUTHENTICATED"),
      );
    }
  });
});

describe("a handshake", () => {
  it("fails between parties that pinned other keys", () => {
    const [a, b, c] = [KeyPair.generate(), KeyPair.generate(), KeyPair.generate()];
    const initiator = new HandshakeState({
      pattern: fundamentalPatterns.KK,
      role: "initiator",
      staticKeys: c,
      remoteStaticKey: b.publicKey,
    });
    const responder = new HandshakeState({
      pattern: fundamentalPatterns.KK,
      role: "responder",
      staticKeys: b,
      remoteStaticKey: a.publicKey,
    });
    expect(() => responder.readMessage(initiator.writeMessage())).toThrow(code("PEER_UNAUTHENTICATED"));
  });

  it("refuses an ephemeral key of small order", () => {
    const [, responder] = sides("NN");
    responder.readMessage(new Uint8Array(32));
    expect(() => responder.writeMessage()).toThrow(code("PEER_UNAUTHENTICATED"));
  });

  it("refuses to go on after a failure", () => {
    const [initiator, responder] = sides("KK");
    expect(() => responder.readMessage(new Uint8Array(48).fill(9))).toThrow(code("PEER_UNAUTHENTICATED"));
    expect(() => responder.readMessage(initiator.writeMessage())).toThrow(code("INVALID_ARGUMENT"));
  });

  it("refuses calls out of turn and too early", () => {
    const [initiator, responder] = sides("KK");
    expect(() => responder.writeMessage()).toThrow(code("INVALID_ARGUMENT"));
    expect(() => initiator.readMessage(new Uint8Array(48))).toThrow(code("INVALID_ARGUMENT"));
    expect(() => initiator.split()).toThrow(code("INVALID_ARGUMENT"));
  });

  it("refuses missing, useless and misshapen keys", () => {
    const pair = KeyPair.generate();
    const make = (extra: object) => () =>
      new HandshakeState({ pattern: fundamentalPatterns.KK, role: "initiator", ...extra });
    expect(make({})).toThrow(code("INVALID_ARGUMENT"));
    expect(make({ staticKeys: pair })).toThrow(code("INVALID_ARGUMENT"));
    expect(make({ staticKeys: pair, remoteStaticKey: new Uint8Array(31) })).toThrow(code("INVALID_ARGUMENT"));
    expect(
      () => new HandshakeState({ pattern: fundamentalPatterns.NN, role: "initiator", staticKeys: pair }),
    ).toThrow(code("INVALID_ARGUMENT"));
  });

  it("refuses payloads that would make a message longer than 65,535 bytes, and such messages", () => {
    expect(() => sides("NN")[0].writeMessage(new Uint8Array(65_535 - 31))).toThrow(code("INVALID_ARGUMENT"));
    expect(sides("NN")[0].writeMessage(new Uint8Array(65_535 - 32))).toHaveLength(65_535);
    expect(() => sides("NN")[1].readMessage(new Uint8Array(65_536))).toThrow(code("PEER_UNAUTHENTICATED"));
  });

  it("prints nothing of its state", () => {
    const [initiator] = sides("KK");
    expect(inspect({ initiator })).toBe("{ initiator: HandshakeState(redacted) }");
    expect(JSON.stringify(new CipherState(new Uint8Array(32)))).toBe('"CipherState(redacted)"');
  });
});

describe("a cipher state", () => {
  const key = new Uint8Array(32).fill(3);

  it("encrypts its last message under counter 2^64-2 and refuses 2^64-1 in both directions", () => {
    const sender = new CipherState(key, 2n ** 64n - 2n);
    const receiver = new CipherState(key, 2n ** 64n - 2n);
    expect(receiver.decrypt(nothing, sender.encrypt(nothing, Uint8Array.of(1)))).toEqual(Uint8Array.of(1));
    expect(() => sender.encrypt(nothing, nothing)).toThrow(code("VALUE_OUT_OF_RANGE"));
    expect(() => receiver.decrypt(nothing, new Uint8Array(16))).toThrow(code("VALUE_OUT_OF_RANGE"));
  });

  it("accepts each message once, in order", () => {
    const sender = new CipherState(key);
    const receiver = new CipherState(key);
    const messages = [1, 2, 3].map((value) => sender.encrypt(nothing, Uint8Array.of(value)));
    const read = (i: number) => () => receiver.decrypt(nothing, messages[i] as Uint8Array);
    expect(read(1)).toThrow(code("PEER_UNAUTHENTICATED"));
    expect(read(0)()).toEqual(Uint8Array.of(1));
    expect(read(0)).toThrow(code("PEER_UNAUTHENTICATED"));
    expect(read(2)).toThrow(code("PEER_UNAUTHENTICATED"));
    expect(read(1)()).toEqual(Uint8Array.of(2));
  });

  it("binds the associated data", () => {
    const sealed = new CipherState(key).encrypt(Uint8Array.of(1), Uint8Array.of(5));
    expect(() => new CipherState(key).decrypt(Uint8Array.of(2), sealed)).toThrow(
      code("PEER_UNAUTHENTICATED"),
    );
  });

  it("passes messages through without a key, in memory of their own", () => {
    const message = Uint8Array.of(1, 2);
    const open = new CipherState();
    const passed = open.decrypt(nothing, open.encrypt(nothing, message));
    passed[0] = 9;
    expect(message).toEqual(Uint8Array.of(1, 2));
    expect(open.hasKey).toBe(false);
  });
});
