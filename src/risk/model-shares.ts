/**
 * A trained model in two parts, one at each owner: the lender's is a mask of its own choice, the platform's what is left of
 * the weights, the intercept and the edges of bands. Neither alone says anything of them.
 *
 * Numbers are in units of 2^-14. A mask is uniform below 2^52 in size, so that what the platform holds is within 2^-32 in
 * statistical distance of what it would hold of any other model whose weights are below 64.
 */

import { VeilshareError } from "../errors.js";
import type { ProtocolRun } from "../channel/party.js";
import { wordsFromBytes } from "../bytes/encoding.js";
import type { Engine } from "../mpc/engine.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { randomBytes } from "../random/csprng.js";
import type { OwnerRoles } from "./roles.js";
import type { Trained } from "./secret-training.js";

/** Fractional bits of a divided model. */
export const dividedBits = 14;

/** No mask is larger, in units. */
export const largestMask: number = 2 ** 52;

/** One owner's part, in units of 2^-14: all weights in the order of the columns, lender's first, the intercept, the edges. */
export interface ModelShares {
  readonly units: Float64Array;
}

/** Divides a trained model between both owners. */
export async function divideModel(
  engine: Engine,
  at: {
    readonly run: ProtocolRun;
    readonly roles: OwnerRoles;
    readonly trained: Pick<Trained<unknown>, "weights" | "intercept">;
    readonly edges: SecretMatrix | undefined;
  },
): Promise<{ readonly shares?: ModelShares }> {
  const { run, roles, trained, edges } = at;
  const all = [trained.weights, trained.intercept, ...(edges === undefined ? [] : [edges])];
  const parts = await Promise.all(all.map((part) => withFractionalBits(engine, part, dividedBits)));
  const model = SecretMatrix.concatRows(parts);
  const masks = run.index === roles.lender ? randomUnits(model.rows) : undefined;
  const mask = await engine.input({
    owner: roles.lender,
    rows: model.rows,
    bound: largestMask * 2 ** -dividedBits,
    fractionalBits: dividedBits,
    ...(masks === undefined ? {} : { values: BigInt64Array.from(masks, BigInt) }),
  });
  const rest = await engine.revealTo(roles.platform, model.subtract(mask));
  if (masks !== undefined) return { shares: { units: masks } };
  if (rest === undefined) return {};
  return { shares: { units: rest.map((value) => value * 2 ** dividedBits) } };
}

/** Puts a divided model together again, on shares. */
export async function joinModel(
  engine: Engine,
  owners: readonly [number, number],
  at: {
    readonly rows: number;
    readonly own: { readonly index: number; readonly units: Float64Array } | undefined;
  },
): Promise<SecretMatrix> {
  const [first, second] = await Promise.all(
    owners.map((owner) =>
      engine.input({
        owner,
        rows: at.rows,
        bound: 2 * largestMask * 2 ** -dividedBits,
        fractionalBits: dividedBits,
        ...(at.own?.index === owner ? { values: BigInt64Array.from(at.own.units, BigInt) } : {}),
      }),
    ),
  );
  if (first === undefined || second === undefined)
    throw new VeilshareError("INTERNAL", "joinModel: no shares");
  return first.add(second).assumeBound(largestModelNumber);
}

/** No weight, intercept or edge of a divided model is larger. */
export const largestModelNumber: number = 2 ** 16;

/** Uniform whole numbers from -2^52 up to 2^52 - 1. */
function randomUnits(count: number): Float64Array {
  const words = wordsFromBytes(randomBytes(8 * count));
  return Float64Array.from(words, (word) => Number(word >> 11n) - largestMask);
}
