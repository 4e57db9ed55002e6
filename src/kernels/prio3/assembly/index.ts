/**
 * What the kernel does, for both fields: the same functions, once for each element size. The caller lays vectors out in
 * the memory from `heap` on, calls one operation, takes the result, and wipes what it used.
 */

import { prepareElements } from "./element";
import { addPairProducts, doubleRows, fillTables, lagrangeWeights, wipePolynomials } from "./polynomials";
import { sample } from "./sampling";
import { absorb, finishInput, squeeze, startSponge } from "./turboshake";
import {
  addVectors,
  combineRows,
  firstInvalid,
  multiplyVectors,
  rangeCheckWires,
  subtractVectors,
  sumOf,
  wipeVectors,
} from "./vectors";

export { absorb, finishInput, squeeze, startSponge };

/** Computes constants; once, after instantiation. */
export function start(): void {
  prepareElements();
}

/** Where free memory begins. */
export function heap(): usize {
  return (__heap_base + 15) & ~15;
}

/** Overwrites all scratch memory, the sponge included. */
export function wipe(): void {
  wipePolynomials();
  wipeVectors();
  startSponge();
}

export function firstInvalid64(vector: usize, length: usize): i32 {
  return firstInvalid<u64>(vector, length);
}

export function firstInvalid128(vector: usize, length: usize): i32 {
  return firstInvalid<v128>(vector, length);
}

export function addVectors64(target: usize, addend: usize, length: usize): void {
  addVectors<u64>(target, addend, length);
}

export function addVectors128(target: usize, addend: usize, length: usize): void {
  addVectors<v128>(target, addend, length);
}

export function subtractVectors64(target: usize, subtrahend: usize, length: usize): void {
  subtractVectors<u64>(target, subtrahend, length);
}

export function subtractVectors128(target: usize, subtrahend: usize, length: usize): void {
  subtractVectors<v128>(target, subtrahend, length);
}

export function multiplyVectors64(target: usize, factor: usize, length: usize): void {
  multiplyVectors<u64>(target, factor, length);
}

export function multiplyVectors128(target: usize, factor: usize, length: usize): void {
  multiplyVectors<v128>(target, factor, length);
}

export function sumOf64(out: usize, vector: usize, length: usize): void {
  sumOf<u64>(out, vector, length);
}

export function sumOf128(out: usize, vector: usize, length: usize): void {
  sumOf<v128>(out, vector, length);
}

export function combineRows64(out: usize, rows: usize, weights: usize, rowLength: usize, count: usize): void {
  combineRows<u64>(out, rows, weights, rowLength, count);
}

export function combineRows128(out: usize, rows: usize, weights: usize, rowLength: usize, count: usize): void {
  combineRows<v128>(out, rows, weights, rowLength, count);
}

export function fillTables64(forward: usize, inverse: usize, twists: usize, roots: usize, length: usize): void {
  fillTables<u64>(forward, inverse, twists, roots, length);
}

export function fillTables128(forward: usize, inverse: usize, twists: usize, roots: usize, length: usize): void {
  fillTables<v128>(forward, inverse, twists, roots, length);
}

export function doubleRows64(out: usize, rows: usize, length: usize, count: usize, forward: usize, inverse: usize, twists: usize): void {
  doubleRows<u64>(out, rows, length, count, forward, inverse, twists);
}

export function doubleRows128(out: usize, rows: usize, length: usize, count: usize, forward: usize, inverse: usize, twists: usize): void {
  doubleRows<v128>(out, rows, length, count, forward, inverse, twists);
}

export function addPairProducts64(sum: usize, rows: usize, length: usize, pairs: usize): void {
  addPairProducts<u64>(sum, rows, length, pairs);
}

export function addPairProducts128(sum: usize, rows: usize, length: usize, pairs: usize): void {
  addPairProducts<v128>(sum, rows, length, pairs);
}

export function lagrangeWeights64(out: usize, length: usize, point: usize, nodes: usize, differences: usize): void {
  lagrangeWeights<u64>(out, length, point, nodes, differences);
}

export function lagrangeWeights128(out: usize, length: usize, point: usize, nodes: usize, differences: usize): void {
  lagrangeWeights<v128>(out, length, point, nodes, differences);
}

export function rangeCheckWires64(out: usize, elements: usize, seeds: usize, challenges: usize, powers: usize, shift: usize, calls: usize, pairs: usize, wireLength: usize): void {
  rangeCheckWires<u64>(out, elements, seeds, challenges, powers, shift, calls, pairs, wireLength);
}

export function rangeCheckWires128(out: usize, elements: usize, seeds: usize, challenges: usize, powers: usize, shift: usize, calls: usize, pairs: usize, wireLength: usize): void {
  rangeCheckWires<v128>(out, elements, seeds, challenges, powers, shift, calls, pairs, wireLength);
}

export function sample64(out: usize, length: usize): void {
  sample<u64>(out, length);
}

export function sample128(out: usize, length: usize): void {
  sample<v128>(out, length);
}
