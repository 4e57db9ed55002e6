/** Vectors over a prime field on the compiled kernel. Each operation copies its vectors in and its result out. */

import type { Arena, FieldKernel, Prio3Kernel } from "../kernels/prio3/kernel.js";
import {
  elementCount,
  power,
  rootOfUnity,
  vectorOf,
  type FieldVector,
  type RangeCheckColumns,
  type VectorField,
  type VectorFieldParameters,
} from "./vector-field.js";

/** The roots that the transforms of one length need. */
interface Roots {
  readonly halfRoot: bigint;
  readonly root: bigint;
  readonly inverseRoot: bigint;
  readonly inverseLength: bigint;
}

/** A field whose arithmetic is the kernel's. */
export class KernelField implements VectorField {
  readonly name: VectorFieldParameters["name"];
  readonly modulus: bigint;
  readonly elementBytes: VectorFieldParameters["elementBytes"];
  readonly twoAdicity: number;
  readonly root: bigint;
  readonly #kernel: Prio3Kernel;
  readonly #field: FieldKernel;
  readonly #roots = new Map<number, Roots>();

  constructor(parameters: VectorFieldParameters, kernel: Prio3Kernel) {
    this.name = parameters.name;
    this.modulus = parameters.modulus;
    this.elementBytes = parameters.elementBytes;
    this.twoAdicity = parameters.twoAdicity;
    this.root = parameters.root;
    this.#kernel = kernel;
    this.#field = parameters.name === "Field64" ? kernel.field64 : kernel.field128;
  }

  firstInvalid(bytes: Uint8Array): number {
    return this.#kernel.use((arena) => this.#field.firstInvalid(arena.put(bytes), elementCount(this, bytes)));
  }

  addInPlace(target: FieldVector, addend: FieldVector): void {
    this.#kernel.use((arena) => {
      const address = arena.put(target);
      this.#field.addVectors(address, arena.put(addend), elementCount(this, target));
      arena.takeInto(address, target);
    });
  }

  subtractInPlace(target: FieldVector, subtrahend: FieldVector): void {
    this.#kernel.use((arena) => {
      const address = arena.put(target);
      this.#field.subtractVectors(address, arena.put(subtrahend), elementCount(this, target));
      arena.takeInto(address, target);
    });
  }

  multiply(a: FieldVector, b: FieldVector): FieldVector {
    return this.#kernel.use((arena) => {
      const address = arena.put(a);
      this.#field.multiplyVectors(address, arena.put(b), elementCount(this, a));
      return arena.take(address, a.length);
    });
  }

  sum(vector: FieldVector): FieldVector {
    return this.#kernel.use((arena) => {
      const out = this.#reserve(arena, 1);
      this.#field.sumOf(out, arena.put(vector), elementCount(this, vector));
      return arena.take(out, this.elementBytes);
    });
  }

  combineRows(rows: FieldVector, weights: FieldVector): FieldVector {
    return this.#kernel.use((arena) => {
      const rowLength = elementCount(this, weights);
      const count = elementCount(this, rows) / rowLength;
      const out = this.#reserve(arena, count);
      this.#field.combineRows(out, arena.put(rows), arena.put(weights), rowLength, count);
      return arena.take(out, count * this.elementBytes);
    });
  }

  doubleEvaluations(rows: FieldVector, rowLength: number): FieldVector {
    return this.#kernel.use((arena) => {
      const count = elementCount(this, rows) / rowLength;
      const { halfRoot, root, inverseRoot, inverseLength } = this.#rootsOf(rowLength);
      const roots = arena.put(vectorOf(this, [halfRoot, root, inverseRoot, inverseLength]));
      const [forward, inverse] = [this.#reserve(arena, rowLength), this.#reserve(arena, rowLength)];
      const twists = this.#reserve(arena, rowLength);
      this.#field.fillTables(forward, inverse, twists, roots, rowLength);
      const out = this.#reserve(arena, 2 * count * rowLength);
      this.#field.doubleRows(out, arena.put(rows), rowLength, count, forward, inverse, twists);
      return arena.take(out, 2 * rows.length);
    });
  }

  addPairProducts(sum: FieldVector, rows: FieldVector): void {
    this.#kernel.use((arena) => {
      const length = elementCount(this, sum);
      const address = arena.put(sum);
      this.#field.addPairProducts(address, arena.put(rows), length, elementCount(this, rows) / length / 2);
      arena.takeInto(address, sum);
    });
  }

  lagrangeWeights(length: number, point: FieldVector): FieldVector {
    return this.#kernel.use((arena) => {
      const { root, inverseLength } = this.#rootsOf(length);
      const input = this.#reserve(arena, 3);
      arena.write(input, point);
      arena.write(input + this.elementBytes, vectorOf(this, [root, inverseLength]));
      const [out, nodes, differences] = [
        this.#reserve(arena, length),
        this.#reserve(arena, length),
        this.#reserve(arena, length),
      ];
      this.#field.lagrangeWeights(out, length, input, nodes, differences);
      return arena.take(out, length * this.elementBytes);
    });
  }

  rangeCheckWires({ wireLength, ...columns }: RangeCheckColumns): FieldVector {
    return this.#kernel.use((arena) => {
      const calls = elementCount(this, columns.challenges);
      const pairs = elementCount(this, columns.seeds) / 2;
      const out = this.#reserve(arena, 2 * pairs * wireLength);
      const powers = arena.put(columns.powers);
      this.#field.rangeCheckWires(
        out,
        arena.put(columns.elements),
        arena.put(columns.seeds),
        arena.put(columns.challenges),
        powers,
        arena.put(columns.sharesInverse),
        calls,
        pairs,
        wireLength,
      );
      arena.takeInto(powers, columns.powers);
      return arena.take(out, 2 * pairs * wireLength * this.elementBytes);
    });
  }

  #reserve(arena: Arena, elements: number): number {
    return arena.reserve(elements * this.elementBytes);
  }

  #rootsOf(length: number): Roots {
    const known = this.#roots.get(length);
    if (known !== undefined) return known;
    const { modulus } = this;
    const root = rootOfUnity(this, length);
    const roots = {
      halfRoot: rootOfUnity(this, 2 * length),
      root,
      inverseRoot: power(root, modulus - 2n, modulus),
      inverseLength: power(BigInt(length), modulus - 2n, modulus),
    };
    this.#roots.set(length, roots);
    return roots;
  }
}
