/** The three ways of computing on shares, and the one that is meant where none is named. */

/**
 * - `two-party`: two parties alone, additive shares; correlated randomness by oblivious transfer. Nobody else to trust, and
 *   the most traffic.
 * - `replicated`: three parties, replicated shares. Fastest. No two of the three may collude.
 * - `dealer`: additive shares among two parties or more; a dealer gives them correlated randomness and sees no message of
 *   theirs. Nobody may collude with it, and a dealer that deals wrong is not noticed.
 */
export type Computation = "two-party" | "replicated" | "dealer";

/** All of them. */
export const computations: readonly Computation[] = ["two-party", "replicated", "dealer"];

/** The way that needs nobody else. */
export const defaultComputation: Computation = "two-party";
