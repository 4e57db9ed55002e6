/**
 * Did every party send the same messages to all others? Each hashes what it got from each, all exchange the hashes,
 * and a difference is found before any result is given out.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { equalBytes, utf8ToBytes } from "../bytes/encoding.js";
import { VeilshareError } from "../errors.js";
import type { Party } from "../channel/party.js";

const digestBytes = 32;
const step = "view";

/** What one party has seen of everyone's messages, itself included. */
export class AgreedView {
  readonly #party: Party;
  readonly #hashes: ReturnType<typeof sha256.create>[];

  constructor(party: Party) {
    this.#party = party;
    this.#hashes = party.names.map((_, from) =>
      sha256
        .create()
        .update(utf8ToBytes(`veilshare view v1 ${from} `))
        .update(party.sessionId),
    );
  }

  /** Takes note of the next message from a party, or of the own one. */
  saw(from: number, message: Uint8Array): void {
    this.#hashes[from]?.update(message);
  }

  /**
   * Compares with everyone.
   *
   * @throws VeilshareError PEER_MISMATCH that names the party whose messages differ and the one who reports it.
   *   Where the two are the same, or the messages are our own, the reporter itself is at fault; otherwise either may
   *   be.
   */
  async compare(): Promise<void> {
    const own = new Uint8Array(digestBytes * this.#party.size);
    for (const [from, hash] of this.#hashes.entries()) own.set(hash.digest(), digestBytes * from);
    const views = await this.#party.exchange(step, own, { byteLength: own.length });
    for (const [reporter, view] of views.entries()) {
      for (let sender = 0; sender < this.#party.size; sender++) {
        const digest = (bytes: Uint8Array): Uint8Array =>
          bytes.subarray(digestBytes * sender, digestBytes * (sender + 1));
        if (!equalBytes(digest(view), digest(own))) throw this.#mismatch(sender, reporter);
      }
    }
  }

  #mismatch(sender: number, reporter: number): VeilshareError {
    const { names, index } = this.#party;
    const reporterName = names[reporter] ?? "";
    const senderName = names[sender] ?? "";
    const certain = sender === reporter || sender === index;
    const party = certain ? reporterName : senderName;
    const text = certain
      ? `${step}: party "${reporterName}" claims other messages of "${senderName}" than were sent`
      : `${step}: party "${senderName}" sent "${reporterName}" other messages than us, or "${reporterName}" says so`;
    return new VeilshareError("PEER_MISMATCH", text, {
      party,
      step,
      field: "messages",
      expected: "the same messages to all parties",
      got: "different ones",
    });
  }
}
