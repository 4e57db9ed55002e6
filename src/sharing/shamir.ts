/** Shamir's secret sharing, plain and verifiable, under one name: `shamir.split`, `shamir.combine` and so on. */

export { combine, combineBytes, split } from "./shamir-sharing.js";
export { FeldmanCommitment, splitVerifiable, verifyShare } from "./feldman.js";
export { ShamirShare } from "./shamir-share.js";
