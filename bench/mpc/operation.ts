/** The operations of the mpc topic, on shares. */

import { lessThan, type Engine, type SecretMatrix } from "veilshare/mpc";
import { inputShape, type MpcTask } from "./task.js";

/** What is measured. */
export function operate(
  engine: Engine,
  { operation }: MpcTask,
  x: SecretMatrix,
  y: SecretMatrix,
): Promise<SecretMatrix> {
  if (operation === "multiply") return engine.multiply(x, y);
  if (operation === "matrixProduct") return engine.matrixProduct(x, y);
  return lessThan(engine, x, y);
}

/** The inputs of both owners, shared; values at their owners only. */
export async function shareInputs(
  engine: Engine,
  task: MpcTask,
  valuesOf: (owner: 0 | 1) => BigInt64Array | undefined,
): Promise<[SecretMatrix, SecretMatrix]> {
  const share = (owner: 0 | 1): Promise<SecretMatrix> => {
    const values = valuesOf(owner);
    return engine.input({ owner, ...inputShape(task), ...(values === undefined ? {} : { values }) });
  };
  return Promise.all([share(0), share(1)]);
}
