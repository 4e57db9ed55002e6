import { ecb } from "@noble/ciphers/aes.js";
import { beforeEach, describe, expect, it } from "vitest";
import { instantiateOt, type OtKernel } from "../../dist/kernels/ot/kernel.js";
import { CorrelationHash } from "../../dist/ot/correlation-hash.js";
import { referenceOt } from "../../dist/ot/reference-kernel.js";
import { openBlockCipher as openByNode } from "../../dist/random/block-cipher-node.js";
import { openBlockCipher as openPortable } from "../../dist/random/block-cipher-portable.js";
import { deriveKey, Prg, randomBytes } from "../../dist/random/index.js";
import { importMutant } from "../support/mutant.js";

function compiled(): OtKernel {
  const kernel = instantiateOt();
  if (kernel === undefined) throw new Error("this platform cannot run the kernel");
  return kernel;
}

const both = { kernel: compiled(), reference: referenceOt() };

/** The same bytes in every area of both, so that an operation must give the same bytes everywhere. */
function fillAreas(seed: number): void {
  for (const machine of Object.values(both)) {
    const prg = new Prg(new Uint8Array(32).fill(seed));
    for (const area of areasOf(machine)) prg.fill(area.subarray(0, 4096));
  }
}

function areasOf(machine: OtKernel): readonly Uint8Array[] {
  const { leaves, sum, rows, delta, bits, first, hash, factors, shares, message, coefficients } = machine;
  const leafParts = Array.from({ length: 16 }, (_, x) =>
    leaves.subarray(x * machine.stripe, (x + 1) * machine.stripe),
  );
  return [...leafParts, sum, rows, delta, bits, ...first, ...hash, factors, shares, message, coefficients];
}

/** What an operation gives on each, of one area. */
function results(
  operation: (machine: OtKernel) => void,
  area: (machine: OtKernel) => Uint8Array,
): Uint8Array[] {
  return Object.values(both).map((machine) => {
    operation(machine);
    return area(machine).slice(0, 20_000);
  });
}

function expectSame([a, b]: readonly Uint8Array[]): void {
  expect(a).toEqual(b);
  expect(a?.some((byte) => byte !== 0)).toBe(true);
}

describe("the compiled kernel gives the reference's bytes", () => {
  beforeEach(() => {
    fillAreas(5);
  });

  it.each([16, 64, 512])("for folding, correcting and transposing columns of %i bytes", (bytes) => {
    const matrix = (machine: OtKernel): void => {
      for (let tree = 0; tree < 16; tree++) {
        machine.run.foldSixteen(4 * tree, bytes, 0);
        machine.run.addSum(4 * tree, 4, tree, bytes);
      }
      for (let tree = 32; tree < 64; tree++) {
        machine.run.foldFour(2 * tree, bytes);
        machine.run.addSum(2 * tree, 2, tree & 3, bytes);
      }
      machine.run.foldSixteen(0, bytes, 1);
      machine.run.transpose(bytes);
    };
    expectSame(results(matrix, (machine) => machine.rows.subarray(0, 128 * bytes)));
    expectSame(
      results(
        (machine) => {
          machine.run.foldSixteen(0, bytes, 0);
        },
        (machine) => machine.sum.subarray(0, bytes),
      ),
    );
    expectSame(
      results(
        (machine) => {
          machine.run.foldFour(0, bytes);
        },
        (machine) => machine.sum.subarray(0, bytes),
      ),
    );
  });

  it.each([128, 256])("for the sums of the consistency check over %i rows", (rows) => {
    for (const choices of [0, 1]) {
      expectSame(
        results(
          (machine) => {
            machine.run.hashRows(rows, choices);
          },
          (machine) => machine.checked,
        ),
      );
    }
  });

  it("for pairs of rows and the steps of the hash", () => {
    const steps = (machine: OtKernel): void => {
      machine.run.pairRows(200);
      for (const side of [0, 1]) {
        machine.run.addTweaks(60, 3, 2n ** 33n + 5n, 7, side);
        machine.run.addFirst(60, 3, side);
        machine.run.addTweaks(60, 3, 9n, 2 ** 20 - 1, side);
      }
    };
    expectSame(results(steps, (machine) => machine.first[1]));
    expectSame(results(steps, (machine) => machine.hash[0]));
    expectSame(results(steps, (machine) => machine.hash[1]));
  });

  const shapes = [1, 20, 32, 64].flatMap((bits) => [1, 2, 3, 6].map((words) => ({ bits, words })));
  it.each(shapes)("for products of $bits bits and $words words", ({ bits, words }) => {
    const elements = Math.floor(256 / (bits * Math.ceil(words / 2))) + 1;
    const send = (machine: OtKernel): void => {
      machine.run.sendProducts(elements, bits, words);
    };
    const stride = words === 1 ? 8 : 16 * Math.ceil(words / 2);
    const messageBytes = elements * words * (bits === 64 ? 260 : 8 * bits);
    expectSame(results(send, (machine) => machine.message.subarray(0, messageBytes)));
    // The last word of an odd row is padding.
    const meaningful = (machine: OtKernel): Uint8Array =>
      machine.shares.subarray(0, elements * stride).map((byte, at) => (at % stride < 8 * words ? byte : 0));
    expectSame(results(send, meaningful));
    const receive = (machine: OtKernel): void => {
      machine.run.receiveProducts(elements, bits, words);
    };
    expectSame(results(receive, meaningful));
  });

  it("for products of bits", () => {
    expectSame(
      results(
        (machine) => {
          machine.run.sendBits(192);
        },
        (machine) => machine.message.subarray(0, 24),
      ),
    );
    expectSame(
      results(
        (machine) => {
          machine.run.sendBits(192);
        },
        (machine) => machine.shares.subarray(0, 24),
      ),
    );
    expectSame(
      results(
        (machine) => {
          machine.run.receiveBits(192);
        },
        (machine) => machine.shares.subarray(0, 24),
      ),
    );
  });

  it("and leaves nothing of a matrix or a hash once wiped", () => {
    for (const machine of Object.values(both)) {
      machine.run.wipeMatrix(4096);
      machine.run.wipeHash(4096);
      const { coefficients, ...rest } = machine;
      expect(coefficients.some((byte) => byte !== 0)).toBe(true); // public
      expect(
        areasOf({ ...rest, coefficients: new Uint8Array(0) }).every(
          (area) => !area.some((byte) => byte !== 0),
        ),
      ).toBe(true);
    }
  });
});

/** TMMO by its definition, on @noble/ciphers alone. */
function definition(key: Uint8Array, row: Uint8Array, rowNumber: number, block: number): Uint8Array {
  const encrypt = (block: Uint8Array): Uint8Array => ecb(key, { disablePadding: true }).encrypt(block);
  const first = encrypt(row);
  const tweak = new Uint8Array(16);
  const view = new DataView(tweak.buffer);
  view.setBigUint64(0, BigInt(rowNumber), true);
  view.setBigUint64(8, BigInt(block), true);
  const second = encrypt(first.map((byte, i) => byte ^ (tweak[i] ?? 0)));
  return second.map((byte, i) => byte ^ (first[i] ?? 0));
}

function hashOf(Hash: typeof CorrelationHash, name: Uint8Array, rows: Uint8Array): Uint8Array {
  const { kernel } = both;
  kernel.first[0].set(rows);
  const hash = new Hash(name, 6);
  hash.begin(kernel, 0, rows.length / 16);
  hash.hash(kernel, 0, { rows: rows.length / 16, blocks: 2, firstRow: 100, firstBlock: 3 });
  return kernel.hash[0].slice(0, 2 * rows.length);
}

function isDefinition(Hash: typeof CorrelationHash): boolean {
  const name = randomBytes(32);
  const rows = new Uint8Array(5 * 16).map((_, i) => i % 16); // all alike: only the tweak tells them apart
  const context = Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 0);
  const key = deriveKey({ secret: name, label: "veilshare/ot/hash", context }).subarray(0, 16);
  const got = hashOf(Hash, name, rows);
  for (let i = 0; i < 10; i++) {
    const row = i >> 1;
    const expected = definition(key, rows.subarray(16 * row, 16 * row + 16), 100 + row, 3 + (i & 1));
    if (!Buffer.from(expected).equals(got.subarray(16 * i, 16 * i + 16))) return false;
  }
  return true;
}

describe("the hash of correlated rows", () => {
  it("is TMMO of the row and its number and block, by the definition", () => {
    expect(isDefinition(CorrelationHash)).toBe(true);
  });

  it("is not, and the test says so, in a build that leaves the tweak out", async () => {
    const mutant = await importMutant<{ CorrelationHash: typeof CorrelationHash }>(
      "no-tweak",
      "ot/correlation-hash.js",
      {
        file: "ot/correlation-hash.js",
        text: "BigInt(firstRow), firstBlock, side",
        replacement: "0n, 0, side",
      },
    );
    expect(isDefinition(mutant.CorrelationHash)).toBe(false);
  });
});

describe("AES-128 on blocks", () => {
  it("is FIPS 197, appendix B and C.1, in both implementations", () => {
    const vectors = [
      [
        "2b7e151628aed2a6abf7158809cf4f3c",
        "3243f6a8885a308d313198a2e0370734",
        "3925841d02dc09fbdc118597196a0b32",
      ],
      [
        "000102030405060708090a0b0c0d0e0f",
        "00112233445566778899aabbccddeeff",
        "69c4e0d86a7b0430d8cdb78070b4c55a",
      ],
    ];
    for (const open of [openByNode, openPortable]) {
      for (const [key = "", plain = "", cipher = ""] of vectors) {
        const block = Uint8Array.from(Buffer.from(plain, "hex"));
        open(Buffer.from(key, "hex")).encrypt(block, block);
        expect(Buffer.from(block).toString("hex")).toBe(cipher);
      }
    }
  });

  it("is the same in both for long inputs, and for none", () => {
    const [key, source] = [randomBytes(16), randomBytes(70_000 * 16)];
    const outputs = [openByNode, openPortable].map((open) => {
      const target = new Uint8Array(source.length);
      open(key).encrypt(source, target);
      open(key).encrypt(new Uint8Array(0), new Uint8Array(0));
      return Buffer.from(target);
    });
    expect(outputs[0]?.equals(outputs[1] ?? Buffer.alloc(0))).toBe(true);
  });
});
