/** What the operations of the additive scheme share. */

import type { CorrelatedRandomness } from "../correlation.js";
import type { Rounds } from "../rounds.js";
import type { Share } from "../share.js";
import { openShares, type Closed, type Opening, type OpeningOptions } from "./opening.js";

/** The parts of an additive scheme. */
export class AdditiveParts {
  readonly rounds: Rounds;
  readonly source: CorrelatedRandomness;
  /** Session indices of the computing parties. */
  readonly members: readonly number[];
  /** The own one. */
  readonly self: number;

  constructor(options: {
    readonly rounds: Rounds;
    readonly source: CorrelatedRandomness;
    readonly members: readonly number[];
    readonly self: number;
  }) {
    this.rounds = options.rounds;
    this.source = options.source;
    this.members = options.members;
    this.self = options.self;
  }

  /** True at the one party whose share takes up public constants. */
  get first(): boolean {
    return this.self === this.members[0];
  }

  /** Opens in the next round. */
  open(closed: readonly Closed[], options: OpeningOptions = {}): Promise<Opening> {
    return openShares(this.rounds, this, closed, options);
  }
}

/** The one component of an additive share. */
export function only(share: Share): BigUint64Array {
  return share[0] as BigUint64Array; // additive shares have one component
}
