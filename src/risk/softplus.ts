/** Softplus of few secrets, for log loss: of each of the pieces of width 1 from -12 to 12 by a cubic of its own. */

import type { Engine } from "../mpc/engine.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { distanceToMiddle } from "./logistic.js";
import { atBits } from "./matrix-products.js";
import { piecesOf, type PieceRange } from "./score-pieces.js";

/** Fractional bits of the result. */
export const softplusBits = 20;

const range: PieceRange = { from: -12, to: 12 };
const one = 2 ** softplusBits;

/** Cubics of the distance from the piece's middle, in units of 2^-20, constant first; off by less than 2^-14. */
const cubics: readonly (readonly [number, number, number, number])[] = [
  [11, 11, 5, 2],
  [29, 29, 15, 5],
  [78, 78, 40, 13],
  [213, 213, 109, 36],
  [580, 579, 296, 98],
  [1575, 1574, 803, 266],
  [4275, 4267, 2171, 716],
  [11581, 11518, 5813, 1889],
  [31187, 30731, 15186, 4741],
  [82707, 79541, 37213, 10423],
  [211192, 191308, 78360, 16304],
  [497141, 395910, 122129, 9712],
  [1021429, 652666, 122129, -9712],
  [1784056, 857268, 78360, -16304],
  [2704147, 969035, 37213, -10423],
  [3701203, 1017845, 15186, -4741],
  [4730173, 1037058, 5813, -1889],
  [5771443, 1044309, 2171, -716],
  [6817319, 1047002, 803, -266],
  [7864900, 1047997, 296, -98],
  [8913109, 1048363, 109, -36],
  [9961550, 1048498, 40, -13],
  [11010077, 1048547, 15, -5],
  [12058635, 1048565, 5, -2],
];

/**
 * log(1 + e^x) of each element of a column, off by less than 2^-14.
 *
 * @param x - n x 1, with 7 to 20 fractional bits.
 * @returns n x 1, with {@link softplusBits} fractional bits.
 *
 * **Cost.** Of few elements: about 20 rounds.
 */
export async function softplus(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  const flat = x.reshape(1, x.length);
  const pieces = await piecesOf(engine, flat, range);
  const distance = distanceToMiddle(flat, pieces);
  const coefficient = (degree: 0 | 1 | 2 | 3): SecretMatrix =>
    pieces.inside.combinePublicRows(
      cubics.map((cubic) => cubic[degree] / one),
      { fractionalBits: softplusBits, provenBound: 12 },
    );
  const inPieces = async (): Promise<SecretMatrix> => {
    let result = coefficient(3);
    for (const degree of [2, 1, 0] as const) {
      // Zero outside the pieces, whatever the distance.
      const product = await engine.multiply(result, distance, { provenBound: 7 });
      const cut = await withFractionalBits(engine, product, softplusBits);
      result = cut.add(coefficient(degree)).assumeBound(13);
    }
    return result;
  };
  const fine = atBits(flat, softplusBits);
  const [inside, above] = await Promise.all([inPieces(), engine.multiply(pieces.above, fine)]);
  return inside.add(above).reshape(x.rows, x.columns);
}
