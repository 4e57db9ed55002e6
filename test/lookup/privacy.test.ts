/**
 * What the server sees of a client, and that it is the same whatever the client asks for. Each check states how often it
 * fails although all is well, and is shown to catch a broken client ("mutant").
 */

import { describe, expect, it } from "vitest";
import { bytesToHex, concatBytes } from "../../dist/bytes/encoding.js";
import { simulate } from "../../dist/channel/index.js";
import { voprf } from "../../dist/group/index.js";
import type { PsiItem } from "../../dist/psi/index.js";
import { EntryKey } from "../../dist/lookup/set/entry.js";
import * as honest from "../../dist/lookup/index.js";
import { expectRedacted } from "../support/expect-redacted.js";
import { importMutant } from "../support/mutant.js";
import { recordedParty, type SentMessage } from "../support/recorded-party.js";
import { epoch, published, serverKey } from "./sessions.js";

type Client = Pick<typeof honest, "lookupSession">;

const entries = Array.from({ length: 128 }, (_, i) => ({ key: `known ${i}`, label: `${i}` }));
const known = entries.slice(0, 8).map(({ key }) => key);
const unknown = known.map((key) => `un${key}`);

/** All messages of a client's session to the server. */
async function view(
  client: Client,
  queries: readonly (readonly PsiItem[])[],
  options: Partial<honest.LookupOptions> = {},
): Promise<SentMessage[]> {
  const store = new honest.LookupStore(serverKey, await published(entries));
  const pinned = { publicKey: serverKey.publicKey, epoch };
  const sent: SentMessage[] = [];
  await simulate(2, async (party) => {
    if (party.index === 0) {
      await honest.serveLookup(party, store, { budget: "unlimited" });
      return;
    }
    const recorded = recordedParty(party, (message) => {
      sent.push(message);
      return message.payload;
    });
    await client.lookupSession(recorded, { ...pinned, ...options }, async (asker) => {
      for (const keys of queries) await asker.lookup(keys);
    });
  });
  return sent;
}

/** The blinded elements of many requests for the same keys. */
async function elements(client: Client, keys: readonly PsiItem[]): Promise<Uint8Array> {
  const sent = await view(client, Array<readonly PsiItem[]>(60).fill(keys));
  return concatBytes(...sent.filter(({ step }) => step === "request").map(({ payload }) => payload));
}

/** How many elements came before: with fresh blinds, one with a probability below 2^-230. */
function repeated(all: Uint8Array): number {
  const each = Array.from({ length: all.length / 32 }, (_, i) => bytesToHex(all.slice(32 * i, 32 * i + 32)));
  return each.length - new Set(each).size;
}

/** How often each byte value stands at places 1 to 30 of an encoding, where it is uniform up to 2^-120. */
function histogram(all: Uint8Array): number[] {
  const counts = new Array<number>(256).fill(0);
  for (const [i, byte] of all.entries()) {
    if (i % 32 !== 0 && i % 32 !== 31) counts[byte] = (counts[byte] ?? 0) + 1;
  }
  return counts;
}

/**
 * The two-sample chi-square statistic of as many draws on both sides has 255 degrees of freedom: nearly normal with mean
 * 255 and deviation 22.6; six deviations are passed with a probability below 10^-8.
 */
function lookAlike(a: Uint8Array, b: Uint8Array): boolean {
  const [first, second] = [histogram(a), histogram(b)];
  const statistic = first.reduce((sum, count, byte) => {
    const other = second[byte] ?? 0;
    return count + other === 0 ? sum : sum + (count - other) ** 2 / (count + other);
  }, 0);
  return statistic < 255 + 6 * 22.6;
}

const shapes = (sent: readonly SentMessage[]): string[] =>
  sent.map(({ step, payload }) => `${step} ${payload.length}`);

describe("the server's view", () => {
  it(
    "has fresh elements in every request (false alarm 2^-230) and one distribution for known and unknown keys (1e-8)",
    { timeout: 60_000 },
    async () => {
      const [ofKnown, ofUnknown] = [await elements(honest, known), await elements(honest, unknown)];
      expect(ofKnown.length).toBe(60 * 8 * 32);
      expect(repeated(concatBytes(ofKnown, ofUnknown))).toBe(0);
      expect(lookAlike(ofKnown, ofUnknown)).toBe(true);
    },
  );

  it("has the same messages of the same lengths for known, unknown and mixed keys, and fewer for repeated ones", async () => {
    const mixed = [...known.slice(0, 4), ...unknown.slice(0, 4)];
    const expected = shapes(await view(honest, [known]));
    expect(expected).toContain("request 256");
    for (const keys of [unknown, mixed]) expect(shapes(await view(honest, [keys]))).toEqual(expected);
    expect(shapes(await view(honest, [["a", "a", "b"]]))).toContain("request 64");
  });

  it("has, with buckets, the prefixes of the tags as documented: the same for the same key, in any session", async () => {
    const prefixes = async (keys: readonly PsiItem[]): Promise<string[]> =>
      (await view(honest, [keys], { bucketBits: 3 }))
        .filter(({ step }) => step === "prefixes")
        .map(({ payload }) => bytesToHex(payload));
    const ofOne = await Promise.all([...known, ...unknown].map((key) => prefixes([key])));
    expect(await Promise.all([...known, ...unknown].map((key) => prefixes([key])))).toEqual(ofOne);
    expect(ofOne.every(([prefix]) => prefix !== undefined && prefix < "08")).toBe(true);
    // Sixteen tags all in one of eight buckets: 8^-15 = 2^-45.
    expect(new Set(ofOne.flat()).size).toBeGreaterThan(1);
  });
});

describe("the same checks catch", () => {
  const fault = {
    file: "group/oprf-suite.js",
    text: "const blinds = randomScalars(rowCount(inputs), random);",
  };

  it("a client that blinds with a constant", { timeout: 60_000 }, async () => {
    const replacement = "const blinds = randomScalars(rowCount(inputs), (n) => new Uint8Array(n).fill(9));";
    const mutant = await importMutant<Client>("lookup-constant-blind", "lookup/index.js", {
      ...fault,
      replacement,
    });
    const [ofKnown, ofUnknown] = [await elements(mutant, known), await elements(mutant, unknown)];
    expect(repeated(ofKnown)).toBe(59 * 8);
    expect(lookAlike(ofKnown, ofUnknown)).toBe(false);
  });

  it("a client that asks once more where it found something", async () => {
    const mutant: Client = {
      lookupSession: (party, options, use) =>
        honest.lookupSession(party, options, (client) =>
          use({
            info: client.info,
            maxKeys: client.maxKeys,
            download: client.download,
            set: client.set,
            bucketBits: client.bucketBits,
            lookup: async (keys) => {
              const outcome = await client.lookup(keys);
              const found =
                outcome.status === "answered" && outcome.answers.some(({ status }) => status === "found");
              return found ? client.lookup(keys) : outcome;
            },
          }),
        ),
    };
    expect(shapes(await view(mutant, [known]))).not.toEqual(shapes(await view(mutant, [unknown])));
  });
});

describe("the published set", () => {
  it("shows no label, and opens one entry only with the evaluation of its key", async () => {
    const set = await published(entries);
    const evaluate = (key: voprf.OprfKey, text: string): EntryKey => {
      const bytes = Uint8Array.from([text.length, 0, 0, 0, ...new TextEncoder().encode(text)]);
      const inputs = { bytes, offsets: Uint32Array.of(0, bytes.length) };
      return new EntryKey(voprf.evaluateInputs(key, inputs), set.info);
    };
    const own = evaluate(serverKey, "known 5");
    const entry = set.find(own.tag);
    if (entry === undefined) throw new Error("expected an entry");
    expect(new TextDecoder().decode(own.open(entry)?.[0])).toBe("5");
    expect(evaluate(serverKey, "known 6").open(entry)).toBeUndefined();
    expect(set.find(evaluate(voprf.generateKey(), "known 5").tag)).toBeUndefined();
    expectRedacted(own);
  });
});
