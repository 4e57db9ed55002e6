/**
 * The curve25519 and edwards25519 encodings that Wycheproof collected against other implementations (twists, small orders,
 * values at and above p, their negations), taken as ristretto255 encodings. Wycheproof has no verdict for those: the oracle
 * is RFC 9496, section 4.3.1, written out over BigInt here.
 */

import { describe, expect, it } from "vitest";
import { bytesToHex, concatBytes, bytesFromHex } from "../../dist/bytes/encoding.js";
import { createGroup } from "../../dist/group/index.js";
import { describeWithData, readDataJson } from "../support/data.js";

const p = 2n ** 255n - 19n;
const mod = (x: bigint): bigint => ((x % p) + p) % p;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = mod(base), left = exponent; left > 0n; left >>= 1n, square = mod(square * square)) {
    if ((left & 1n) === 1n) result = mod(result * square);
  }
  return result;
}

const d = mod(-121665n * power(121666n, p - 2n));

/** Whether 1 / x is a square: by Euler's criterion, and 0 counts as none, as its square root is not defined here. */
const isSquare = (x: bigint): boolean => power(x, (p - 1n) / 2n) === 1n;

/** 1 / sqrt(x) of either sign, for a square: the root of 1 / x in a field with p = 5 mod 8. */
function inverseRoot(x: bigint): bigint {
  const inverse = power(x, p - 2n);
  const root = power(inverse, (p + 3n) / 8n);
  return mod(root * root) === inverse ? root : mod(root * power(2n, (p - 1n) / 4n));
}

const isNegative = (x: bigint): boolean => (x & 1n) === 1n;

/** RFC 9496, section 4.3.1; the identity, 0, is an element. */
function isElement(encoding: Uint8Array): boolean {
  const s = BigInt(`0x${bytesToHex(encoding.toReversed())}`);
  if (s >= p || isNegative(s)) return false; // step 1
  const ss = mod(s * s);
  const u1 = mod(1n - ss);
  const u2 = mod(1n + ss);
  const v = mod(-(d * mod(u1 * u1)) - mod(u2 * u2));
  const product = mod(v * mod(u2 * u2));
  if (!isSquare(product)) return false;
  const invsqrt = inverseRoot(product);
  const denX = mod(invsqrt * u2);
  const denY = mod(mod(invsqrt * denX) * v);
  const doubled = mod(2n * s * denX);
  const x = isNegative(doubled) ? mod(-doubled) : doubled;
  const y = mod(u1 * denY);
  return !isNegative(mod(x * y)) && y !== 0n;
}

interface X25519Vectors {
  readonly testGroups: readonly {
    readonly tests: readonly { readonly public: string; readonly shared: string }[];
  }[];
}

interface Ed25519Vectors {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly { readonly sig: string }[];
  }[];
}

const x25519File = "crypto/wycheproof-x25519_test-part-a.json";
const ed25519File = "crypto/wycheproof-ed25519_test-part-a.json";
const groups = [createGroup({ backend: "kernel" }), createGroup({ backend: "reference" })] as const;

/** Every encoding, with its top bit and its lowest bit cleared too, so that more of them reach the square root. */
function encodings(): Uint8Array[] {
  const texts = new Set<string>();
  for (const { tests } of readDataJson<X25519Vectors>(x25519File).testGroups) {
    for (const { public: point, shared } of tests) texts.add(point).add(shared);
  }
  for (const { publicKey, tests } of readDataJson<Ed25519Vectors>(ed25519File).testGroups) {
    texts.add(publicKey.pk);
    for (const { sig } of tests) texts.add(sig.slice(0, 64)).add(sig.slice(64, 128));
  }
  const all = new Set<string>();
  for (const text of texts) {
    if (text.length !== 64) continue;
    const bytes = bytesFromHex(text, "vector", 32);
    const tame = bytes.map((byte, i) => (i === 0 ? byte & 0xfe : i === 31 ? byte & 0x7f : byte));
    all.add(bytesToHex(bytes)).add(bytesToHex(tame));
  }
  return [...all].map((text) => bytesFromHex(text, "vector", 32));
}

describe("the oracle", () => {
  it("takes the generator and the identity, and no odd, large or unreachable value", () => {
    const generator = groups[1].multiplyBase(Uint8Array.of(1, ...new Uint8Array(31)));
    expect([generator, new Uint8Array(32)].map(isElement)).toEqual([true, true]);
    const odd = Uint8Array.of(1, ...new Uint8Array(31));
    expect([odd, new Uint8Array(32).fill(0xff)].map(isElement)).toEqual([false, false]);
  });
});

describeWithData("Wycheproof's encodings", [x25519File, ed25519File], () => {
  const all = encodings();
  const valid = all.filter(isElement);

  it("are accepted and refused as RFC 9496 says, by the kernel and the reference, alone and in a batch", () => {
    expect(all.length).toBeGreaterThan(500);
    expect(valid.length).toBeGreaterThan(50);
    expect(valid.length).toBeLessThan(all.length - 50);
    for (const group of groups) {
      const accepted = all.filter(
        (encoding) => group.firstInvalidElement(encoding, { identity: "allow" }) < 0,
      );
      expect(accepted.map(bytesToHex)).toEqual(valid.map(bytesToHex));
    }
    const [bad = new Uint8Array(32)] = all.filter((encoding) => !isElement(encoding));
    const batch = concatBytes(...valid.slice(0, 9), bad, ...valid.slice(9, 12));
    for (const group of groups) expect(group.firstInvalidElement(batch, { identity: "allow" })).toBe(9);
  });

  it("have the same products on both, the order's edges among the scalars", () => {
    const batch = concatBytes(...valid);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    for (const scalar of [1n, 2n, order - 1n, 2n ** 251n + 1n]) {
      const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number((scalar >> BigInt(8 * i)) & 255n));
      const [ours, reference] = groups.map((group) => group.multiply(batch, bytes, { identity: "allow" }));
      expect(ours).toEqual(reference);
    }
  });
});
