import { describe, expect, it } from "vitest";
import * as aggregation from "../../dist/aggregation/index.js";
import { MaskKey } from "../../dist/aggregation/pair-masks.js";
import { simulate, type Party } from "../../dist/channel/index.js";
import { randomBytes } from "../../dist/random/index.js";
import { subtractInPlace } from "../../dist/ring/index.js";
import { importMutant, type Mutation } from "../support/mutant.js";
import { recordedParty } from "../support/recorded-party.js";

/** Two pieces and a bit: a mask that starts anew with each piece would show. */
const length = 2 * 65_536 + 64;
const maxAbs = 2n ** 61n;

type SecureSum = typeof aggregation.secureSum;
type Keys = readonly [(n: number) => Uint8Array, (n: number) => Uint8Array, (n: number) => Uint8Array];
const freshKeys: Keys = [randomBytes, randomBytes, randomBytes];

interface Recording {
  /** What party 0 sends as its masked vector. */
  readonly masked: BigUint64Array;
  readonly publicKeys: readonly Uint8Array[];
  readonly sessionId: Uint8Array;
}

/** Runs a sum of three parties and notes what party 0 puts on the wire. */
async function record(secureSum: SecureSum, input: bigint, keys: Keys = freshKeys): Promise<Recording> {
  const pieces: Uint8Array[] = [];
  const publicKeys: Uint8Array[] = [];
  let sessionId = new Uint8Array(0);
  await simulate(3, (plain: Party) => {
    const party = recordedParty(plain, ({ step, payload, to }) => {
      if (plain.index === 0 && step === "masked" && to === 1) pieces.push(payload);
      if (step === "key") publicKeys[plain.index] = payload;
      return payload;
    });
    const own = new BigInt64Array(length).fill(plain.index === 0 ? input : 0n);
    const observed = party.index === 0 ? withSessionId(party, (id) => (sessionId = id)) : party;
    return secureSum(observed, own, { maxAbs, random: keys[plain.index] ?? randomBytes });
  });
  const bytes = new Uint8Array(8 * length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { masked: new BigUint64Array(bytes.buffer), publicKeys, sessionId };
}

function withSessionId(party: Party, note: (id: Uint8Array<ArrayBuffer>) => void): Party {
  return new Proxy(party, {
    get(target, key): unknown {
      const value: unknown = Reflect.get(target, key, target);
      if (key !== "run") return typeof value === "function" ? (value.bind(target) as unknown) : value;
      const run: Party["run"] = (id, body) =>
        target.run(id, (inside) => {
          note(inside.sessionId.slice());
          return body(inside);
        });
      return run;
    },
  });
}

/**
 * Faults in the claim "these words are uniform". Each of the 64 bit counts is binomial: beyond 6.5 standard deviations
 * with chance 8e-11, so 5e-9 for all; the chi-square over byte values (255 degrees of freedom) is above 420 with
 * chance 4e-10. Together: a false alarm in fewer than one of 10^8 calls.
 */
function uniformityFaults(words: BigUint64Array): string[] {
  const faults: string[] = [];
  // How often each byte value stands at each of a word's eight places.
  const places = Array.from({ length: 8 }, () => new Float64Array(256));
  for (const [i, byte] of new Uint8Array(words.buffer).entries()) {
    const place = places[i % 8] as Float64Array; // one a residue
    place[byte] = (place[byte] ?? 0) + 1;
  }
  const deviation = Math.sqrt(words.length) / 2;
  for (const place of places) {
    for (let bit = 0; bit < 8; bit++) {
      const ones = place.reduce((sum, count, byte) => sum + (byte & (1 << bit) ? count : 0), 0);
      if (Math.abs(ones - words.length / 2) > 6.5 * deviation) faults.push("bit count");
    }
  }
  const expected = words.length / 32;
  const totals = Array.from({ length: 256 }, (_, byte) => places.reduce((sum, p) => sum + (p[byte] ?? 0), 0));
  const chiSquare = totals.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  if (chiSquare > 420) faults.push("byte values");
  return faults;
}

/** Faults in the claim "a masked vector tells nothing". Fewer than one false alarm in 10^7 calls. */
async function privacyFaults(secureSum: SecureSum, keys: Keys = freshKeys): Promise<string[]> {
  const zeros = await record(secureSum, 0n, keys);
  const again = await record(secureSum, 0n, keys);
  const large = await record(secureSum, maxAbs - 1n, keys);
  const faults = [zeros, again, large].flatMap(({ masked }) => uniformityFaults(masked));
  // The difference of two runs is the difference of independent masks: uniform too, whatever the inputs.
  faults.push(
    ...uniformityFaults(difference(zeros.masked, again.masked)).map((fault) => `same input: ${fault}`),
  );
  faults.push(
    ...uniformityFaults(difference(zeros.masked, large.masked)).map((fault) => `other input: ${fault}`),
  );
  // Within a run, the input being constant, so is the difference of its pieces. Chance of an equal word: 2^-64 each.
  const first = zeros.masked.slice(0, 65_536);
  const second = zeros.masked.slice(65_536, 2 * 65_536);
  faults.push(...uniformityFaults(difference(first, second)).map((fault) => `pieces: ${fault}`));
  return faults;
}

function difference(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  const result = a.slice();
  subtractInPlace(result, b);
  return result;
}

describe("what a party of a secure sum sends", () => {
  it("is uniform, new in every run and independent of its input (false alarm below 1e-7)", async () => {
    expect(await privacyFaults(aggregation.secureSum)).toEqual([]);
  }, 60_000);

  it("is so even where every party draws the same keys again: masks are bound to the session", async () => {
    const keys = [1, 2, 3].map((seed) => () => new Uint8Array(32).fill(seed)) as unknown as Keys;
    expect(await privacyFaults(aggregation.secureSum, keys)).toEqual([]);
  }, 60_000);

  it("stays uniform to a party that takes off the mask it shares (false alarm below 1e-8)", async () => {
    const secret = randomBytes(32);
    const { masked, publicKeys, sessionId } = await record(aggregation.secureSum, 5n, [
      randomBytes,
      () => secret.slice(),
      randomBytes,
    ]);
    const colluder = new MaskKey(() => secret.slice());
    const peer = { sessionId, ownIndex: 1, index: 0, publicKey: publicKeys[0] ?? new Uint8Array(0) };
    const shared = colluder.maskWith(peer);
    if (shared === undefined) throw new Error("no shared mask");
    const rest = masked.slice();
    subtractInPlace(rest, shared.words(length)); // party 0 comes before party 1, so it added the mask
    expect(uniformityFaults(rest)).toEqual([]);
    expect(rest).not.toEqual(masked);
  }, 60_000);
});

describe("the privacy check can fail: it finds", () => {
  const masks = "aggregation/pair-masks.js";
  const sum = "aggregation/secure-sum.js";
  const mutants: readonly (readonly [string, Mutation])[] = [
    [
      "no-mask",
      { file: sum, text: "applyMask(words, run.index, peer, mask);", replacement: "mask.words(1);" },
    ],
    [
      "half-a-mask",
      {
        file: masks,
        text: "mask.words(words.length)",
        replacement: "mask.words(words.length).map((w) => w >> 32n)",
      },
    ],
    [
      "mask-of-one-word",
      {
        file: masks,
        text: "mask.words(words.length)",
        replacement: "new BigUint64Array(words.length).fill(mask.words(1)[0])",
      },
    ],
    [
      "mask-anew-with-each-piece",
      {
        file: masks,
        text: "const stream = mask.words(words.length);",
        replacement:
          "mask.first ??= mask.words(words.length); const stream = mask.first.slice(0, words.length);",
      },
    ],
    [
      "mask-reused-across-sessions",
      {
        file: masks,
        text: "Prg.derive(sharedSecret, maskLabel, context)",
        replacement: "new Prg(new Uint8Array(32).fill(ownFirst + 2 * peer.index + 2 * peer.ownIndex))",
      },
    ],
  ];

  it.each(mutants)(
    "%s",
    async (name, mutation) => {
      const mutant = await importMutant<typeof aggregation>(name, "aggregation/index.js", mutation);
      expect(await privacyFaults(mutant.secureSum)).not.toEqual([]);
    },
    60_000,
  );

  it("a mask that forgets the session, where keys repeat", async () => {
    const mutation = { file: masks, text: ".bytes(peer.sessionId)", replacement: "" };
    const mutant = await importMutant<typeof aggregation>("no-session", "aggregation/index.js", mutation);
    const keys = [1, 2, 3].map((seed) => () => new Uint8Array(32).fill(seed)) as unknown as Keys;
    expect(await privacyFaults(mutant.secureSum, keys)).not.toEqual([]);
  }, 60_000);
});
