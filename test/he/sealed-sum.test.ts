import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate, type Party, type ProtocolRun } from "../../dist/channel/index.js";
import {
  encrypt,
  sealedSum,
  slotLayout,
  type PaillierPublicKey,
  type SealedSumOptions,
} from "../../dist/he/index.js";
import { recordedParty } from "../support/recorded-party.js";
import { n, p, testKey } from "./test-key.js";

const maxAbs = 1_000_000n;
const shared = { maxAbs, keyBits: 2048 } as const;

function sums(
  vectors: readonly (readonly bigint[])[],
  options: Partial<SealedSumOptions> = {},
): Promise<(BigInt64Array | undefined)[]> {
  return simulate(vectors.length, (party) =>
    sealedSum(party, BigInt64Array.from(vectors[party.index] ?? []), {
      ...shared,
      ...(party.index === party.indexOf(options.holder ?? 0) ? { key: testKey } : {}),
      ...options,
    }),
  );
}

describe("sealedSum", () => {
  it("gives every party the exact sum, whoever holds the key and collects", async () => {
    const element = fc.bigInt({ min: -maxAbs, max: maxAbs });
    const input = fc
      .record({ parties: fc.integer({ min: 2, max: 4 }), length: fc.integer({ min: 0, max: 200 }) })
      .chain(({ parties, length }) =>
        fc.record({
          vectors: fc.array(fc.array(element, { minLength: length, maxLength: length }), {
            minLength: parties,
            maxLength: parties,
          }),
          holder: fc.nat(parties - 1),
          step: fc.integer({ min: 1, max: parties - 1 }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(input, async ({ vectors, holder, step }) => {
        const collector = (holder + step) % vectors.length;
        const expected = (vectors[0] ?? []).map((_, i) =>
          vectors.reduce((sum, vector) => sum + (vector[i] ?? 0n), 0n),
        );
        for (const sum of await sums(vectors, { holder, collector }))
          expect([...(sum ?? [])]).toEqual(expected);
      }),
      { numRuns: 8 },
    );
  });

  it("tells the holder only when only the holder is to know", async () => {
    const found = await sums([[1n], [2n], [-9n]], { reveal: "holder" });
    expect(found.map((sum) => (sum === undefined ? undefined : [...sum]))).toEqual([
      [-6n],
      undefined,
      undefined,
    ]);
  });

  it("sends the collector what only the key's holder reads, and the holder nothing that is a product of what was sent", async () => {
    const sent = new Map<string, Uint8Array[]>();
    await simulate(3, (party) =>
      sealedSum(
        recordedParty(party, ({ step, payload }) => {
          sent.set(step, [...(sent.get(step) ?? []), payload]);
          return payload;
        }),
        BigInt64Array.of(BigInt(party.index) + 1n),
        party.index === 0 ? { ...shared, key: testKey } : shared,
      ),
    );
    const integer = (bytes: Uint8Array): bigint =>
      BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
    const [first, second] = (sent.get("sealed") ?? []).map(integer) as [bigint, bigint];
    const [sum] = (sent.get("sum") ?? []).map(integer) as [bigint];
    for (const c of [first, second, sum]) expect(c % n).not.toBe(1n); // readable by anybody
    const own = 1n + 3n * n; // the collector's value, as it adds it
    expect(sum).not.toBe((first * second * own) % (n * n)); // what shows the collector's value to who saw all
  });

  it.each<[string, Partial<SealedSumOptions>, string]>([
    ["one party as holder and collector", { collector: 0 }, "INVALID_ARGUMENT"],
    ["a party that is not there", { holder: 5 }, "INVALID_ARGUMENT"],
    ["a key of another length", { keyBits: 3072 }, "INVALID_ARGUMENT"],
    ["a length of keys that there is not", { keyBits: 1024 as 2048 }, "INVALID_ARGUMENT"],
    ["an unknown audience", { reveal: "nobody" as "all" }, "INVALID_ARGUMENT"],
    ["a negative bound", { maxAbs: -1n }, "INVALID_ARGUMENT"],
    ["a bound whose sum leaves 64 bits", { maxAbs: 2n ** 62n }, "BOUND_EXCEEDED"],
    ["an element beyond the bound", { maxAbs: 1n }, "VALUE_OUT_OF_RANGE"],
  ])("refuses %s", async (_, options, code) => {
    const all = { key: testKey, ...options }; // at every party: the first fault is its own
    await expect(sums([[2n], [2n]], all)).rejects.toMatchObject({ code });
  });

  it("names who has another length", async () => {
    await expect(sums([[1n], [1n, 2n]])).rejects.toMatchObject({
      code: "PEER_MISMATCH",
      field: "parameters.length",
    });
  });
});

type Misdeed = (run: ProtocolRun, publicKey: PaillierPublicKey) => Promise<void>;

const parameters = {
  length: 1,
  maxAbs: maxAbs.toString(),
  holder: 0,
  collector: 1,
  reveal: "all",
  keyBits: 2048,
};

/** What an honest party 0 or 1 makes of the other, which does as the test says after both agreed. */
async function against(honest: 0 | 1, misdeed: Misdeed): Promise<unknown> {
  let outcome: unknown;
  await simulate(2, async (party: Party) => {
    if (party.index === honest) {
      outcome = await sealedSum(
        party,
        BigInt64Array.of(5n),
        honest === 0 ? { ...shared, key: testKey } : shared,
      ).catch((thrown: unknown) => thrown);
      if (outcome instanceof Error) throw outcome;
      return;
    }
    await party.run({ name: "veilshare/sealed-sum", version: 1 }, async (run) => {
      await run.agree(parameters);
      await misdeed(run, testKey.publicKey);
    });
  }).catch(() => undefined);
  return outcome;
}

describe("another party that speaks by hand", () => {
  const malformed = (step: string): object => ({
    code: "PEER_MALFORMED",
    step: expect.stringContaining(step) as string,
    party: expect.stringContaining("party-") as string,
  });

  it.each<[string, Uint8Array]>([
    ["even", new Uint8Array(256).fill(254)],
    ["short of a bit", new Uint8Array(256).fill(127)],
  ])("is refused as holder with a key that is %s", async (_, key) => {
    const outcome = await against(1, async (run) => {
      await run.send(1, "key", key);
    });
    expect(outcome).toMatchObject(malformed("key"));
  });

  it.each<[string, bigint]>([
    ["zero", 0n],
    ["n^2", n * n],
    ["no unit", p],
  ])("is refused as contributor with a ciphertext that is %s", async (_, c) => {
    const bytes = Uint8Array.from({ length: 512 }, (__, i) => Number((c >> BigInt(8 * i)) & 255n));
    const outcome = await against(1, async (run, publicKey) => {
      await run.send(1, "key", publicKey.toBytes());
      await run.send(1, "sealed", bytes);
    });
    expect(outcome).toMatchObject(malformed("sealed"));
  });

  it("is refused as collector with a sum beyond the bound, and with ciphertexts too few", async () => {
    const layout = slotLayout(2048, 2n * maxAbs);
    const tooLarge = await encrypt(testKey, [2n * maxAbs + 1n], { maxAbs: 2n * maxAbs + 1n, layout });
    for (const bytes of [tooLarge.toBytes(), new Uint8Array(511)]) {
      const outcome = await against(0, async (run) => {
        await run.receive(0, "key");
        await run.receive(0, "sealed");
        await run.send(0, "sum", bytes);
      });
      expect(outcome).toMatchObject(malformed("sum"));
    }
  });

  it("is refused as holder with a total beyond the bound", async () => {
    const outcome = await against(1, async (run, publicKey) => {
      await run.send(1, "key", publicKey.toBytes());
      const sealed = await encrypt(publicKey, [1n], { maxAbs, layout: slotLayout(2048, 2n * maxAbs) });
      await run.send(1, "sealed", sealed.toBytes());
      await run.receive(1, "sum");
      await run.send(1, "total", new Uint8Array(8).fill(127));
    });
    expect(outcome).toMatchObject(malformed("total"));
  });
});
