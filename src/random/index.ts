export { randomBytes, randomWords, type RandomSource } from "./csprng.js";
export { deriveKey, type DeriveKeyOptions } from "./hkdf.js";
export { Prg, randomSeed, seedBytes } from "./prg.js";
export { randomPermutation } from "./shuffle.js";
