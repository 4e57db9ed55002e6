/**
 * Bands: as many as ten of about equal numbers of training rows; fewer where ten, five, four, three or two would leave one with less
 * than a twentieth of the rows. Their edges are cuts, and stay secret.
 */

import type { Engine } from "../mpc/engine.js";
import { bitsOf } from "../mpc/operations/bits.js";
import { carryOut } from "../mpc/operations/carry.js";
import { greaterOrEqual } from "../mpc/operations/comparison.js";
import { SecretBits } from "../mpc/secret-bits.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import type { CountedScores } from "./score-counts.js";
import { runningSums } from "./secret-evaluation.js";
import { atMultiples, inverseBits, widest, type ScoreScale } from "./score-scale.js";

/** Numbers of bands that are tried, most first. */
const bandCounts = [10, 5, 4, 3, 2] as const;

/** Edges of bands. */
export interface SecretBands {
  readonly bands: number;
  /** bands - 1 x 1: in log-odds, with `scoreBits`; absent for one band, as the next. */
  readonly edges: SecretMatrix | undefined;
  /** 1 x bands - 1: the number of the first cut from each edge on. */
  readonly firstCuts: SecretBits | undefined;
}

/**
 * Chooses bands by the training rows' counts.
 *
 * **Security.** Opens to all how many bands there are, and nothing else.
 */
export async function chooseBands(
  engine: Engine,
  counted: CountedScores,
  scale: ScoreScale,
): Promise<SecretBands> {
  const { rows, cuts, all } = counted;
  const upTo = runningSums(all, rows);
  const before = upTo.subtract(all).assumeBound(rows);
  const tried = await Promise.all(bandCounts.map((bands) => tryBands(engine, { rows, before, all, bands })));
  const enough = await engine.reveal(SecretMatrix.concatRows(tried.map(({ enough }) => enough)));
  const chosen = tried.find((_, i) => enough[i] === 1);
  if (chosen === undefined) return { bands: 1, edges: undefined, firstCuts: undefined };
  const { isFrom, bands } = chosen;
  const width = (2 * widest) / cuts;
  // An edge lies below the first cut that is from it on.
  const cutsBelow = isFrom
    .columnSums()
    .negate()
    .addPublic(new Float64Array(bands - 1).fill(cuts))
    .assumeBound(cuts);
  const multiples = cutsBelow
    .transpose()
    .scale(width * 2 ** inverseBits)
    .timesPowerOfTwo(-inverseBits)
    .addPublic(new Float64Array(bands - 1).fill(-widest));
  const [edges, firstCuts] = await Promise.all([
    atMultiples(engine, scale, multiples.assumeBound(widest)),
    bitsOf(engine, cutsBelow, counted.place.width + 1),
  ]);
  return { bands, edges, firstCuts };
}

/** cuts x (bands - 1): whether a cut is from an edge on; and whether all bands have a twentieth of the rows. */
async function tryBands(
  engine: Engine,
  at: {
    readonly rows: number;
    readonly before: SecretMatrix;
    readonly all: SecretMatrix;
    readonly bands: number;
  },
): Promise<{ readonly bands: number; readonly isFrom: SecretMatrix; readonly enough: SecretMatrix }> {
  const { rows, before, all, bands } = at;
  const edges = bands - 1;
  const thresholds = Float64Array.from(
    { length: before.rows * edges },
    (_, i) => -Math.ceil(((i % edges) + 1) * (rows / bands) - rows / (2 * 20)),
  );
  const isFrom = await greaterOrEqual(engine, before.repeatColumns(edges).addPublic(thresholds), 0);
  const fromEach = await engine.matrixProduct(isFrom.transpose(), all, { provenBound: rows });
  const whole = engine.constant({ rows: 1, fractionalBits: 0, values: [rows] });
  const none = engine.constant({ rows: 1, fractionalBits: 0, values: [0] });
  const sizes = SecretMatrix.concatRows([whole, fromEach]).subtract(
    SecretMatrix.concatRows([fromEach, none]),
  );
  const fits = await greaterOrEqual(engine, sizes.assumeBound(rows), Math.ceil(rows / 20));
  const enough = await greaterOrEqual(engine, fits.columnSums(), bands);
  return { bands, isFrom, enough };
}

/**
 * The band of each row, 1 x rows: how many edges have their first cut at or below its place.
 *
 * **Cost.** For each row and edge about 30 ANDs and a bit conversion.
 */
export async function bandsOfRows(
  engine: Engine,
  { place, rows }: CountedScores,
  { firstCuts, bands }: SecretBands,
): Promise<SecretMatrix> {
  if (firstCuts === undefined)
    return engine.constant({ rows: 1, columns: rows, fractionalBits: 0, values: new Float64Array(rows) });
  const edges = bands - 1;
  const padded = SecretBits.stack([place, none(place)]);
  const ofRow = padded.pickElements(Array.from({ length: edges * rows }, (_, at) => at % rows));
  const ofEdge = firstCuts.pickElements(
    Array.from({ length: edges * rows }, (_, at) => Math.floor(at / rows)),
  );
  // What an edge and all that a place lacks have in common beyond their width: the edge is above the place.
  const above = await carryOut(engine, ofEdge, ofRow.not());
  const reached = (await engine.bitsToArithmetic(above.not())).reshape(edges, rows);
  return reached.columnSums().assumeBound(edges);
}

/** A position of zeros. */
function none(bits: SecretBits): SecretBits {
  const one = bits.positions(0, 1);
  return one.xor(one);
}
