/** All keys of all kinds of a join, counted together: each is a question about the other party's table. */

import { ByteReader, ByteWriter } from "../bytes/codec.js";
import type { ProtocolRun } from "../channel/party.js";
import { peerOf, psiFault, steps } from "./exchange.js";
import { checkPeerItems, peerLimits, type ListLimits } from "./peer-limits.js";

/** How many keys the peer may still put. */
export class KeyBudget {
  readonly #run: ProtocolRun;
  #left: number;

  /** @param announced - How many keys the peer said that it has. */
  constructor(run: ProtocolRun, announced: number) {
    this.#run = run;
    this.#left = announced;
  }

  /**
   * Counts the keys of a kind.
   *
   * @throws VeilshareError PEER_UNEXPECTED for more than the peer had announced.
   */
  spend(items: number): void {
    if (items <= this.#left) {
      this.#left -= items;
      return;
    }
    throw psiFault(this.#run, "PEER_UNEXPECTED", "sizes", "no more keys than it had announced", "more");
  }
}

/**
 * Tells the peer how many keys there are in all exchanges together, at most, and learns how many it has.
 *
 * @throws VeilshareError as {@link checkPeerItems}.
 */
export async function exchangeTotals(run: ProtocolRun, own: number, options: ListLimits): Promise<number> {
  const message = new ByteWriter().u64(BigInt(own)).finish();
  const messages = await run.exchange(steps.sizes, message, { byteLength: message.length });
  const theirs = new ByteReader(messages[peerOf(run)] as Uint8Array).u64(); // one message a party
  checkPeerItems(run, peerLimits(options, own), theirs);
  return Number(theirs); // within the limit, 2^31
}
