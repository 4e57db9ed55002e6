import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

const prime = 2n ** 255n - 19n;
const quadBytes = 160;
/** The bound of a limb of weight 1 in the kernel's comments. */
const weightLimit = 4160;

interface Field {
  readonly memory: WebAssembly.Memory;
  memoryStart(): number;
  canonicalLimbs(): number;
  unpackConstants(): void;
  multiply(out: number, a: number, b: number): void;
  square(out: number, a: number): void;
  carry(out: number, a: number): void;
  invert(out: number, a: number): void;
  canonicalize(quad: number): void;
  pack(bytes: number, quad: number): void;
  unpack(quad: number, bytes: number): void;
  zeroMask(quad: number): number;
  negativeMask(quad: number): number;
  squareRootRatio(out: number, u: number, v: number): number;
}

function mod(value: bigint): bigint {
  return ((value % prime) + prime) % prime;
}

/** 20 limbs for each of four lanes. */
type Limbs = readonly (readonly number[])[];

function valueOf(limbs: readonly number[]): bigint {
  return limbs.reduceRight((value, limb) => (value << 13n) + BigInt(limb), 0n);
}

const limbsWithin = (most: number): fc.Arbitrary<Limbs> =>
  fc.array(
    fc.array(
      // Half of all limbs at the very edge, where sums are largest.
      fc.oneof(fc.constantFrom(most, -most), fc.integer({ min: -most, max: most })),
      { minLength: 20, maxLength: 20 },
    ),
    { minLength: 4, maxLength: 4 },
  );

describe("the kernel's field arithmetic", () => {
  let field: Field;
  let a: number;
  let b: number;
  let out: number;

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), "veilshare-field-"));
    const binary = join(folder, "field.wasm");
    const flags = ["--enable", "simd", "-O3", "--runtime", "stub", "--noAssert", "--use", "abort="];
    // The compiler's own types redefine TypeScript's globals, so it is run, not imported.
    const compiler = "node_modules/assemblyscript/bin/asc.js";
    execFileSync("node", [compiler, "test/kernels/assembly/field.ts", "--outFile", binary, ...flags]);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(binary)), {});
    rmSync(folder, { recursive: true });
    field = instance.exports as unknown as Field; // exactly the exports of assembly/field.ts
    field.unpackConstants();
    a = field.memoryStart();
    b = a + quadBytes;
    out = b + quadBytes;
  }, 60_000);

  const words = (quad: number): Int16Array => new Int16Array(field.memory.buffer, quad, quadBytes / 2);

  const write = (quad: number, limbs: Limbs): void => {
    const target = words(quad);
    for (const [lane, own] of limbs.entries()) {
      for (const [i, limb] of own.entries()) target[8 * (i >> 1) + 2 * lane + (i & 1)] = limb;
    }
  };

  const read = (quad: number): number[][] => {
    const source = words(quad);
    return [0, 1, 2, 3].map((lane) =>
      Array.from({ length: 20 }, (_, i) => source[8 * (i >> 1) + 2 * lane + (i & 1)] ?? 0),
    );
  };

  const expectLanes = (quad: number, expected: readonly bigint[]): void => {
    const limbs = read(quad);
    expect(limbs.map((own) => mod(valueOf(own)))).toEqual(expected.map(mod));
    for (const limb of limbs.flat()) expect(Math.abs(limb)).toBeLessThanOrEqual(weightLimit);
  };

  for (const [v, w] of [
    [1, 1],
    [2, 2],
    [3, 2],
    [2, 3],
    [6, 1],
    [1, 6],
  ] as const) {
    it(`multiplies weights ${v} and ${w}, limbs at their extremes, and gives weight 1`, () => {
      fc.assert(
        fc.property(limbsWithin(v * weightLimit), limbsWithin(w * weightLimit), (x, y) => {
          write(a, x);
          write(b, y);
          field.multiply(out, a, b);
          expectLanes(
            out,
            x.map((own, lane) => valueOf(own) * valueOf(y[lane] ?? [])),
          );
        }),
        { numRuns: 200 },
      );
    });
  }

  it("multiplies limbs that are all at one extreme", () => {
    const uniform = (limb: number): Limbs => [0, 1, 2, 3].map(() => new Array<number>(20).fill(limb));
    for (const [x, y] of [
      [3 * weightLimit, 2 * weightLimit],
      [-3 * weightLimit, 2 * weightLimit],
      [-3 * weightLimit, -2 * weightLimit],
    ] as const) {
      write(a, uniform(x));
      write(b, uniform(y));
      field.multiply(out, a, b);
      expectLanes(
        out,
        uniform(x).map((own, lane) => valueOf(own) * valueOf(uniform(y)[lane] ?? [])),
      );
    }
  });

  it("squares as it multiplies, for weights up to 2", () => {
    for (const weight of [1, 2]) {
      fc.assert(
        fc.property(limbsWithin(weight * weightLimit), (x) => {
          write(a, x);
          field.square(out, a);
          expectLanes(
            out,
            x.map((own) => valueOf(own) ** 2n),
          );
        }),
        { numRuns: 200 },
      );
    }
  });

  const carried = (x: Limbs): number[][] => {
    write(a, x);
    field.carry(out, a);
    return read(out);
  };

  it.each([
    [4, 5312],
    [6, 5920],
  ])(
    "carries weights up to %i without changing the value; the first limb is at most %i, others have weight 1",
    (weight, most) => {
      fc.assert(
        fc.property(limbsWithin(weight * weightLimit), (x) => {
          const limbs = carried(x);
          expect(limbs.map((own) => mod(valueOf(own)))).toEqual(x.map((own) => mod(valueOf(own))));
          for (const [first = 0, ...others] of limbs) {
            expect(Math.abs(first)).toBeLessThanOrEqual(most);
            for (const limb of others) expect(Math.abs(limb)).toBeLessThanOrEqual(weightLimit);
          }
        }),
      );
      // The bound is reached: the first limb keeps all it can, the last one passes on all it can.
      const extreme = Array.from({ length: 20 }, (_, i) =>
        i === 0 ? -4096 : i === 19 ? -weight * weightLimit : 0,
      );
      for (const [first] of carried([extreme, extreme, extreme, extreme])) expect(first).toBe(-most);
    },
  );

  it("carries limbs from -32,768 to 28,671, and none beyond", () => {
    const edge = fc.constantFrom(-32_768, -28_672, 28_671, 24_576, 0, 4095, -4096);
    const lanes = fc.array(fc.array(edge, { minLength: 20, maxLength: 20 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(lanes, (x) => {
        const limbs = carried(x);
        expect(limbs.map((own) => mod(valueOf(own)))).toEqual(x.map((own) => mod(valueOf(own))));
        for (const [first = 0] of limbs) expect(Math.abs(first)).toBeLessThanOrEqual(4096 + 4 * 608);
      }),
    );
    for (const limb of [28_672, 7 * weightLimit]) {
      const beyond = Array.from({ length: 20 }, (_, i) => (i === 7 ? limb : 0));
      const [own = []] = carried([beyond, beyond, beyond, beyond]);
      expect(mod(valueOf(own))).not.toBe(mod(valueOf(beyond)));
    }
  });

  it("multiplies what was carried by weights up to 4, limbs at their extremes", () => {
    fc.assert(
      fc.property(limbsWithin(4 * weightLimit), limbsWithin(4 * weightLimit), (x, y) => {
        const source = x.map((own) => [-4096, ...own.slice(1)]);
        write(a, source);
        field.carry(a, a);
        write(b, y);
        field.multiply(out, a, b);
        expectLanes(
          out,
          source.map((own, lane) => valueOf(own) * valueOf(y[lane] ?? [])),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("packs the one canonical encoding of every representation, p and its multiples included", () => {
    const check = (x: Limbs): void => {
      write(a, x);
      field.pack(out, a);
      const bytes = new Uint8Array(field.memory.buffer, out, 128);
      for (const [lane, own] of x.entries()) {
        const encoded = bytes.subarray(32 * lane, 32 * lane + 32);
        expect(encoded.reduceRight((value, byte) => (value << 8n) + BigInt(byte), 0n)).toBe(
          mod(valueOf(own)),
        );
        expect((field.negativeMask(a) >> lane) & 1).toBe(Number(mod(valueOf(own)) & 1n));
        expect((field.zeroMask(a) >> lane) & 1).toBe(mod(valueOf(own)) === 0n ? 1 : 0);
      }
    };
    fc.assert(fc.property(limbsWithin(2 * weightLimit), check), { numRuns: 150 });
    for (const value of [0n, 1n, prime - 1n, prime, prime + 1n, 2n * prime, 31n * prime, 32n * prime + 5n]) {
      const limbs = Array.from({ length: 20 }, (_, i) => Number((value >> BigInt(13 * i)) & 8191n));
      check([limbs, limbs.map((limb) => -limb), limbs, limbs]);
    }
  });

  it("unpacks what it packs, ignoring bit 255", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 128, maxLength: 128 }), (bytes) => {
        new Uint8Array(field.memory.buffer, b, 128).set(bytes);
        field.unpack(a, b);
        const expected = [0, 1, 2, 3].map((lane) =>
          bytes
            .subarray(32 * lane, 32 * lane + 32)
            .reduceRight((value, byte) => (value << 8n) + BigInt(byte), 0n),
        );
        expectLanes(
          a,
          expected.map((value) => value & (2n ** 255n - 1n)),
        );
      }),
    );
  });

  it("inverts, and gives 0 for 0", () => {
    fc.assert(
      fc.property(limbsWithin(weightLimit), (x) => {
        write(a, [x[0] ?? [], x[1] ?? [], x[2] ?? [], new Array<number>(20).fill(0)]);
        field.invert(out, a);
        const values = read(a).map((own) => mod(valueOf(own)));
        expectLanes(
          out,
          values.map((value) => (value === 0n ? 0n : ed25519.Point.Fp.inv(value))),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("finds square roots of ratios as RFC 9496 defines them, u or v zero included", () => {
    const { Fp } = ed25519.Point;
    const root = Fp.sqrt(Fp.neg(1n));
    const rootOfMinusOne = (root & 1n) === 0n ? root : Fp.neg(root); // SQRT_M1, section 4.1
    fc.assert(
      fc.property(
        limbsWithin(2 * weightLimit),
        limbsWithin(2 * weightLimit),
        fc.nat({ max: 5 }),
        (x, y, zero) => {
          const none = new Array<number>(20).fill(0);
          const u = x.map((own, lane) => (zero === lane ? none : own));
          const v = y.map((own, lane) => (zero === lane + 2 ? none : own));
          write(a, u);
          write(b, v);
          const squares = field.squareRootRatio(out, a, b);
          const roots = read(out).map((own) => mod(valueOf(own)));
          for (const [lane, found] of roots.entries()) {
            const [un, vn] = [mod(valueOf(u[lane] ?? [])), mod(valueOf(v[lane] ?? []))];
            expect(found & 1n).toBe(0n);
            const isSquare = ((squares >> lane) & 1) === 1;
            if (un === 0n) expect([found, isSquare]).toEqual([0n, true]);
            else if (vn === 0n) expect([found, isSquare]).toEqual([0n, false]);
            else {
              const ratio = Fp.div(un, vn);
              expect(Fp.sqr(found)).toBe(isSquare ? ratio : Fp.mul(ratio, rootOfMinusOne));
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
