/** A trained model: each side keeps its own part, shares that say nothing without the other's. */

import { VeilshareError } from "../errors.js";
import { largestMask } from "./model-shares.js";
import type { CategoryPreparation, NumericPreparation, Preparation } from "./preparation.js";
import { preparedNames } from "./preparation.js";

/**
 * One side's part of a joint model. Confidential: statistics of the own columns are in it; weights are not, but whoever gets
 * both parts can work them out. A part that is lost is a model that is lost.
 */
export interface RiskModelPart {
  readonly role: "lender" | "platform";
  /** 32 bytes in hexadecimal that both parts of one training share. */
  readonly modelId: string;
  /** Training rows. */
  readonly trainingRows: number;
  /** Prepared columns of both sides. */
  readonly columns: Readonly<Record<"lender" | "platform", number>>;
  /** Bands that scores are told in, fixed by the training. */
  readonly bandCount: number;
  readonly preparation: Preparation;
  /** What makes the own prepared columns uncorrelated: columns x columns, row by row. */
  readonly whitening: Float64Array;
  /** Shares in units of 2^-14: weights of the lender's and the platform's whitened columns, the intercept, the bands' edges. */
  readonly shares: Float64Array;
}

const format = "veilshare/joint-risk-model";
const version = 2;

const members = [
  "format",
  "version",
  "role",
  "modelId",
  "trainingRows",
  "columns",
  "bandCount",
  "preparation",
  "whitening",
  "shares",
] as const;

/** A part as text, JSON, for a file of its owner. */
export function saveModelPart(part: RiskModelPart): string {
  const { role, modelId, trainingRows, columns, bandCount, preparation } = part;
  const [whitening, shares] = [[...part.whitening], [...part.shares]];
  const saved = {
    format,
    version,
    role,
    modelId,
    trainingRows,
    columns,
    bandCount,
    preparation,
    whitening,
    shares,
  };
  return `${JSON.stringify(saved, undefined, 2)}\n`;
}

/**
 * Reads a part back. Strict: every member must be there, of its type, and no other.
 *
 * @param text - What {@link saveModelPart} gave.
 * @throws VeilshareError INVALID_DATA that names the member.
 */
export function loadModelPart(text: string): RiskModelPart {
  const part = asObject(parse(text), "model", members);
  if (part["format"] !== format) throw fault("model.format", `"${format}"`);
  if (part["version"] !== version) throw fault("model.version", `${version}`);
  const { role, modelId } = part;
  if (role !== "lender" && role !== "platform") throw fault("model.role", '"lender" or "platform"');
  if (typeof modelId !== "string" || !/^[0-9a-f]{64}$/.test(modelId)) {
    throw fault("model.modelId", "64 hexadecimal digits");
  }
  const trainingRows = asCount(part["trainingRows"], "model.trainingRows", 2, 2 ** 31);
  const bandCount = asCount(part["bandCount"], "model.bandCount", 1, 10);
  const counts = asObject(part["columns"], "model.columns", ["lender", "platform"]);
  const columns = {
    lender: asCount(counts["lender"], "model.columns.lender", 0, 4096),
    platform: asCount(counts["platform"], "model.columns.platform", 1, 4096),
  };
  const preparation = asArray(part["preparation"], "model.preparation").map(readFeature);
  if (new Set(preparation.map(({ name }) => name)).size !== preparation.length) {
    throw fault("model.preparation", "distinct names");
  }
  const own = preparedNames(preparation).kept.length;
  if (own !== columns[role]) throw fault("model.preparation", `${columns[role]} prepared columns`);
  const whitening = asNumbers(part["whitening"], "model.whitening", own * own);
  const shares = asNumbers(part["shares"], "model.shares", columns.lender + columns.platform + bandCount);
  for (const [i, share] of shares.entries()) {
    if (Number.isInteger(share) && Math.abs(share) <= 2 * largestMask) continue;
    throw fault(`model.shares[${i}]`, "a whole number of at most 2^53");
  }
  return { role, modelId, trainingRows, columns, bandCount, preparation, whitening, shares };
}

function asCount(value: unknown, field: string, from: number, to: number): number {
  const count = asNumber(value, field);
  if (Number.isInteger(count) && count >= from && count <= to) return count;
  throw fault(field, `a whole number from ${from} to ${to}`);
}

function asNumbers(value: unknown, field: string, length: number): Float64Array {
  const numbers = asArray(value, field).map((entry, i) => asNumber(entry, `${field}[${i}]`));
  if (numbers.length !== length) throw fault(field, `${length} numbers`);
  return Float64Array.from(numbers);
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
