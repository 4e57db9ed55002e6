import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { openSession, simulate, type Party } from "../../dist/channel/index.js";
import { memoryMesh } from "../../dist/channel/simulate.js";
import { DealerRandomness } from "../../dist/mpc/dealer-randomness.js";
import { decodeRequest, encodeRequest } from "../../dist/mpc/dealer-request.js";
import { compute, serveDealer, type Correlation } from "../../dist/mpc/index.js";
import type { VeilshareError } from "../../dist/index.js";
import { partyNames } from "./computation.js";

const count = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const correlation: fc.Arbitrary<Correlation> = fc.oneof(
  fc.record({ kind: fc.constant("triple" as const), length: count }),
  fc.record({ kind: fc.constant("matrixTriple" as const), rows: count, inner: count, columns: count }),
  fc.record({ kind: fc.constant("operandMask" as const), rows: count, columns: count }),
  fc.record({
    kind: fc.constant("operandProduct" as const),
    operand: fc.nat(),
    transposed: fc.boolean(),
    columns: count,
  }),
  fc.record({
    kind: fc.constant("truncation" as const),
    length: count,
    numerator: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
    shift: fc.integer({ min: 1, max: 61 }),
  }),
  fc.record({ kind: fc.constant("bitTriple" as const), words: count }),
  fc.record({ kind: fc.constant("sharedBit" as const), length: count }),
);

describe("requests to the dealer", () => {
  it("come back from their bytes, and no two have the same", () => {
    fc.assert(
      fc.property(correlation, correlation, fc.nat(), (a, b, number) => {
        const bytes = encodeRequest({ number, wanted: a });
        expect(decodeRequest(bytes)).toEqual({ number, wanted: a });
        const same = Buffer.compare(bytes, encodeRequest({ number, wanted: b })) === 0;
        expect(same).toBe(isDeepStrictEqual(a, b));
      }),
    );
  });

  it.each([
    ["an unknown kind", [8, 1, 1, 1, 0]],
    ["no length", [1, 0, 0, 0, 0]],
    ["something in an unused field", [1, 4, 1, 0, 0]],
    ["a shift of 63", [5, 4, 63, 1, 0]],
    ["a shift of 62 of another number than 1", [5, 4, 62, 3, 0]],
    ["a shift of 0", [5, 4, 0, 1, 0]],
    ["a factor of 0", [5, 4, 3, 0, 0]],
    ["a mark that is neither 0 nor 1", [4, 0, 2, 1, 0]],
    ["a farewell with fields", [0, 1, 0, 0, 0]],
  ])("are refused for %s", (_, [kind = 0, ...fields]) => {
    const bytes = new Uint8Array(21);
    bytes[0] = kind;
    for (const [i, field] of fields.entries()) bytes[5 + 4 * i] = field;
    expect(() => decodeRequest(bytes)).toThrow(/expected/);
  });

  it("are refused when they are too short or too long", () => {
    const bytes = encodeRequest({ number: 0 });
    expect(() => decodeRequest(bytes.subarray(1))).toThrow();
    expect(() => decodeRequest(new Uint8Array([...bytes, 0]))).toThrow();
  });
});

/** Two computing parties that talk to the dealer themselves; gives the dealer's error. */
async function dealerError(ask: (run: Party) => Promise<unknown>): Promise<Partial<VeilshareError>> {
  let error: VeilshareError | undefined;
  const run = simulate(
    3,
    (party) =>
      party.run({ name: "test/dealer", version: 1 }, async (inner) => {
        await inner.agree({});
        if (inner.index !== 2) {
          await ask(inner);
          await inner.receive(2, "never");
        } else {
          try {
            await serveDealer(inner);
          } catch (thrown) {
            error = thrown as VeilshareError;
            throw thrown;
          }
        }
      }),
    { names: partyNames(2) },
  );
  await expect(run).rejects.toThrow();
  if (error === undefined) throw new Error("the dealer did not refuse");
  return error;
}

describe("the dealer", () => {
  it("names the party that asks for something else", async () => {
    const error = await dealerError(async (run) => {
      const source = await DealerRandomness.open(run, 2);
      await source.draw({ kind: "triple", length: 3 + run.index }).dependent();
    });
    expect(error).toMatchObject({ code: "PEER_MISMATCH", party: "party-1", step: "mpc/dealer-request" });
  });

  it("names the party that leaves while another goes on", async () => {
    const error = await dealerError(async (run) => {
      const source = await DealerRandomness.open(run, 2);
      if (run.index === 1) await source.close();
      else await source.draw({ kind: "triple", length: 3 }).dependent();
    });
    expect(error).toMatchObject({ code: "PEER_MISMATCH", party: "party-1", got: "the farewell" });
  });

  it.each<[string, Uint8Array, string]>([
    ["garbage", new Uint8Array(21).fill(255), "PEER_MALFORMED"],
    ["a message of another length", new Uint8Array(20), "PEER_MALFORMED"],
    [
      "a number out of order",
      encodeRequest({ number: 1, wanted: { kind: "triple", length: 1 } }),
      "PEER_UNEXPECTED",
    ],
    [
      "an unknown operand",
      encodeRequest({
        number: 0,
        wanted: { kind: "operandProduct", operand: 0, transposed: false, columns: 1 },
      }),
      "PEER_MALFORMED",
    ],
    [
      "too long a vector",
      encodeRequest({ number: 0, wanted: { kind: "triple", length: 2 ** 25 + 1 } }),
      "PEER_FLOODED",
    ],
    [
      "too much work",
      encodeRequest({ number: 0, wanted: { kind: "matrixTriple", rows: 4096, inner: 4096, columns: 4096 } }),
      "PEER_FLOODED",
    ],
  ])("refuses %s", async (_, request, code) => {
    const error = await dealerError((run) => run.send(2, "mpc/dealer-request", request));
    expect(error).toMatchObject({
      code,
      party: "party-0",
      step: expect.stringContaining("dealer-request") as unknown,
    });
  });

  it("is refused a correction of a wrong length", async () => {
    const run = simulate(
      3,
      (party) =>
        party.run({ name: "test/dealer", version: 1 }, async (inner) => {
          await inner.agree({});
          if (inner.index === 2) {
            for (const to of [0, 1]) await inner.send(to, "mpc/dealer-seed", new Uint8Array(32));
            await inner.send(0, "mpc/dealer-correction", new Uint8Array(16));
            await inner.receive(0, "never");
          } else {
            const source = await DealerRandomness.open(inner, 2);
            await source.draw({ kind: "triple", length: 1 }).dependent();
            await inner.receive(2, "never");
          }
        }),
      { names: partyNames(2) },
    );
    await expect(run).rejects.toMatchObject({ code: "PEER_MALFORMED", party: "dealer" });
  });

  it("needs two computing parties, and no engine computes at the dealer", async () => {
    const alone = simulate(2, (party) =>
      compute(party, { computation: "dealer", dealer: 1 }, () => Promise.resolve()),
    );
    await expect(alone).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("a party that dies in the middle", () => {
  /** Party `victim`'s links break after its second product; gives how each of the others ended. */
  async function survivors(victim: number): Promise<(Partial<VeilshareError> | undefined)[]> {
    const names = partyNames(3);
    const mesh = memoryMesh(4);
    const die = async (): Promise<void> => {
      for (const transport of mesh[victim] ?? []) await transport?.close();
    };
    const outcomes = mesh.map(async (transports, index) => {
      const party = await openSession({ names, index, transports, limits: { stepTimeoutMs: 5000 } });
      await compute(party, { computation: "dealer", dealer: "dealer" }, async (engine) => {
        const x = await engine.input({
          owner: 0,
          rows: 50,
          bound: 2,
          ...(index === 0 ? { values: new Array<number>(50).fill(1) } : {}),
        });
        for (let i = 0; i < 1000; i++) {
          if (i === 2 && (index === victim || (victim === 3 && index === 0))) await die();
          await engine.truncate(await engine.multiply(x, x), 20);
        }
      });
    });
    const settled = await Promise.allSettled(outcomes);
    return settled.map((outcome, index) =>
      outcome.status === "fulfilled" || index === victim ? undefined : (outcome.reason as VeilshareError),
    );
  }

  it.each([0, 1, 2, 3])("ends all others with a typed error (party %i)", async (victim) => {
    const started = performance.now();
    const errors = await survivors(victim);
    expect(performance.now() - started).toBeLessThan(5000);
    for (const [index, error] of errors.entries()) {
      if (index === victim) continue;
      expect(["PEER_CLOSED", "PEER_ABORTED"]).toContain(error?.code);
      expect(error?.party).toEqual(expect.any(String));
    }
    const named = errors.filter((error) => error?.code === "PEER_CLOSED").map((error) => error?.party);
    expect(named).toContain(partyNames(3)[victim]);
  });
});
