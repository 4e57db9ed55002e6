import { ed25519, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../dist/bytes/encoding.js";
import { integerFromBytes } from "../../dist/field/prime-field.js";
import { instantiateRistretto255, type Ristretto255Kernel } from "../../dist/kernels/ristretto255/kernel.js";
import { Prg } from "../../dist/random/prg.js";

const { Fp } = ed25519.Point;
const d = Fp.div(Fp.neg(121665n), 121666n);
const rootOfMinusOne = evenOf(Fp.sqrt(Fp.neg(1n)));

/** A point of the Jacobi quartic t^2 = s^4 + 2As^2 + 1. */
interface QuarticPoint {
  readonly s: bigint;
  readonly t: bigint;
}

/** Element derivation of RFC 9496, section 4.3.4, by the reference. */
function derive(uniform: Uint8Array): Uint8Array {
  const point = ristretto255_hasher.deriveToCurve?.(uniform);
  if (point === undefined) throw new Error("@noble/curves has no element derivation");
  return point.toBytes();
}

function evenOf(value: bigint): bigint {
  return (value & 1n) === 0n ? value : Fp.neg(value);
}

/** SQRT_RATIO_M1 of RFC 9496, section 4.2. */
function squareRootRatio(u: bigint, v: bigint): { isSquare: boolean; root: bigint } {
  if (v === 0n) return { isSquare: u === 0n, root: 0n };
  const ratio = Fp.div(u, v);
  const isSquare = Fp.eql(Fp.pow(ratio, (Fp.ORDER - 1n) / 2n), 1n) || ratio === 0n;
  return { isSquare, root: evenOf(Fp.sqrt(isSquare ? ratio : Fp.mul(ratio, rootOfMinusOne))) };
}

/** MAP of RFC 9496, section 4.3.4, up to the point (s, N/v); v = 0 gives undefined. */
function toQuartic(t: bigint): QuarticPoint | undefined {
  const r = Fp.mul(rootOfMinusOne, Fp.sqr(t));
  const u = Fp.mul(Fp.add(r, 1n), Fp.sub(1n, Fp.sqr(d)));
  const v = Fp.mul(Fp.sub(Fp.neg(1n), Fp.mul(r, d)), Fp.add(r, d));
  if (v === 0n) return undefined;
  const { isSquare, root } = squareRootRatio(u, v);
  const s = isSquare ? root : Fp.neg(evenOf(Fp.mul(root, t)));
  const c = isSquare ? Fp.neg(1n) : r;
  const n = Fp.sub(Fp.mul(Fp.mul(c, Fp.sub(r, 1n)), Fp.sqr(Fp.sub(d, 1n))), v);
  return { s, t: Fp.div(n, v) };
}

/** The field elements that the map sends to a point: found by solving for r, kept where the map confirms them. */
function preimagesOf(point: QuarticPoint): bigint[] {
  // With a = (t + 1)(d + 1)/(d - 1): t0^2 = (a + s^2)^2 / (i(s^4 - a^2)), or the same with -s^2.
  const a = Fp.div(Fp.mul(Fp.add(point.t, 1n), Fp.add(d, 1n)), Fp.sub(d, 1n));
  const squared = Fp.sqr(point.s);
  const { isSquare, root } = squareRootRatio(1n, Fp.mul(rootOfMinusOne, Fp.sub(Fp.sqr(squared), Fp.sqr(a))));
  if (!isSquare) return [];
  const candidates = [Fp.add(a, squared), Fp.sub(a, squared)].map((sum) => evenOf(Fp.mul(sum, root)));
  return candidates.filter((candidate) => {
    const mapped = toQuartic(candidate);
    return mapped?.s === point.s && mapped.t === point.t;
  });
}

/** The four points whose s is 1/s or -1/s. */
function reciprocals({ s, t }: QuarticPoint): QuarticPoint[] {
  const inverse = Fp.inv(s);
  const other = Fp.mul(t, Fp.sqr(inverse));
  return [inverse, Fp.neg(inverse)].flatMap((x) => [
    { s: x, t: other },
    { s: x, t: Fp.neg(other) },
  ]);
}

describe("the kernel's map from uniform bytes", () => {
  let kernel: Ristretto255Kernel;
  const prg = new Prg(new Uint8Array(32).fill(21));

  beforeAll(() => {
    const created = instantiateRistretto255();
    if (created === undefined) throw new Error("this platform cannot run the kernel");
    kernel = created;
  });

  const expectMaps = (uniform: readonly Uint8Array[]): void => {
    kernel.uniform.set(concatBytes(...uniform));
    kernel.mapUniform(uniform.length);
    expect(kernel.output.slice(0, 32 * uniform.length)).toEqual(concatBytes(...uniform.map(derive)));
    kernel.wipe();
  };

  const pair = (first: bigint, second: bigint): Uint8Array =>
    concatBytes(Fp.toBytes(first), Fp.toBytes(second));

  it("equals the reference on random bytes, in every number of rows up to 9 and a full call", () => {
    for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 9, 256]) {
      expectMaps(Array.from({ length: count }, () => prg.bytes(64)));
    }
  });

  it("equals the reference on halves that are 0, 1, -1, equal, opposite, or roots of v, where n/v has no value", () => {
    const r1 = Fp.neg(d);
    const r2 = Fp.neg(Fp.inv(d));
    const roots = [r1, r2].flatMap((r) => {
      const { isSquare, root } = squareRootRatio(r, rootOfMinusOne);
      return isSquare ? [root, Fp.neg(root)] : [];
    });
    expect(roots.length).toBeGreaterThan(0);
    const edges = [0n, 1n, 2n, Fp.ORDER - 1n, rootOfMinusOne, Fp.neg(rootOfMinusOne), ...roots];
    const rows: Uint8Array[] = [];
    for (const first of edges) for (const second of edges) rows.push(pair(first, second));
    for (const edge of edges) rows.push(pair(edge, integerFromBytes(prg.bytes(31))));
    for (const value of [integerFromBytes(prg.bytes(31))])
      rows.push(pair(value, value), pair(value, Fp.neg(value)));
    expectMaps(rows);
  });

  it("equals the reference where the sum on the quartic has no formula: s1 s2 = 1 or -1", () => {
    const rows: Uint8Array[] = [];
    const signs = new Set<string>();
    for (let tries = 0; tries < 60; tries++) {
      const first = integerFromBytes(prg.bytes(31));
      const point = toQuartic(first);
      if (point === undefined || point.s === 0n) continue;
      for (const [i, other] of reciprocals(point).entries()) {
        for (const second of preimagesOf(other)) {
          rows.push(pair(first, second));
          signs.add(String(i));
        }
      }
    }
    expect(rows.length).toBeGreaterThan(20);
    expect(signs.size).toBeGreaterThan(1);
    for (let at = 0; at < rows.length; at += 250) expectMaps(rows.slice(at, at + 250));
    // Alone in a quad of ordinary rows, in each lane.
    for (let lane = 0; lane < 4; lane++) {
      const quad = Array.from({ length: 4 }, () => prg.bytes(64));
      quad[lane] = rows[lane] ?? new Uint8Array(64);
      expectMaps(quad);
    }
  });
});
