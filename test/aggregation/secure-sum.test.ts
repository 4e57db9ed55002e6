import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxParties, secureSum, type SumVector } from "../../dist/aggregation/index.js";
import { simulate } from "../../dist/channel/index.js";
import { recordedParty } from "../support/recorded-party.js";

const maxInt64 = 2n ** 63n - 1n;

/** Plain BigInt arithmetic, no ring. */
function plainSum(vectors: readonly (readonly bigint[])[]): bigint[] {
  return (vectors[0] ?? []).map((_, i) =>
    vectors.reduce((total, vector) => total + (vector[i] as bigint), 0n),
  );
}

async function runSum(vectors: readonly (readonly bigint[])[], maxAbs: bigint): Promise<bigint[][]> {
  const sums = await simulate(vectors.length, (party) =>
    secureSum(party, BigInt64Array.from(vectors[party.index] ?? []), { maxAbs }),
  );
  return sums.map((sum) => [...sum]);
}

describe("secureSum gives every party the plain sum", () => {
  it("for any vectors, signs included, of 2 to 5 parties", async () => {
    const table = fc
      .record({ parties: fc.integer({ min: 2, max: 5 }), length: fc.integer({ min: 0, max: 8 }) })
      .chain(({ parties, length }) => {
        const maxAbs = maxInt64 / BigInt(parties);
        const element = fc.oneof(fc.bigInt(-maxAbs, maxAbs), fc.constantFrom(0n, 1n, -1n, maxAbs, -maxAbs));
        const vector = fc.array(element, { minLength: length, maxLength: length });
        return fc.record({
          maxAbs: fc.constant(maxAbs),
          vectors: fc.array(vector, { minLength: parties, maxLength: parties }),
        });
      });
    await fc.assert(
      fc.asyncProperty(table, async ({ maxAbs, vectors }) => {
        const expected = plainSum(vectors);
        for (const sum of await runSum(vectors, maxAbs)) expect(sum).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it.each([2, 3, 10])("at the very edge of the range, with %i parties", async (parties) => {
    const edge = maxInt64 / BigInt(parties);
    const vectors = Array.from({ length: parties }, () => [edge, -edge, 0n]);
    const n = BigInt(parties);
    for (const sum of await runSum(vectors, edge)) expect(sum).toEqual([n * edge, -n * edge, 0n]);
  });

  it("with the largest number of parties", async () => {
    const sums = await simulate(maxParties, (party) =>
      secureSum(party, BigInt64Array.of(BigInt(party.index), -1n), { maxAbs: 100n }),
    );
    for (const sum of sums) expect([...sum]).toEqual([4950n, -100n]);
  }, 120_000);

  it("for bigints, safe integers and decimal texts, whichever each party has", async () => {
    const vectors = [
      ["12.5", "-0.01", "7"],
      [1250n, -1n, 2n ** 40n],
      [-3, 0, Number.MAX_SAFE_INTEGER],
    ] as const;
    const sums = await simulate(3, (party) =>
      secureSum(party, vectors[party.index] ?? [], { maxAbs: 2n ** 60n, decimals: 2 }),
    );
    const expected = [2497n, -2n, 700n + 2n ** 40n + BigInt(Number.MAX_SAFE_INTEGER)];
    for (const sum of sums) expect([...sum]).toEqual(expected);
  });

  it.each<[string, SumVector, string]>([
    ["a fraction", [1, 0.5], "vector[1]"],
    ["a number that is not exact", [2 ** 53], "vector[0]"],
    ["NaN", [NaN], "vector[0]"],
    ["a bigint of 65 bits", [2n ** 63n], "vector[0]"],
    ["more decimals than agreed", ["1.001"], "vector[0]"],
    ["another notation", ["1,5"], "vector[0]"],
    ["an empty text", [""], "vector[0]"],
    ["a list of two kinds", [1n, 1] as unknown as SumVector, "vector[1]"],
  ])("and refuses %s, naming its place", async (_, vector, field) => {
    const own = { code: "VALUE_OUT_OF_RANGE", field };
    const run = simulate(2, (party) => secureSum(party, vector, { maxAbs: 2n ** 61n, decimals: 2 }));
    await expect(run).rejects.toMatchObject(own);
  });

  it("and parties with other decimals end with PEER_MISMATCH", async () => {
    const run = simulate(2, (party) => secureSum(party, ["1"], { maxAbs: 100n, decimals: party.index }));
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });

  it("for unsigned vectors and for empty ones", async () => {
    const sums = await simulate(2, (party) => secureSum(party, BigUint64Array.of(7n), { maxAbs: 7n }));
    expect(sums).toEqual([BigInt64Array.of(14n), BigInt64Array.of(14n)]);
    expect(await runSum([[], []], 1n)).toEqual([[], []]);
  });

  it("for vectors of several pieces, unharmed by a caller who reuses the input meanwhile", async () => {
    const length = 2 * 65_536 + 3;
    const sums = await simulate(3, async (party) => {
      const vector = BigInt64Array.from({ length }, (_, i) => BigInt(i) * BigInt(party.index - 1));
      vector[length - 1] = 5n;
      const running = secureSum(party, vector, { maxAbs: 2n ** 40n });
      vector.fill(99n);
      return running;
    });
    for (const sum of sums) {
      expect(sum.slice(0, -1).every((element) => element === 0n)).toBe(true);
      expect(sum[length - 1]).toBe(15n);
    }
  });

  it("as part of a larger session, run after run, also among some of its parties", async () => {
    const results = await simulate(3, async (party) => {
      const all = await secureSum(party, BigInt64Array.of(1n), { maxAbs: 1n });
      const again = await secureSum(party, BigInt64Array.of(2n), { maxAbs: 2n });
      const pair = party.index === 2 ? undefined : party.between([0, 1]);
      const two =
        pair === undefined ? undefined : await secureSum(pair, BigInt64Array.of(3n), { maxAbs: 3n });
      return [all[0], again[0], two?.[0]];
    });
    expect(results).toEqual([
      [3n, 6n, 6n],
      [3n, 6n, 6n],
      [3n, 6n, undefined],
    ]);
  });
});

describe("secureSum refuses", () => {
  it.each<[string, bigint, bigint]>([
    ["above", 11n, 10n],
    ["below", -11n, 10n],
    ["at the smallest 64-bit number", -(2n ** 63n), 2n ** 61n],
  ])(
    "an element %s the bound, at its owner, with its position and without its value",
    async (_, element, maxAbs) => {
      const errors: unknown[] = [];
      await simulate(3, async (party) => {
        const own = party.index === 1 ? [0n, element] : [0n, 0n];
        await secureSum(party, BigInt64Array.from(own), { maxAbs }).catch((thrown: unknown) => {
          errors[party.index] = thrown;
          throw thrown;
        });
      }).catch(() => undefined);
      expect(errors[1]).toMatchObject({ code: "VALUE_OUT_OF_RANGE", field: "vector[1]" });
      expect((errors[1] as Error).message).not.toContain("11");
      for (const other of [0, 2])
        expect(errors[other]).toMatchObject({ code: "PEER_ABORTED", party: "party-1" });
    },
  );

  it("an unsigned element that would read as a negative number within the bound", async () => {
    const run = simulate(2, (party) => secureSum(party, BigUint64Array.of(2n ** 64n - 1n), { maxAbs: 5n }));
    await expect(run).rejects.toMatchObject({ code: "VALUE_OUT_OF_RANGE" });
  });

  it.each([2, 3, 7])(
    "a bound whose sum over %i parties could reach 2^63, and takes the one below",
    async (parties) => {
      const least = (2n ** 63n + BigInt(parties) - 1n) / BigInt(parties);
      const tooLarge = simulate(parties, (party) =>
        secureSum(party, BigInt64Array.of(1n), { maxAbs: least }),
      );
      await expect(tooLarge).rejects.toMatchObject({ code: "BOUND_EXCEEDED" });
      expect(
        await runSum(
          Array.from({ length: parties }, () => [1n]),
          least - 1n,
        ),
      ).toHaveLength(parties);
    },
  );

  it("a negative bound, and vectors of another type", async () => {
    const negative = simulate(2, (party) => secureSum(party, BigInt64Array.of(0n), { maxAbs: -1n }));
    await expect(negative).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const numbers = new Float64Array(2) as unknown as BigInt64Array; // what a caller without types may pass
    await expect(simulate(2, (party) => secureSum(party, numbers, { maxAbs: 5n }))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it.each([
    ["length", (index: number) => ({ vector: new BigInt64Array(1 + index), maxAbs: 1n })],
    ["maxAbs", (index: number) => ({ vector: new BigInt64Array(1), maxAbs: 1n + BigInt(index) })],
  ])("parties that differ in %s", async (field, inputOf) => {
    const run = simulate(2, (party) => {
      const { vector, maxAbs } = inputOf(party.index);
      return secureSum(party, vector, { maxAbs });
    });
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH", field: `parameters.${field}` });
  });
});

describe("secureSum finds a party that cheats on the wire:", () => {
  const cheat = async (
    change: (step: string, payload: Uint8Array, to: number) => Uint8Array,
  ): Promise<Map<number, unknown>> => {
    const errors = new Map<number, unknown>();
    await simulate(3, async (honest) => {
      const party =
        honest.index === 2
          ? recordedParty(honest, ({ step, payload, to }) => change(step, payload, to ?? -1))
          : honest;
      await secureSum(party, BigInt64Array.of(1n), { maxAbs: 9n }).catch((thrown: unknown) => {
        errors.set(honest.index, thrown);
        throw thrown;
      });
    }).catch(() => undefined);
    return errors;
  };
  const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte));

  it("other vectors to different parties", async () => {
    const errors = await cheat((step, payload, to) =>
      step === "masked" && to === 0 ? flipped(payload) : payload,
    );
    expect([...errors.values()]).toContainEqual(
      expect.objectContaining({ code: "PEER_MISMATCH", party: "party-2", field: "messages" }),
    );
    expect(errors.size).toBe(3); // nobody got a sum
  });

  it("another vector to both others than it hashes", async () => {
    const errors = await cheat((step, payload) => (step === "masked" ? flipped(payload) : payload));
    for (const honest of [0, 1]) expect(errors.has(honest)).toBe(true);
  });

  it("a wrong claim about what others sent", async () => {
    const errors = await cheat((step, payload, to) =>
      step === "view" && to === 0 ? flipped(payload) : payload,
    );
    expect(errors.get(0)).toMatchObject({ code: "PEER_MISMATCH", party: "party-2" });
  });

  it.each([
    ["zero", new Uint8Array(32)],
    ["one", Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0))],
    [
      "p, which is zero again",
      Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0xed : i === 31 ? 0x7f : 0xff)),
    ],
  ])("the public key of small order %s", async (_, key) => {
    const errors = await cheat((step, payload) => (step === "key" ? key : payload));
    const codes = [0, 1].map((honest) => (errors.get(honest) as { code: string }).code);
    expect(codes).toContain("PEER_MALFORMED");
    expect([...errors.values()]).toContainEqual(
      expect.objectContaining({ code: "PEER_MALFORMED", party: "party-2", field: "publicKey" }),
    );
  });

  it.each([
    ["key", 31],
    ["key", 33],
    ["masked", 0],
    ["masked", 16],
    ["view", 64],
  ])("a message of step %s with %i bytes", async (wrongStep, byteLength) => {
    const errors = await cheat((step, payload) =>
      step === wrongStep ? new Uint8Array(byteLength) : payload,
    );
    expect([...errors.values()]).toContainEqual(
      expect.objectContaining({ code: "PEER_MALFORMED", party: "party-2", got: `${byteLength} bytes` }),
    );
  });
});

describe("secureSum with a party that stops in the middle", () => {
  const stopAt = async (stoppedStep: string, stop: () => void, limits = {}): Promise<unknown[]> => {
    const errors: unknown[] = [];
    const run = simulate(
      4,
      async (plain) => {
        const stopping = plain.index === 3;
        const party = stopping
          ? recordedParty(plain, ({ step, payload }) => {
              if (step === stoppedStep) stop();
              return payload;
            })
          : plain;
        const sum = secureSum(party, BigInt64Array.of(1n), { maxAbs: 9n });
        await sum.catch((thrown: unknown) => {
          errors[plain.index] = thrown;
          throw thrown;
        });
      },
      { limits },
    );
    await expect(run).rejects.toThrow();
    return errors.slice(0, 3);
  };

  it.each(["key", "masked", "view"])(
    "at step %s ends with an error that names it at all others",
    async (step) => {
      const errors = await stopAt(step, () => {
        throw new Error("out of power");
      });
      expect(errors).toHaveLength(3);
      for (const error of errors) expect(error).toMatchObject({ code: "PEER_ABORTED", party: "party-3" });
    },
  );

  it("gives no sum to anyone when the caller cancels", async () => {
    const controller = new AbortController();
    const run = simulate(
      2,
      (plain) =>
        secureSum(
          recordedParty(plain, ({ step, payload }) => {
            if (step === "masked") controller.abort();
            return payload;
          }),
          BigInt64Array.of(1n),
          { maxAbs: 9n },
        ),
      { signal: controller.signal },
    );
    await expect(run).rejects.toMatchObject({ code: "ABORTED" });
  });
});
