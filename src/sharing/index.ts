export * as additive from "./additive.js";
export {
  maxPedersenLength,
  pedersenCommit,
  PedersenOpening,
  pedersenOpens,
  splitPedersenBlinding,
  sumPedersenBlindings,
  sumPedersenCommitments,
  type PedersenCommitting,
} from "./pedersen.js";
export * as shamir from "./shamir.js";
export type { AdditiveShare, AdditiveShareParts, AdditiveSplitOptions } from "./additive.js";
export type { ShamirShare, ShamirShareParts } from "./shamir-share.js";
export type { ShamirSplitOptions } from "./polynomial.js";
export type {
  FeldmanCommitment,
  FeldmanCommitmentParts,
  VerifiableSharing,
  VerifiableSplitOptions,
} from "./feldman.js";
export { PrimeField, primeField, ristretto255Scalars } from "../field/prime-field.js";
