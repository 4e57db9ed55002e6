/**
 * The compiled kernel of Prio3 (sources in `assembly/`) as a typed object: vectors over the two fields, and
 * TurboSHAKE128. A caller lays its vectors out in an {@link Arena}, calls one operation with their addresses, and takes
 * the result; the arena overwrites what it held.
 *
 * **Security.** No branch and no memory address in the kernel depends on an element or on what is hashed, but for the verdict
 * that an element is not canonical and for values that are drawn and left out; what the engine's compiler makes of it
 * is not promised by WebAssembly.
 */

import { kernelInstance } from "../instance.js";
import { prio3Module } from "./module.generated.js";

/** Addresses of vectors and counts of elements; all for one field. */
export interface FieldKernel {
  readonly firstInvalid: (vector: number, length: number) => number;
  readonly addVectors: (target: number, addend: number, length: number) => void;
  readonly subtractVectors: (target: number, subtrahend: number, length: number) => void;
  readonly multiplyVectors: (target: number, factor: number, length: number) => void;
  readonly sumOf: (out: number, vector: number, length: number) => void;
  readonly combineRows: (
    out: number,
    rows: number,
    weights: number,
    rowLength: number,
    count: number,
  ) => void;
  readonly fillTables: (
    forward: number,
    inverse: number,
    twists: number,
    roots: number,
    length: number,
  ) => void;
  readonly doubleRows: (
    out: number,
    rows: number,
    length: number,
    count: number,
    forward: number,
    inverse: number,
    twists: number,
  ) => void;
  readonly addPairProducts: (sum: number, rows: number, length: number, pairs: number) => void;
  readonly lagrangeWeights: (
    out: number,
    length: number,
    point: number,
    nodes: number,
    differences: number,
  ) => void;
  readonly rangeCheckWires: (
    out: number,
    elements: number,
    seeds: number,
    challenges: number,
    powers: number,
    shift: number,
    calls: number,
    pairs: number,
    wireLength: number,
  ) => void;
  readonly sample: (out: number, length: number) => void;
}

/** The kernel's operations on one memory. One operation at a time; nothing is kept between two uses of the arena. */
export interface Prio3Kernel {
  readonly field64: FieldKernel;
  readonly field128: FieldKernel;
  startSponge(): void;
  absorb(bytes: number, length: number): void;
  finishInput(domain: number): void;
  squeeze(out: number, length: number): void;
  /** Lends the memory to `work`, then overwrites what it used. */
  use<T>(work: (arena: Arena) => T): T;
}

type FieldExports = {
  readonly [Name in keyof FieldKernel as `${Name}${64 | 128}`]: FieldKernel[Name];
};

/** The functions of the module, as WebAssembly sees them. */
interface Exports extends FieldExports {
  readonly memory: WebAssembly.Memory;
  start(): void;
  heap(): number;
  wipe(): void;
  startSponge(): void;
  absorb(bytes: number, length: number): void;
  finishInput(domain: number): void;
  squeeze(out: number, length: number): void;
}

const pageBytes = 65_536;
const alignment = 16;

/** The kernel's free memory during one operation. Addresses are numbers that mean nothing afterwards. */
export class Arena {
  readonly #memory: WebAssembly.Memory;
  readonly #start: number;
  #end: number;

  constructor(memory: WebAssembly.Memory, start: number) {
    this.#memory = memory;
    this.#start = start;
    this.#end = start;
  }

  /** Room for some bytes, all zero. */
  reserve(byteLength: number): number {
    const address = this.#end;
    this.#end += Math.ceil(byteLength / alignment) * alignment;
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / pageBytes));
    return address;
  }

  /** A copy of some bytes in the kernel's memory. */
  put(bytes: Uint8Array): number {
    const address = this.reserve(bytes.length);
    this.write(address, bytes);
    return address;
  }

  write(address: number, bytes: Uint8Array): void {
    new Uint8Array(this.#memory.buffer, address, bytes.length).set(bytes);
  }

  /** A copy of some bytes out of the kernel's memory. */
  take(address: number, byteLength: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, address, byteLength).slice();
  }

  /** Copies into memory outside of the kernel. */
  takeInto(address: number, target: Uint8Array): void {
    target.set(new Uint8Array(this.#memory.buffer, address, target.length));
  }

  wipe(): void {
    new Uint8Array(this.#memory.buffer, this.#start, this.#end - this.#start).fill(0);
    this.#end = this.#start;
  }
}

/**
 * A fresh instance, or undefined where it can't run, see {@link kernelInstance}.
 */
export function instantiatePrio3(): Prio3Kernel | undefined {
  const instance = kernelInstance(prio3Module);
  if (instance === undefined) return undefined;
  const exports = instance.exports as unknown as Exports; // the module is ours; the kernel's tests call each one
  exports.start();
  const arena = new Arena(exports.memory, exports.heap());
  return {
    field64: fieldKernel(exports, 64),
    field128: fieldKernel(exports, 128),
    startSponge: () => {
      exports.startSponge();
    },
    absorb: (bytes, length) => {
      exports.absorb(bytes, length);
    },
    finishInput: (domain) => {
      exports.finishInput(domain);
    },
    squeeze: (out, length) => {
      exports.squeeze(out, length);
    },
    use: (work) => {
      try {
        return work(arena);
      } finally {
        arena.wipe();
        exports.wipe();
      }
    },
  };
}

function fieldKernel(exports: Exports, bits: 64 | 128): FieldKernel {
  return {
    firstInvalid: exports[`firstInvalid${bits}`],
    addVectors: exports[`addVectors${bits}`],
    subtractVectors: exports[`subtractVectors${bits}`],
    multiplyVectors: exports[`multiplyVectors${bits}`],
    sumOf: exports[`sumOf${bits}`],
    combineRows: exports[`combineRows${bits}`],
    fillTables: exports[`fillTables${bits}`],
    doubleRows: exports[`doubleRows${bits}`],
    addPairProducts: exports[`addPairProducts${bits}`],
    lagrangeWeights: exports[`lagrangeWeights${bits}`],
    rangeCheckWires: exports[`rangeCheckWires${bits}`],
    sample: exports[`sample${bits}`],
  };
}
