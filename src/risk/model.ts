/** A trained model: each side keeps its own part, which says nothing about the other's columns. */

import { VeilshareError } from "../errors.js";
import type { CategoryPreparation, NumericPreparation, Preparation } from "./preparation.js";
import { preparedNames, prepareColumns } from "./preparation.js";
import { scoreInTheClear } from "./clear-training.js";
import type { FeatureColumn } from "../owners/columns.js";

/** One side's part of a joint model. Confidential: weights and statistics of the own columns are in it. */
export interface RiskModelPart {
  readonly role: "lender" | "platform";
  /** 32 bytes in hexadecimal that both parts of one training share. */
  readonly modelId: string;
  readonly preparation: Preparation;
  /** One for each prepared column, in order, in units of its standardised values. */
  readonly weights: Float64Array;
  /** At the lender; 0 at the platform. */
  readonly intercept: number;
}

const format = "veilshare/joint-risk-model";
const version = 1;

/** A part as text, JSON, for a file of its owner. */
export function saveModelPart(part: RiskModelPart): string {
  const { role, modelId, preparation, intercept } = part;
  const weights = [...part.weights];
  return `${JSON.stringify({ format, version, role, modelId, preparation, weights, intercept }, undefined, 2)}\n`;
}

/**
 * The own side's partial scores of rows.
 *
 * @param rows - Indices of the rows wanted.
 * @throws VeilshareError INVALID_DATA when columns do not fit the model.
 */
export function partialScores(
  part: RiskModelPart,
  columns: readonly FeatureColumn[],
  rows: Uint32Array,
): Float64Array {
  const { weights, intercept } = part;
  return scoreInTheClear(prepareColumns(part.preparation, columns, rows), { weights, intercept });
}

/**
 * Reads a part back. Strict: every member must be there, of its type, and no other.
 *
 * @param text - What {@link saveModelPart} gave.
 * @throws VeilshareError INVALID_DATA that names the member.
 */
export function loadModelPart(text: string): RiskModelPart {
  const part = asObject(parse(text), "model", [
    "format",
    "version",
    "role",
    "modelId",
    "preparation",
    "weights",
    "intercept",
  ]);
  if (part["format"] !== format) throw fault("model.format", `"${format}"`);
  if (part["version"] !== version) throw fault("model.version", `${version}`);
  const { role, modelId } = part;
  if (role !== "lender" && role !== "platform") throw fault("model.role", '"lender" or "platform"');
  if (typeof modelId !== "string" || !/^[0-9a-f]{64}$/.test(modelId)) {
    throw fault("model.modelId", "64 hexadecimal digits");
  }
  const preparation = asArray(part["preparation"], "model.preparation").map(readFeature);
  if (new Set(preparation.map(({ name }) => name)).size !== preparation.length) {
    throw fault("model.preparation", "distinct names");
  }
  const weights = Float64Array.from(
    asArray(part["weights"], "model.weights").map((weight, i) => asNumber(weight, `model.weights[${i}]`)),
  );
  const wanted = preparedNames(preparation).kept.length;
  if (weights.length !== wanted) throw fault("model.weights", `${wanted} numbers`);
  const intercept = asNumber(part["intercept"], "model.intercept");
  return { role, modelId, preparation, weights, intercept };
}

function readFeature(value: unknown, i: number): NumericPreparation | CategoryPreparation {
  const at = `model.preparation[${i}]`;
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  if (kind === "numeric") {
    const feature = asObject(value, at, ["kind", "name", "mean", "deviation"]);
    return { kind, name: asText(feature["name"], `${at}.name`), ...readStandardisation(feature, at) };
  }
  if (kind !== "category") throw fault(`${at}.kind`, '"numeric" or "category"');
  const feature = asObject(value, at, ["kind", "name", "reference", "levels", "indicators"]);
  const levels = asArray(feature["levels"], `${at}.levels`).map((level, k) =>
    asLevel(level, `${at}.levels[${k}]`),
  );
  const reference = asLevel(feature["reference"], `${at}.reference`);
  if (new Set([reference, ...levels]).size !== levels.length + 1)
    throw fault(`${at}.levels`, "distinct values");
  const indicators = asArray(feature["indicators"], `${at}.indicators`).map((indicator, k) => {
    const where = `${at}.indicators[${k}]`;
    return readStandardisation(asObject(indicator, where, ["mean", "deviation"]), where);
  });
  if (indicators.length !== levels.length + 1)
    throw fault(`${at}.indicators`, `${levels.length + 1} of them`);
  return { kind, name: asText(feature["name"], `${at}.name`), reference, levels, indicators };
}

function readStandardisation(
  value: Record<string, unknown>,
  at: string,
): { readonly mean: number; readonly deviation: number } {
  const mean = asNumber(value["mean"], `${at}.mean`);
  const deviation = asNumber(value["deviation"], `${at}.deviation`);
  if (deviation < 0) throw fault(`${at}.deviation`, "a number of at least 0");
  return { mean, deviation };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new VeilshareError("INVALID_DATA", "model: expected JSON text", { field: "model", cause: thrown });
  }
}

function asObject(value: unknown, field: string, members: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw fault(field, "an object");
  const found = Object.keys(value);
  const missing = members.find((member) => !Object.hasOwn(value, member));
  if (missing !== undefined || found.length !== members.length) {
    throw fault(missing === undefined ? field : `${field}.${missing}`, `the members ${members.join(", ")}`);
  }
  return value as Record<string, unknown>; // an object, as checked
}

function asArray(value: unknown, field: string): unknown[] {
  if (!Array.isArray(value)) throw fault(field, "an array");
  return value as unknown[]; // an array, as checked
}

function asNumber(value: unknown, field: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw fault(field, "a finite number");
  return value;
}

function asText(value: unknown, field: string): string {
  if (typeof value !== "string") throw fault(field, "text");
  return value;
}

function asLevel(value: unknown, field: string): string | null {
  return value === null ? null : asText(value, field);
}

function fault(field: string, expected: string): VeilshareError {
  return new VeilshareError("INVALID_DATA", `${field}: expected ${expected}`, { field, expected });
}
