import { ristretto255 } from "@noble/curves/ed25519.js";
import { hashAndMultiply, hashToGroup, multiply, multiplyBase, randomScalar } from "veilshare/group";
import { summarise, round, type Measurement, type Topic } from "../measurement.js";

/** Rows of one call: as many as the kernel works on at a time. */
const rows = 4;
const samplesEach = 4000;
const tag = "veilshare/bench/timing";

/** A scalar with two bits set: what an addition chain that looks at bits is fastest with. */
const sparseScalar = new Uint8Array(32);
sparseScalar[0] = 1;
sparseScalar[31] = 8;

/**
 * Does the time of a multiplication tell the scalar? Each operation runs with one sparse scalar and with random ones in
 * random order; Welch's t compares the two after the slowest twentieth of each is left out. Above 4.5 a difference is
 * likely, above 10 it is certain (Reparaz, Balasch, Verbauwhede: Dude, is my code constant time?, 2017). The control must
 * show one, else the harness sees nothing. A small value proves nothing: it bounds what this test sees on this machine.
 */
export const timingTopic: Topic = {
  name: "timing",
  title: "Does time tell the scalar? (Welch's t: above 4.5 likely, above 10 certain)",
  run(context) {
    const input = context.input("timing");
    const bytes = input.bytes(16 * rows);
    const batch = { bytes, offsets: Uint32Array.from({ length: rows + 1 }, (_, i) => 16 * i) };
    const elements = hashToGroup(batch, tag);
    const point = ristretto255.Point.fromBytes(elements.slice(0, 32));
    const toBigint = (scalar: Uint8Array): bigint => ristretto255.Point.Fn.fromBytes(scalar);
    const results = [
      compareClasses("group.multiply", (scalar) => multiply(elements, scalar)),
      compareClasses("group.hashAndMultiply", (scalar) => hashAndMultiply(batch, tag, scalar)),
      compareClasses("group.multiplyBase", (scalar) => multiplyBase(scalar), 1),
      compareClasses("@noble/curves multiply", (scalar) => point.multiply(toBigint(scalar)), 1),
      compareClasses(
        "control that leaks: @noble/curves multiplyUnsafe",
        (scalar) => point.multiplyUnsafe(toBigint(scalar)),
        1,
      ),
    ];
    return Promise.resolve({ results, ratios: {} });
  },
};

type Work = (scalar: Uint8Array) => unknown;

function compareClasses(name: string, work: Work, items = rows): Measurement {
  const sparse: number[] = [];
  const random: number[] = [];
  let kept: unknown;
  for (let warm = 0; warm < 200; warm++) kept = work(randomScalar());
  for (let sample = 0; sample < 2 * samplesEach; sample++) {
    // Both scalars are made in every round, so that the rounds differ in nothing else.
    const fresh = randomScalar();
    const isSparse = ((fresh[5] ?? 0) & 1) === 1;
    const scalar = isSparse ? sparseScalar.slice() : fresh;
    const start = performance.now();
    kept = work(scalar);
    (isSparse ? sparse : random).push(performance.now() - start);
  }
  if (kept === undefined) throw new Error("bench: no result");
  const measurement = summarise({ name, items, unit: "rows", threads: 1 }, [...sparse, ...random]);
  return { ...measurement, welchT: round(Math.abs(welchT(cropped(sparse), cropped(random))), 2) };
}

function cropped(times: readonly number[]): number[] {
  return [...times].sort((a, b) => a - b).slice(0, Math.floor(0.95 * times.length));
}

function welchT(a: readonly number[], b: readonly number[]): number {
  const [left, right] = [moments(a), moments(b)];
  return (left.mean - right.mean) / Math.sqrt(left.variance / a.length + right.variance / b.length);
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / (values.length - 1) };
}
