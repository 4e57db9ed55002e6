/**
 * The compiled ristretto255 kernel (sources in `assembly/`) as a typed object. It works on fixed buffers of its own
 * memory, a limited number of rows a call; `group/kernel-backend.ts` cuts batches to size.
 *
 * **Security.** No branch and no memory address in the kernel depends on a scalar, a point or a message; what the
 * engine's compiler makes of it is not promised by WebAssembly. `wipe` overwrites every buffer.
 */

import { kernelInstance } from "../instance.js";
import { ristretto255Module } from "./module.generated.js";

/** The kernel's operations and buffers. The buffers are views of its memory, valid until the kernel is dropped. */
export interface Ristretto255Kernel {
  /** Most rows of one call. */
  readonly rowCapacity: number;
  /** Most bytes of all messages of one call. */
  readonly messageCapacity: number;
  /** Encodings, 32 bytes a row. */
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  /** One scalar or one a row: 32 bytes each, canonical; zero only where an operation says what it gives. */
  readonly scalars: Uint8Array;
  /** The domain separation tag, followed by its length in one byte. */
  readonly tag: Uint8Array;
  readonly messages: Uint8Array;
  /** Where each message begins, and where the last ends. */
  readonly offsets: Uint32Array;
  /** 64 uniform bytes a row. */
  readonly uniform: Uint8Array;
  /** output = scalar * input. Gives the first row that is refused, or -1. */
  multiply(rows: number, scalarEach: boolean, noIdentity: boolean): number;
  /** output = scalar * generator, one scalar a row; zero gives the identity. */
  multiplyBase(rows: number): void;
  /** Begins a sum of products. */
  clearSum(): void;
  /** Adds scalar * input of all rows to the sum; the scalars may be zero. Gives the first row that is refused, or -1. */
  addProducts(rows: number): number;
  /** The output's first row = the sum. */
  finishSum(): void;
  /** output = input + scalars, read as elements; or input - scalars. Gives the first row that is refused, or -1. */
  addEach(rows: number, subtracting: boolean): number;
  /** output = scalar * hash(message). */
  hashAndMultiply(rows: number, tagLength: number): void;
  /** output = hash(message). */
  hash(rows: number, tagLength: number): void;
  /** uniform = 64 bytes of every message, as expand_message_xmd gives them. */
  expand(rows: number, tagLength: number): void;
  /** output = the element of 64 uniform bytes. */
  mapUniform(rows: number): void;
  /** Gives the first row of the input that is refused, or -1. */
  check(rows: number, noIdentity: boolean): number;
  wipe(): void;
}

/** The functions of the module, as WebAssembly sees them. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  rowCapacity(): number;
  messageCapacity(): number;
  input(): number;
  output(): number;
  scalars(): number;
  tag(): number;
  messages(): number;
  offsets(): number;
  uniform(): number;
  start(): void;
  multiply(rows: number, scalarEach: number, noIdentity: number): number;
  multiplyBase(rows: number): void;
  clearSum(): void;
  addProducts(rows: number): number;
  finishSum(): void;
  addEach(rows: number, subtracting: number): number;
  hashAndMultiply(rows: number, tagLength: number): void;
  hash(rows: number, tagLength: number): void;
  expand(rows: number, tagLength: number): void;
  mapUniform(rows: number): void;
  check(rows: number, noIdentity: number): number;
  wipe(): void;
}

const rowBytes = 32;
const tagCapacity = 256;

/**
 * A fresh instance, or undefined where it can't run, see {@link kernelInstance}.
 */
export function instantiateRistretto255(): Ristretto255Kernel | undefined {
  const instance = kernelInstance(ristretto255Module);
  if (instance === undefined) return undefined;
  const exports = instance.exports as unknown as Exports; // the module is ours; the kernel's tests call each one
  exports.start();
  return kernelOf(exports);
}

function kernelOf(exports: Exports): Ristretto255Kernel {
  const { buffer } = exports.memory;
  const rowCapacity = exports.rowCapacity();
  const messageCapacity = exports.messageCapacity();
  return {
    rowCapacity,
    messageCapacity,
    input: new Uint8Array(buffer, exports.input(), rowCapacity * rowBytes),
    output: new Uint8Array(buffer, exports.output(), rowCapacity * rowBytes),
    scalars: new Uint8Array(buffer, exports.scalars(), rowCapacity * rowBytes),
    tag: new Uint8Array(buffer, exports.tag(), tagCapacity),
    messages: new Uint8Array(buffer, exports.messages(), messageCapacity),
    offsets: new Uint32Array(buffer, exports.offsets(), rowCapacity + 1),
    uniform: new Uint8Array(buffer, exports.uniform(), rowCapacity * 2 * rowBytes),
    multiply: (rows, scalarEach, noIdentity) =>
      exports.multiply(rows, Number(scalarEach), Number(noIdentity)),
    multiplyBase: (rows) => {
      exports.multiplyBase(rows);
    },
    clearSum: () => {
      exports.clearSum();
    },
    addProducts: (rows) => exports.addProducts(rows),
    finishSum: () => {
      exports.finishSum();
    },
    addEach: (rows, subtracting) => exports.addEach(rows, Number(subtracting)),
    hashAndMultiply: (rows, tagLength) => {
      exports.hashAndMultiply(rows, tagLength);
    },
    hash: (rows, tagLength) => {
      exports.hash(rows, tagLength);
    },
    expand: (rows, tagLength) => {
      exports.expand(rows, tagLength);
    },
    mapUniform: (rows) => {
      exports.mapUniform(rows);
    },
    check: (rows, noIdentity) => exports.check(rows, Number(noIdentity)),
    wipe: () => {
      exports.wipe();
    },
  };
}
