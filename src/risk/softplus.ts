/** Softplus of few secrets, for log loss. */

import type { Engine } from "../mpc/engine.js";
import { exponential, naturalLogarithm } from "../mpc/operations/exponential.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import { absolute, smaller } from "../mpc/operations/selection.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";

const largest = 20;
const bits = 20;

/**
 * log(1 + e^x) of each element, off by less than 2^-17.
 *
 * **Cost.** That of an exponential and a logarithm; about 70 rounds.
 */
export async function softplus(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  const size = await absolute(engine, x);
  const top = engine.constant({
    rows: x.rows,
    columns: x.columns,
    fractionalBits: x.fractionalBits,
    values: new Float64Array(x.length).fill(largest),
  });
  const capped = (await smaller(engine, size, top)).assumeBound(largest);
  const power = await exponential(engine, await withFractionalBits(engine, capped.negate(), bits), {
    atMost: 0,
  });
  const ones = new Float64Array(x.length).fill(1);
  const rest = await naturalLogarithm(engine, power.assumeBound(1.01).addPublic(ones), { least: 1 });
  const positive = await withFractionalBits(engine, x.add(size).timesPowerOfTwo(-1), bits);
  return positive.add(await withFractionalBits(engine, rest, bits));
}
