import { expect, it } from "vitest";
import { bytesFromHex, bytesToHex } from "../../dist/bytes/encoding.js";
import { VeilshareError } from "../../dist/errors.js";
import { createArithmetic } from "../../dist/prio3/arithmetic.js";
import type { ArithmeticName, OutputShare, Prio3, VerifierState } from "../../dist/prio3/index.js";
import { describeWithData, readDataJson } from "../support/data.js";
import {
  instanceOf,
  readVector,
  vectorFiles,
  vectorFolder,
  type Operation,
  type ReportVector,
  type VdafVector,
} from "./vectors.js";

const bytes = (hex: string): Uint8Array => bytesFromHex(hex, "vector");

/** Runs the operations of a vector one by one, each on the vector's own messages, and compares what comes out. */
class VectorRun {
  readonly #prio3: Prio3<never, unknown>;
  readonly #measurementOf: (json: unknown) => never;
  readonly #vector: VdafVector;
  readonly #context: Uint8Array;
  readonly #states = new Map<string, VerifierState>();
  readonly #outputs = new Map<number, OutputShare[]>();

  constructor(file: string, vector: VdafVector, arithmetic: ArithmeticName) {
    const { prio3, measurementOf } = instanceOf(file, vector, arithmetic);
    this.#prio3 = prio3;
    this.#measurementOf = measurementOf;
    this.#vector = vector;
    this.#context = bytes(vector.ctx);
  }

  /** Runs one operation; false when it refuses its input. */
  accepts(operation: Operation): boolean {
    try {
      this.#perform(operation);
      return true;
    } catch (error) {
      if (error instanceof VeilshareError) return false;
      throw error;
    }
  }

  #perform({ operation, report_index: index = 0, aggregator_id: aggregator = 0 }: Operation): void {
    const report = this.#vector.reports[index];
    if (report === undefined && operation !== "aggregate" && operation !== "unshard")
      throw new Error("no report");
    switch (operation) {
      case "shard":
        this.#shard(report as ReportVector);
        return;
      case "verify_init":
        this.#verifyInit(report as ReportVector, index, aggregator);
        return;
      case "verifier_shares_to_message":
        this.#combine(report as ReportVector);
        return;
      case "verify_next":
        this.#verifyNext(report as ReportVector, index, aggregator);
        return;
      case "aggregate":
        this.#aggregate(aggregator);
        return;
      case "unshard":
        this.#unshard();
        return;
      default:
        throw new Error(`unknown operation ${operation}`);
    }
  }

  #shard(report: ReportVector): void {
    const { publicShare, inputShares } = this.#prio3.shard({
      context: this.#context,
      measurement: this.#measurementOf(report.measurement),
      nonce: bytes(report.nonce),
      random: () => bytes(report.rand),
    });
    expect(bytesToHex(publicShare)).toBe(report.public_share);
    expect(inputShares.map((share) => bytesToHex(share.toBytes()))).toEqual(report.input_shares);
  }

  #verifyInit(report: ReportVector, index: number, aggregator: number): void {
    const { state, verifierShare } = this.#prio3.verifyInit({
      verifyKey: bytes(this.#vector.verify_key),
      context: this.#context,
      nonce: bytes(report.nonce),
      publicShare: bytes(report.public_share),
      inputShare: this.#prio3.decodeInputShare(aggregator, bytes(report.input_shares[aggregator] ?? "")),
    });
    this.#states.set(`${index}/${aggregator}`, state);
    expect(bytesToHex(verifierShare)).toBe(report.verifier_shares[0]?.[aggregator]);
  }

  #combine(report: ReportVector): void {
    const shares = (report.verifier_shares[0] ?? []).map(bytes);
    const message = this.#prio3.verifierSharesToMessage(this.#context, shares);
    expect(bytesToHex(message)).toBe(report.verifier_messages[0]);
  }

  #verifyNext(report: ReportVector, index: number, aggregator: number): void {
    const state = this.#states.get(`${index}/${aggregator}`);
    if (state === undefined) throw new Error("no state");
    const output = this.#prio3.verifyNext(state, bytes(report.verifier_messages[0] ?? ""));
    expect(bytesToHex(output.toBytes())).toBe(report.out_shares[aggregator]);
    this.#outputs.set(aggregator, [...(this.#outputs.get(aggregator) ?? []), output]);
  }

  #aggregate(aggregator: number): void {
    const share = this.#prio3.aggregate(this.#outputs.get(aggregator));
    expect(bytesToHex(share.toBytes())).toBe(this.#vector.agg_shares[aggregator]);
  }

  #unshard(): void {
    const shares = this.#vector.agg_shares.map((share) => this.#prio3.decodeAggregateShare(bytes(share)));
    const result = this.#prio3.unshard(shares, this.#vector.reports.length);
    const numbers = Array.isArray(result) ? (result as unknown[]).map(Number) : Number(result);
    expect(numbers).toEqual(this.#vector.agg_result);
  }
}

describeWithData("the vectors of draft-irtf-cfrg-vdaf-18", [vectorFolder], () => {
  it("are there for every function of the draft", () => {
    const names = new Set(vectorFiles("Prio3").map((file) => file.split("_")[0]));
    const functions = ["Count", "Sum", "SumVec", "Histogram", "MultihotCountVec", "SumVecWithMultiproof"];
    expect([...names].sort()).toEqual(functions.map((name) => `Prio3${name}`).sort());
  });

  for (const arithmetic of ["reference", "kernel"] as const) {
    for (const file of vectorFiles("Prio3")) {
      it(`${file}: every operation gives the vector's bytes, or refuses where the vector does (${arithmetic})`, () => {
        const vector = readVector(file);
        const run = new VectorRun(file, vector, arithmetic);
        expect(vector.operations.length).toBeGreaterThan(0);
        for (const operation of vector.operations) {
          expect(run.accepts(operation), JSON.stringify(operation)).toBe(operation.success);
        }
      });
    }

    for (const file of vectorFiles("XofTurboShake128")) {
      it(`${file}: the same seed and vector are drawn (${arithmetic})`, () => {
        const vector = readDataJson<Record<string, string> & { readonly length: number }>(
          `${vectorFolder}/${file}`,
        );
        const { xof, field128 } = createArithmetic(arithmetic);
        const [seed, tag, binder] = ["seed", "dst", "binder"].map((name) => bytes(vector[name] ?? ""));
        if (seed === undefined || tag === undefined || binder === undefined) throw new Error("no input");
        const input = { seed, tag, binder: [binder] };
        expect(bytesToHex(xof.deriveSeed(input))).toBe(vector["derived_seed"]);
        const expanded = xof.expandIntoVector(field128, vector.length, input);
        expect(bytesToHex(expanded)).toBe(vector["expanded_vec_field128"]);
      });
    }
  }
});
