import { describe, expect, it } from "vitest";
import {
  planResilientSum,
  ResilientClient,
  ResilientServer,
  SigningKey,
} from "../../../dist/aggregation/index.js";
import { VeilshareError } from "../../../dist/errors.js";
import { expectError } from "../../support/expect-error.js";
import { expectRedacted } from "../../support/expect-redacted.js";
import { InProcessSum, planWithKeys, type Interference, type Round } from "./in-process.js";

const base = { clients: 8, length: 2, max: 100, corrupt: 0.25, dropout: 0.25 };
const ones = (): Uint32Array => Uint32Array.of(1, 7);

interface Outcome {
  readonly total: unknown;
  readonly refused: { readonly client: number; readonly round: Round; readonly error: unknown }[];
  readonly sum: InProcessSum;
}

/** Runs a sum with a cheat in it; clients whose message is refused are left out. */
async function runWith(
  interference: Interference,
  server: "semi-honest" | "active" = "semi-honest",
): Promise<Outcome> {
  const { plan, signingKeys } = planWithKeys({
    ...base,
    server,
    ...(server === "active" ? { corrupt: 0 } : {}),
  });
  const refused: Outcome["refused"] = [];
  const onRefusal = (client: number, round: Round, error: unknown): void =>
    void refused.push({ client, round, error });
  const sum = new InProcessSum({ plan, signingKeys, vectorOf: ones, onRefusal, ...interference });
  const total = await sum.run().catch((thrown: unknown) => thrown);
  return { total, refused, sum };
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe("a client that cheats", () => {
  it("with one wrong share in its answer is found, and the total is right", async () => {
    // byte 2 is in the first share of the answer: its kind is byte 0
    const { total } = await runWith({
      fromClient: (client, round, message) =>
        client === 3 && round === "answers" ? flipped(message, 2) : message,
    });
    expect(total).toMatchObject({ totals: BigInt64Array.of(8n, 56n), wrongShares: [{ holder: 3 }] });
  });

  it("with wrong shares of everyone is found, and the total is right", async () => {
    const { total } = await runWith({
      fromClient: (client, round, message) =>
        client === 3 && round === "answers"
          ? message.map((byte, i) => (i % 33 === 2 ? byte ^ 1 : byte))
          : message,
    });
    expect(total).toMatchObject({ totals: BigInt64Array.of(8n, 56n) });
    const { wrongShares } = total as { wrongShares: { holder: number }[] };
    expect(wrongShares.length).toBeGreaterThan(0);
    expect(new Set(wrongShares.map(({ holder }) => holder))).toEqual(new Set([3]));
  });

  it("together with too many others ends the sum with the name of the client whose secret can't be put together", async () => {
    const { total } = await runWith({
      fromClient: (client, round, message) =>
        client > 1 && round === "answers" ? flipped(message, 2) : message,
    });
    expect(total).toMatchObject({ code: "PEER_MALFORMED", step: "resilient-sum/total" });
    expect((total as VeilshareError).party).toMatch(/^client-/);
  });

  it("by sending the other share of a client than it was asked for, or a share that is none, is refused", async () => {
    for (const [change, code] of [
      [(message: Uint8Array) => message.map((byte, i) => (i === 0 ? 2 : byte)), "PEER_UNEXPECTED"],
      [(message: Uint8Array) => message.map((byte, i) => (i === 0 ? 3 : byte)), "PEER_MALFORMED"],
      [(message: Uint8Array) => message.map((byte, i) => (i > 0 && i < 33 ? 255 : byte)), "PEER_MALFORMED"],
    ] as const) {
      const { total, refused } = await runWith({
        fromClient: (client, round, message) =>
          client === 5 && round === "answers" ? change(message) : message,
      });
      expect(refused).toMatchObject([
        { client: 5, error: { code, party: "client-5", step: "resilient-sum/answers" } },
      ]);
      expect(total).toMatchObject({ totals: BigInt64Array.of(8n, 56n) }); // its vector was in before
    }
  });

  it("with another's sealed shares as its own harms nobody: they do not open", async () => {
    let stolen: Uint8Array | undefined;
    const { total } = await runWith({
      fromClient: (client, round, message) => {
        if (round !== "shares") return message;
        if (client === 0) stolen = message;
        return client === 1 ? (stolen ?? message) : message;
      },
    });
    // nobody holds a share of client 1's secret but itself: it is left out in time
    expect(total).toMatchObject({ included: [0, 2, 3, 4, 5, 6, 7], totals: BigInt64Array.of(7n, 49n) });
  });

  it("with one box that does not open is as good as lost to that neighbour only", async () => {
    const { total } = await runWith({
      fromClient: (client, round, message) =>
        client === 1 && round === "shares" ? flipped(message, 5) : message,
    });
    expect(total).toMatchObject({ totals: BigInt64Array.of(8n, 56n), wrongShares: [] });
  });

  it("whose boxes its neighbours can't open is left out, and named, before anything is masked with it", async () => {
    const { sum, total } = await runWith({
      fromClient: (client, round, message) =>
        client === 1 && round === "shares" ? message.map((byte) => byte ^ 1) : message,
    });
    expect(sum.server.exclusionOf(1)).toMatchObject({
      code: "PEER_MALFORMED",
      party: "client-1",
      step: "resilient-sum/shares",
    });
    expect(total).toMatchObject({ included: [0, 2, 3, 4, 5, 6, 7], totals: BigInt64Array.of(7n, 49n) });
  });

  it("that says of all boxes that they do not open has nobody left out", async () => {
    const { sum, total } = await runWith({
      fromClient: (client, round, message) =>
        client === 1 && round === "opened" ? message.map(() => 0) : message,
    });
    expect(sum.clients.map((_, client) => sum.server.exclusionOf(client))).toEqual(
      new Array(8).fill(undefined),
    );
    expect(total).toMatchObject({ totals: BigInt64Array.of(8n, 56n) });
  });

  it.each<[Round, (message: Uint8Array) => Uint8Array]>([
    ["adverts", (message) => message.slice(1)],
    ["adverts", (message) => message.map((byte, i) => (i < 32 ? 0 : byte))], // the identity
    ["adverts", (message) => message.map((byte, i) => (i >= 32 && i < 64 ? 255 : byte))], // no element
    ["shares", (message) => message.slice(80)],
    ["opened", (message) => message.slice(1)],
    ["opened", (message) => message.map(() => 2)],
    ["vectors", (message) => message.slice(1)],
    ["vectors", (message) => new Uint8Array(message.length + 1)],
  ])("with malformed %s is left out with PEER_MALFORMED", async (round, change) => {
    const { total, refused } = await runWith({
      fromClient: (client, at, message) => (client === 2 && at === round ? change(message) : message),
    });
    expect(refused).toMatchObject([
      { client: 2, round, error: { code: "PEER_MALFORMED", party: "client-2" } },
    ]);
    expect(total).toMatchObject({ included: [0, 1, 3, 4, 5, 6, 7], totals: BigInt64Array.of(7n, 49n) });
  });

  it("with two vectors, or two messages of any round, is refused the second", () => {
    const plan = planResilientSum(base);
    const sum = new InProcessSum({ plan, vectorOf: ones });
    const again = (client: number, message: Uint8Array): void => {
      const error = expectError(() => {
        sum.server.receive(client, message);
      }, "PEER_UNEXPECTED");
      expect(error.party).toBe(`client-${client}`);
    };
    sum.adverts();
    again(0, sum.clientAt(0).advert);
    sum.shares();
    again(1, new Uint8Array(7 * 80));
    sum.opened();
    again(3, new Uint8Array(7));
    sum.vectors();
    again(2, new Uint8Array(sum.server.exportSecretState().length));
    for (const stranger of [-1, 8, 1.5, Number.NaN]) {
      expectError(() => {
        sum.server.receive(stranger, new Uint8Array(1));
      }, "PEER_UNEXPECTED");
    }
  });

  it("with keys that another signed, or that it changed, is left out", async () => {
    let stolen: Uint8Array | undefined;
    for (const change of [
      (): Uint8Array => stolen ?? new Uint8Array(0),
      (message: Uint8Array): Uint8Array => flipped(message, 64),
      (message: Uint8Array): Uint8Array => flipped(message, 100),
    ]) {
      const { total, refused } = await runWith(
        {
          fromClient: (client, round, message) => {
            if (round !== "adverts") return message;
            if (client === 0) stolen = message;
            return client === 4 ? change(message) : message;
          },
        },
        "active",
      );
      expect(refused).toMatchObject([{ client: 4, error: { code: "PEER_MISMATCH", party: "client-4" } }]);
      expect(total).toMatchObject({ included: [0, 1, 2, 3, 5, 6, 7] });
    }
  });

  it("with a wrong signature of who is in does not answer, and the total is right", async () => {
    const { total, refused } = await runWith(
      {
        fromClient: (client, round, message) =>
          client === 4 && round === "confirmations" ? flipped(message, 3) : message,
      },
      "active",
    );
    expect(refused).toMatchObject([{ client: 4, round: "confirmations", error: { code: "PEER_MISMATCH" } }]);
    expect(total).toMatchObject({ totals: BigInt64Array.of(8n, 56n) });
  });
});

describe("a server that cheats", () => {
  /** The first byte of a message is the set of the eight clients. */
  const without = (message: Uint8Array, client: number): Uint8Array =>
    message.map((byte, i) => (i === 0 ? byte & ~(1 << client) : byte));

  it("by telling clients different dropouts gets no answer from an active server's clients", async () => {
    for (const deceived of [[0], [0, 1, 2, 3], [0, 1, 2, 3, 4, 5]]) {
      const { sum, total, refused } = await runWith(
        {
          fromServer: (client, round, message) =>
            round === "confirmations" && deceived.includes(client) ? without(message, 7) : message,
        },
        "active",
      );
      // The honest server's state machine refuses the signatures of another set; a dishonest one would forward them.
      expect(refused.map(({ client }) => client)).toEqual(deceived.filter((client) => client !== 7));
      if (deceived.length <= 3) {
        expect(total).toMatchObject({ totals: BigInt64Array.of(8n, 56n) });
        continue;
      }
      expect(total).toBeInstanceOf(VeilshareError);
      expect(sum.clients.filter(({ phase }) => phase === "answered")).toEqual([]);
    }
  });

  it("by forwarding each client the signatures of what it told that client is refused: there are never enough of both", () => {
    const { plan, signingKeys } = planWithKeys({ ...base, corrupt: 0, server: "active" });
    const sum = new InProcessSum({ plan, signingKeys, vectorOf: ones });
    sum.adverts();
    sum.shares();
    sum.opened();
    sum.vectors();
    sum.server.closeRound();
    const all = sum.server.messageFor(0);
    // Clients 0 to 3 are told that 7 is in, 4 to 6 that it is out, so that shares of both its secrets would come in.
    const signatures = [0, 1, 2, 3, 4, 5, 6].map((client) =>
      sum.clientAt(client).takeSurvivors(client < 4 ? all : without(all, 7)),
    );
    for (let client = 0; client < 7; client++) {
      const signers = client < 4 ? [0, 1, 2, 3] : [4, 5, 6];
      const set = signers.reduce((bits, signer) => bits | (1 << signer), 0);
      const message = Uint8Array.from([set, ...signers.flatMap((signer) => [...(signatures[signer] ?? [])])]);
      expectError(() => sum.clientAt(client).takeConfirmations(message), "PEER_MISMATCH", {
        party: "server",
      });
      expectError(() => sum.clientAt(client).takeConfirmations(message), "PEER_UNEXPECTED");
    }
  });

  it.each<[string, Round, number, (message: Uint8Array) => Uint8Array]>([
    ["leaves the client itself out of those that are there", "shares", 2, (m) => without(m, 2)],
    [
      "says that fewer than the minimum are there",
      "shares",
      2,
      (m) => m.map((b, i) => (i === 0 ? 0b111 : b)),
    ],
    ["leaves the client itself out of those that dealt", "opened", 2, (m) => without(m, 2)],
    ["leaves the client itself out of those that are in", "vectors", 2, (m) => without(m, 2)],
    ["leaves the client itself out of the total", "answers", 2, (m) => without(m, 2)],
    ["says that fewer than the minimum are in the total", "answers", 2, () => Uint8Array.of(0b11111)],
  ])("and %s is refused with PEER_MISMATCH", async (_, round, victim, change) => {
    const { sum } = await runWith({
      fromServer: (client, at, message) => (client === victim && at === round ? change(message) : message),
    });
    expect(sum.refusedByClients).toMatchObject([
      { client: victim, error: { code: "PEER_MISMATCH", party: "server" } },
    ]);
    expect(sum.clientAt(victim).phase).toBe("failed");
    expectError(() => sum.clientAt(victim).takeSurvivors(Uint8Array.of(255)), "PEER_UNEXPECTED");
  });

  it("and counts a client in that never dealt is refused", () => {
    const sum = new InProcessSum({
      plan: planResilientSum(base),
      vectorOf: ones,
      lostAt: new Map([[7, "shares"]]),
    });
    sum.adverts();
    sum.shares();
    sum.opened();
    sum.vectors();
    expectError(() => sum.clientAt(0).takeSurvivors(Uint8Array.of(0b11111111)), "PEER_MISMATCH", {
      got: "others",
    });
  });

  it.each<[Round, (message: Uint8Array) => Uint8Array]>([
    ["shares", (message) => message.slice(0, -1)],
    ["shares", (message) => Uint8Array.from([...message, 0])],
    ["shares", (message) => message.map((byte, i) => (i >= 33 && i < 65 ? 255 : byte))], // no group element
    ["shares", (message) => message.map((byte, i) => (i >= 65 && i < 97 ? 0 : byte))], // the identity
    ["opened", (message) => message.slice(0, -1)],
    ["vectors", (message) => message.slice(0, -1)],
    ["answers", (message) => message.slice(1)],
  ])("with a malformed message of %s is refused with PEER_MALFORMED", async (round, change) => {
    const { sum } = await runWith({
      fromServer: (client, at, message) => (client === 6 && at === round ? change(message) : message),
    });
    expect(sum.refusedByClients).toMatchObject([
      { client: 6, error: { code: "PEER_MALFORMED", party: "server" } },
    ]);
  });

  it("and gives a neighbour's keys that the neighbour did not sign is refused", async () => {
    const { sum } = await runWith(
      {
        fromServer: (client, at, message) =>
          client === 6 && at === "shares" ? flipped(message, 40) : message,
      },
      "active",
    );
    expect(sum.refusedByClients).toMatchObject([
      { client: 6, error: { code: "PEER_MISMATCH", party: "server" } },
    ]);
  });
});

describe("the state machines refuse", () => {
  const begun = (): InProcessSum => {
    const sum = new InProcessSum({ plan: planResilientSum(base), vectorOf: ones });
    sum.adverts();
    sum.shares();
    sum.opened();
    sum.vectors();
    sum.server.closeRound();
    return sum;
  };

  it("to answer twice, whatever the second question is", () => {
    const sum = begun();
    const message = sum.server.messageFor(0);
    sum.clientAt(0).takeSurvivors(message);
    const another = message.map((byte, i) => (i === 0 ? byte & 0x7f : byte));
    for (const again of [message, another]) {
      expectError(() => sum.clientAt(0).takeSurvivors(again), "PEER_UNEXPECTED", { party: "server" });
    }
  });

  it("to take the shares of both secrets of a client, from one client or from two", () => {
    const sum = begun();
    const answer = sum.clientAt(0).takeSurvivors(sum.server.messageFor(0));
    const both = answer.map((byte, i) => (i % 33 === 0 && i > 0 ? 2 : byte));
    expectError(
      () => {
        sum.server.receive(0, both);
      },
      "PEER_UNEXPECTED",
      { party: "client-0" },
    );
    sum.server.receive(0, answer);
    expectError(
      () => {
        sum.server.receive(0, both);
      },
      "PEER_UNEXPECTED",
      { party: "client-0" },
    );
  });

  it("to mask another vector than before, and mask the same one alike after a restart", () => {
    const plan = planResilientSum(base);
    const sum = new InProcessSum({ plan, vectorOf: ones });
    sum.adverts();
    sum.shares();
    sum.opened();
    sum.server.closeRound();
    sum.clientAt(0).takeJoined(sum.server.messageFor(0));
    const first = [...sum.clientAt(0).mask(ones())];
    const restored = ResilientClient.restore(sum.clientAt(0).exportSecretState(), plan);
    for (const client of [sum.clientAt(0), restored]) {
      expectError(() => client.mask(Uint32Array.of(1, 8)), "INVALID_ARGUMENT");
      expect([...client.mask(ones())]).toEqual(first);
    }
  });

  it("a vector that is too long, of another kind, or out of its range, by its position and without its value", () => {
    const plan = planResilientSum({ ...base, max: 100, signed: true });
    const sum = new InProcessSum({ plan, vectorOf: ones });
    sum.adverts();
    sum.shares();
    sum.opened();
    sum.server.closeRound();
    const client = sum.clientAt(0);
    expectError(() => client.mask(Uint32Array.of(1)), "INVALID_ARGUMENT"); // before it is told who is in
    client.takeJoined(sum.server.messageFor(0));
    expectError(() => client.mask(Uint32Array.of(1, 2, 3)), "INVALID_ARGUMENT");
    expectError(() => client.mask([1, 2] as unknown as Uint32Array), "INVALID_ARGUMENT"); // what untyped code may pass
    for (const bad of [101, -101, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      const error = expectError(() => client.mask(Float64Array.of(0, bad)), "VALUE_OUT_OF_RANGE");
      expect(error.field).toBe("vector[1]");
      expect(error.message).not.toContain(String(bad));
    }
    expectError(() => client.mask(BigInt64Array.of(0n, -(2n ** 63n))), "VALUE_OUT_OF_RANGE");
    expectError(() => client.mask(BigUint64Array.of(2n ** 64n - 1n, 0n)), "VALUE_OUT_OF_RANGE");
  });

  it("more vectors on their way than agreed, and forget one that stops half way", () => {
    const plan = planResilientSum({ ...base, length: 65_537 });
    const sum = new InProcessSum({ plan, vectorOf: ones, maxUploads: 4 });
    sum.adverts();
    sum.shares();
    sum.opened();
    sum.server.closeRound();
    const pieces = sum.clients.map((client, i) => {
      client.takeJoined(sum.server.messageFor(i));
      return [...client.mask(new Uint32Array(65_537).fill(3))];
    });
    const send = (client: number, piece: number): void => {
      sum.server.receive(client, pieces[client]?.[piece] ?? new Uint8Array(0));
    };
    for (const client of [0, 1, 2, 3]) send(client, 0);
    expect(sum.server.canTakeUpload).toBe(false);
    expectError(() => {
      send(4, 0);
    }, "INVALID_ARGUMENT");
    sum.server.drop(3);
    send(4, 0);
    for (const client of [0, 1, 2, 4]) send(client, 1);
    expect(sum.server.awaited).toEqual([3, 5, 6, 7]);
  });

  it("states of another plan, damaged states, and other indices, ids and names", () => {
    const plan = planResilientSum(base);
    const other = planResilientSum({ ...base, max: 101 });
    const server = ResilientServer.begin(plan);
    const client = ResilientClient.begin({ plan, sumId: server.sumId, index: 0 });
    expectError(() => ResilientClient.restore(client.exportSecretState(), other), "INVALID_ARGUMENT");
    expectError(() => ResilientServer.restore(server.exportSecretState(), other), "INVALID_ARGUMENT");
    for (const state of [client.exportSecretState(), server.exportSecretState()]) {
      for (const damaged of [state.slice(1), state.slice(0, -1), Uint8Array.from([...state, 0])]) {
        expectError(() => ResilientClient.restore(damaged, plan), "INVALID_ARGUMENT");
        expectError(() => ResilientServer.restore(damaged, plan), "INVALID_ARGUMENT");
      }
    }
    for (const index of [-1, 8, 0.5]) {
      expectError(() => ResilientClient.begin({ plan, sumId: server.sumId, index }), "INVALID_ARGUMENT");
    }
    expectError(
      () => ResilientClient.begin({ plan, sumId: new Uint8Array(31), index: 0 }),
      "INVALID_ARGUMENT",
    );
    expectError(() => ResilientServer.begin(plan, { names: ["a"] }), "INVALID_ARGUMENT");
    expectError(() => ResilientServer.begin(plan, { maxUploads: 0 }), "INVALID_ARGUMENT");
    expectError(() => server.messageFor(0), "INVALID_ARGUMENT");
  });

  it("to print what they know", () => {
    const plan = planResilientSum(base);
    const server = ResilientServer.begin(plan);
    const client = ResilientClient.begin({ plan, sumId: server.sumId, index: 0 });
    expectRedacted(client);
    expectRedacted(server);
    expect(JSON.stringify(SigningKey.generate())).toBe('"SigningKey(redacted)"');
  });
});

describe("planResilientSum refuses", () => {
  it.each([
    [{ ...base, max: 2n ** 60n }, "BOUND_EXCEEDED"],
    [{ ...base, max: 0 }, "INVALID_ARGUMENT"],
    [{ ...base, max: 1.5 }, "INVALID_ARGUMENT"],
    [{ ...base, max: -5n }, "INVALID_ARGUMENT"],
    [{ ...base, length: 0 }, "INVALID_ARGUMENT"],
    [{ ...base, length: 2 ** 27 + 1 }, "INVALID_ARGUMENT"],
    [{ ...base, clients: 2 }, "INVALID_ARGUMENT"],
    [{ ...base, server: "active" as const }, "INVALID_ARGUMENT"],
    [{ ...base, signingKeys: [new Uint8Array(32)] }, "INVALID_ARGUMENT"],
  ] as const)("%o with %s", (options, code) => {
    expectError(() => planResilientSum(options), code);
  });

  it("no bound that just fits the ring", () => {
    expect(planResilientSum({ ...base, max: 2n ** 60n - 1n, signed: true }).bits).toBe(64);
    expect(planResilientSum({ ...base, max: 2n ** 60n - 1n }).bits).toBe(63);
    expect(planResilientSum({ ...base, clients: 4, max: 1, corrupt: 0 }).bits).toBe(3);
  });

  it("an active server with one signing key twice", () => {
    const key = SigningKey.generate().publicKey;
    const signingKeys = Array.from({ length: 8 }, () => key);
    expectError(
      () => planResilientSum({ ...base, corrupt: 0, server: "active", signingKeys }),
      "INVALID_ARGUMENT",
    );
  });
});
