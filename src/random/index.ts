export { randomBytes, randomWords, type RandomSource } from "./csprng.js";
export { deriveKey, type DeriveKeyOptions } from "./hkdf.js";
export { Prg, randomSeed, seedBytes } from "./prg.js";
export { randomPermutation } from "./shuffle.js";
export { bernoulliExp } from "./bernoulli-exp.js";
export { discreteGaussian, type DiscreteGaussianOptions } from "./discrete-gaussian.js";
export { discreteLaplace, type DiscreteLaplaceOptions } from "./discrete-laplace.js";
export { rational, rationalFromNumber, type Rational } from "./rational.js";
