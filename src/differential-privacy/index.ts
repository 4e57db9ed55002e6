export { BudgetLedger, type BudgetState, type PrivacyBudget, type Spending } from "./budget-ledger.js";
export { exactSum, type ExactSumOptions } from "./exact-sum.js";
export { discreteGaussianDelta, type GaussianDeltaOptions } from "./gaussian-delta.js";
export {
  convolutionGap,
  noiseBound,
  noiseSigma,
  planNoise,
  rhoOfSum,
  sampleNoise,
  type Neighbours,
  type NoisePlan,
  type NoisePlanOptions,
  type SummedNoise,
} from "./noise-plan.js";
export { noisySum, type NoisySumOptions } from "./noisy-sum.js";
export { noisyTotal, noisyVector } from "./noisy-vector.js";
export {
  planNoisyResilientSum,
  type NoisyResilientOptions,
  type NoisyResilientPlan,
} from "./resilient-noise.js";
export type { ExactTotal, NoisyTotal, Total } from "./totals.js";
export { deltaOfZcdp, epsilonOfZcdp, rhoOf, type PrivacyLoss } from "./zcdp.js";
