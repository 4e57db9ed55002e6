import { ristretto255 } from "@noble/curves/ed25519.js";
import {
  hashAndMultiply,
  hashToGroup,
  multiply,
  multiplyBase,
  multiplyEach,
  randomScalar,
  voprf,
} from "veilshare/group";
import { summarise, round, type Measurement, type Topic } from "../measurement.js";

/** Rows of one call: as many as the kernel works on at a time. */
const rows = 4;
const samplesEach = 4000;
/** Of the slower steps with a proof. */
const proofSamplesEach = 1500;
/** Welch's t that the control must reach on any machine. */
const certain = 10;
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
    const asIs = (scalar: Uint8Array): Uint8Array => scalar;
    const asKey = (scalar: Uint8Array): voprf.OprfKey => new voprf.OprfKey(scalar);
    const results = [
      compareClasses("group.multiply", asIs, (scalar) => multiply(elements, scalar)),
      compareClasses("group.hashAndMultiply", asIs, (scalar) => hashAndMultiply(batch, tag, scalar)),
      compareClasses("group.multiplyBase", asIs, (scalar) => multiplyBase(scalar), { items: 1 }),
      compareClasses("group.multiplyEach", fourTimes, (scalars) => multiplyEach(elements, scalars)),
      compareClasses(
        "voprf.evaluate: products, proof and its response",
        asKey,
        (key) => voprf.evaluate(key, elements),
        {
          samplesEach: proofSamplesEach,
        },
      ),
      compareClasses("voprf.evaluateInputs", asKey, (key) => voprf.evaluateInputs(key, batch)),
      compareClasses("@noble/curves multiply", asIs, (scalar) => point.multiply(toBigint(scalar)), {
        items: 1,
      }),
    ];
    const control = compareClasses(
      "control that leaks: @noble/curves multiplyUnsafe",
      asIs,
      (scalar) => point.multiplyUnsafe(toBigint(scalar)),
      { items: 1 },
    );
    if ((control.welchT ?? 0) < certain) {
      throw new Error(
        "bench: the control did not leak, so the harness sees nothing on this machine as it is",
      );
    }
    return Promise.resolve({ results: [...results, control], ratios: {} });
  },
};

function fourTimes(scalar: Uint8Array): Uint8Array {
  const scalars = new Uint8Array(rows * scalar.length);
  for (let row = 0; row < rows; row++) scalars.set(scalar, row * scalar.length);
  return scalars;
}

/** Times the work on what a scalar was made into, for both classes of scalars. */
function compareClasses<T>(
  name: string,
  prepare: (scalar: Uint8Array) => T,
  work: (prepared: T) => unknown,
  options: { readonly items?: number; readonly samplesEach?: number } = {},
): Measurement {
  const { items = rows, samplesEach: samples = samplesEach } = options;
  const sparse: number[] = [];
  const random: number[] = [];
  let kept: unknown;
  for (let warm = 0; warm < 200; warm++) kept = work(prepare(randomScalar()));
  for (let sample = 0; sample < 2 * samples; sample++) {
    // Both scalars are made in every round, so that the rounds differ in nothing else.
    const fresh = randomScalar();
    const isSparse = ((fresh[5] ?? 0) & 1) === 1;
    const prepared = prepare(isSparse ? sparseScalar.slice() : fresh);
    const start = performance.now();
    kept = work(prepared);
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
