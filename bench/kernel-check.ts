/**
 * node build/bench/kernel-check.js [--rows N] [--seed N] [--against libsodium|noble]
 *
 * Compares the kernel with another implementation on random rows, bit for bit: hashing to the group, multiplication by a
 * scalar a row, products of the generator, and sums of products. The default, libsodium in WebAssembly, shares no code
 * with the kernel nor with the reference, and a million rows take minutes; @noble/curves takes ten times as long. Two
 * processes with two seeds compare different rows.
 */

import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { createGroup, type Group } from "veilshare/group";
import { Prg } from "veilshare/random";
import { createContext } from "./context.js";

const batchRows = 4096;
const messageBytes = 24;
const dst = "veilshare/bench/kernel-check";

/** What is compared with the kernel: 32-byte encodings, n a batch. */
interface Oracle {
  readonly name: string;
  hash(messages: readonly Uint8Array[]): Uint8Array;
  multiply(elements: Uint8Array, scalars: Uint8Array): Uint8Array;
  multiplyBase(scalars: Uint8Array): Uint8Array;
  sum(scalars: Uint8Array, elements: Uint8Array): Uint8Array;
}

/** The part of libsodium that works on ristretto255. */
interface Sodium {
  readonly ready: Promise<void>;
  crypto_core_ristretto255_from_hash(hash: Uint8Array): Uint8Array;
  crypto_core_ristretto255_add(a: Uint8Array, b: Uint8Array): Uint8Array;
  crypto_core_ristretto255_scalar_reduce(wide: Uint8Array): Uint8Array;
  crypto_scalarmult_ristretto255(scalar: Uint8Array, element: Uint8Array): Uint8Array;
  crypto_scalarmult_ristretto255_base(scalar: Uint8Array): Uint8Array;
}

async function loadSodium(): Promise<Sodium> {
  const loaded = (await createContext({ timeMs: 0, large: false, quick: false, repeats: undefined }).rival(
    "libsodium-wrappers-sumo",
  )) as {
    readonly default: Sodium;
  };
  await loaded.default.ready;
  return loaded.default;
}

function sodiumOracle(sodium: Sodium): Oracle {
  const products = (elements: Uint8Array, scalars: Uint8Array): Uint8Array[] =>
    rowsOf(elements).map((element, i) => sodium.crypto_scalarmult_ristretto255(rowAt(scalars, i), element));
  return {
    name: "libsodium",
    hash: (messages) =>
      concat(messages.map((message) => sodium.crypto_core_ristretto255_from_hash(expand(message)))),
    multiply: (elements, scalars) => concat(products(elements, scalars)),
    multiplyBase: (scalars) =>
      concat(rowsOf(scalars).map((scalar) => sodium.crypto_scalarmult_ristretto255_base(scalar))),
    sum: (scalars, elements) => {
      let total: Uint8Array = new Uint8Array(32);
      for (const product of products(elements, scalars)) {
        total = sodium.crypto_core_ristretto255_add(total, product);
      }
      return total;
    },
  };
}

function nobleOracle(): Oracle {
  const reference = createGroup({ backend: "reference" });
  return {
    name: "@noble/curves",
    hash: (messages) => reference.hashToGroup(batchOf(messages), dst),
    multiply: (elements, scalars) => reference.multiplyEach(elements, scalars),
    multiplyBase: (scalars) => reference.multiplyBase(scalars),
    sum: (scalars, elements) => reference.linearCombinationVartime(scalars, elements),
  };
}

/** expand_message_xmd of RFC 9380, section 5.3.1, for 64 bytes, on the platform's SHA-512. */
function expand(message: Uint8Array): Uint8Array {
  const tag = new TextEncoder().encode(dst);
  const tagWithLength = concat([tag, Uint8Array.of(tag.length)]);
  const sha512 = (parts: readonly Uint8Array[]): Uint8Array =>
    createHash("sha512").update(concat(parts)).digest();
  const first = sha512([new Uint8Array(128), message, Uint8Array.of(0, 64, 0), tagWithLength]);
  return sha512([first, Uint8Array.of(1), tagWithLength]);
}

/** Compares one batch; every hundredth row of it is summed as well. */
function compareBatch(kernel: Group, oracle: Oracle, input: Prg, sodium: Sodium, rows: number): void {
  const messages = Array.from({ length: rows }, () => input.bytes(messageBytes));
  const scalars = concat(messages.map(() => sodium.crypto_core_ristretto255_scalar_reduce(input.bytes(64))));
  const hashed = kernel.hashToGroup(batchOf(messages), dst);
  expectSame("hashToGroup", hashed, oracle.hash(messages));
  const products = kernel.multiplyEach(hashed, scalars);
  expectSame("multiplyEach", products, oracle.multiply(hashed, scalars));
  expectSame("multiplyBase", kernel.multiplyBase(scalars), oracle.multiplyBase(scalars));
  const some = 32 * Math.ceil(rows / 100);
  const [factors, elements] = [scalars.subarray(0, some), products.subarray(0, some)];
  const sum = kernel.linearCombinationVartime(factors, elements);
  expectSame("linearCombinationVartime", sum, oracle.sum(factors, elements));
}

function expectSame(operation: string, ours: Uint8Array, theirs: Uint8Array): void {
  for (let at = 0; at < ours.length; at += 32) {
    if (ours.length === theirs.length && Buffer.compare(rowAt(ours, at / 32), rowAt(theirs, at / 32)) === 0) {
      continue;
    }
    throw new Error(`kernel-check: ${operation} differs in row ${at / 32} of its batch`);
  }
}

function rowAt(rows: Uint8Array, i: number): Uint8Array {
  return rows.subarray(32 * i, 32 * i + 32);
}

function rowsOf(rows: Uint8Array): Uint8Array[] {
  return Array.from({ length: rows.length / 32 }, (_, i) => rowAt(rows, i));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function batchOf(messages: readonly Uint8Array[]): { bytes: Uint8Array; offsets: Uint32Array } {
  const offsets = Uint32Array.from({ length: messages.length + 1 }, (_, i) => messageBytes * i);
  return { bytes: concat(messages), offsets };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      against: { type: "string", default: "libsodium" },
    },
  });
  const rows = Number(values.rows);
  const sodium = await loadSodium();
  const oracle = values.against === "noble" ? nobleOracle() : sodiumOracle(sodium);
  const input = Prg.derive(new Uint8Array(32).fill(Number(values.seed)), "kernel-check");
  const kernel = createGroup({ backend: "kernel" });
  const start = performance.now();
  for (let done = 0; done < rows; done += batchRows) {
    compareBatch(kernel, oracle, input, sodium, Math.min(batchRows, rows - done));
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  process.stdout.write(
    `${rows} rows hashed, multiplied and multiplied into the generator equal ${oracle.name}'s (seed ${values.seed}, ${seconds} s)\n`,
  );
}

await main();
