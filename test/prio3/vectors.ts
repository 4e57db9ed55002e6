import { readdirSync } from "node:fs";
import {
  prio3Count,
  prio3Histogram,
  prio3MultihotCountVec,
  prio3Sum,
  prio3SumVec,
  prio3SumVecWithMultiproof,
  type ArithmeticName,
  type Prio3,
} from "../../dist/prio3/index.js";
import { dataPath, readDataJson } from "../support/data.js";

/** The folder of the draft's vectors. */
export const vectorFolder = "crypto/vdaf";

/** One step of a run, as the draft's vectors list them. */
export interface Operation {
  readonly operation: string;
  readonly success: boolean;
  readonly report_index?: number;
  readonly aggregator_id?: number;
  readonly round?: number;
}

/** One report of a run. */
export interface ReportVector {
  readonly measurement: unknown;
  readonly nonce: string;
  readonly rand: string;
  readonly public_share: string;
  readonly input_shares: readonly string[];
  readonly verifier_shares: readonly (readonly string[])[];
  readonly verifier_messages: readonly string[];
  readonly out_shares: readonly string[];
}

/** A run of the draft. */
export interface VdafVector {
  readonly shares: number;
  readonly ctx: string;
  readonly verify_key: string;
  readonly length?: number;
  readonly chunk_length?: number;
  readonly max_measurement?: number;
  readonly max_weight?: number;
  readonly num_proofs?: number;
  readonly operations: readonly Operation[];
  readonly reports: readonly ReportVector[];
  readonly agg_shares: readonly string[];
  readonly agg_result: unknown;
}

/** Every file of the folder whose name begins with `prefix`. */
export function vectorFiles(prefix: string): string[] {
  return readdirSync(dataPath(vectorFolder)).filter(
    (file) => file.startsWith(prefix) && file.endsWith(".json"),
  );
}

export function readVector(file: string): VdafVector {
  return readDataJson<VdafVector>(`${vectorFolder}/${file}`);
}

/** An instance with its measurements in the vectors' form, and its results in JSON's. */
export interface VectorInstance {
  readonly prio3: Prio3<never, unknown>;
  readonly measurementOf: (json: unknown) => never;
}

/** The function that a file's name says, with the file's parameters. */
export function instanceOf(file: string, vector: VdafVector, arithmetic: ArithmeticName): VectorInstance {
  const { shares } = vector;
  const length = vector.length ?? 0;
  const chunkLength = vector.chunk_length ?? 0;
  const maxMeasurement = BigInt(vector.max_measurement ?? 0);
  const common = { shares, arithmetic };
  const build = (): { prio3: unknown; measurementOf: (json: unknown) => unknown } => {
    switch (file.split("_")[0] ?? "") {
      case "Prio3Count":
        return { prio3: prio3Count(common), measurementOf: (json) => json === 1 || json === true };
      case "Prio3Sum":
        return {
          prio3: prio3Sum({ ...common, maxMeasurement }),
          measurementOf: (json) => BigInt(json as number),
        };
      case "Prio3SumVec":
        return {
          prio3: prio3SumVec({ ...common, length, maxMeasurement, chunkLength }),
          measurementOf: (json) => json,
        };
      case "Prio3SumVecWithMultiproof": {
        const proofs = vector.num_proofs ?? 3; // the draft's generator has 3 and does not write it down
        const parameters = { ...common, length, maxMeasurement, chunkLength, proofs };
        return { prio3: prio3SumVecWithMultiproof(parameters), measurementOf: (json) => json };
      }
      case "Prio3Histogram":
        return {
          prio3: prio3Histogram({ ...common, length, chunkLength }),
          measurementOf: (json) => json,
        };
      case "Prio3MultihotCountVec": {
        const maxWeight = vector.max_weight ?? 0;
        return {
          prio3: prio3MultihotCountVec({ ...common, length, maxWeight, chunkLength }),
          measurementOf: (json) => (json as readonly unknown[]).map(Boolean),
        };
      }
      default:
        throw new Error(`no function known for ${file}`);
    }
  };
  return build() as VectorInstance; // measurements of any type go in only through measurementOf
}
