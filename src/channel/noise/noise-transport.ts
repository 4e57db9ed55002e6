/** A transport whose messages are encrypted and authenticated with the keys of a finished handshake. */

import { giveBackMemory } from "../../bytes/memory.js";
import { VeilshareError } from "../../errors.js";
import type { CloseOptions, Transport } from "../transport.js";
import { tagBytes } from "./aead.js";
import type { CipherState } from "./cipher-state.js";
import { maxNoiseMessageBytes } from "./handshake-state.js";

const noAssociatedData = new Uint8Array(0);

/**
 * Noise transport messages over another transport.
 *
 * **Security.** An observer sees how many messages pass, when, and how long each is. A message changed, repeated, dropped
 * or moved fails to decrypt, which ends the way; a way cut short shows as closed, which a link tells from a farewell.
 *
 * **Cost.** 16 bytes and one pass of ChaCha20-Poly1305 a message.
 *
 * **Source.** Noise rev 34, sections 5.1 and 11.4 (the counter is implicit; the transport keeps the order).
 */
export class NoiseTransport implements Transport {
  readonly maxMessageBytes: number;
  readonly #peer: string;
  readonly #inner: Transport;
  readonly #sending: CipherState;
  readonly #receiving: CipherState;

  constructor(peer: string, inner: Transport, sending: CipherState, receiving: CipherState) {
    this.#peer = peer;
    this.#inner = inner;
    this.#sending = sending;
    this.#receiving = receiving;
    this.maxMessageBytes = Math.min(inner.maxMessageBytes, maxNoiseMessageBytes) - tagBytes;
  }

  /** Encrypts at once, in the order of the calls, then hands over. */
  async send(message: Uint8Array): Promise<void> {
    const sealed = this.#seal(message);
    giveBackMemory(message);
    await this.#inner.send(sealed);
  }

  /** As `send`, but the message stays the caller's. */
  async sendRetained(message: Uint8Array): Promise<void> {
    await this.#inner.send(this.#seal(message));
  }

  #seal(message: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(message.length + tagBytes);
    this.#sending.encryptInto(sealed, noAssociatedData, message);
    return sealed;
  }

  /** Overwrites the keys: nothing can be sent or read any more. */
  wipe(): void {
    this.#sending.wipe();
    this.#receiving.wipe();
  }

  /** Wipes the keys and closes at once. */
  discard(): void {
    this.wipe();
    void this.#inner.close({ lingerMs: 0 }); // never rejects
  }

  /** See {@link Transport.closed}. */
  get closed(): Promise<unknown> {
    return this.#inner.closed ?? new Promise(() => undefined);
  }

  /** @throws VeilshareError PEER_UNAUTHENTICATED, with the party's name, for anything but its next message. */
  async receive(): Promise<Uint8Array | undefined> {
    const sealed = await this.#inner.receive();
    if (sealed === undefined) return undefined;
    try {
      if (sealed.length > maxNoiseMessageBytes) throw new RangeError("longer than any Noise message");
      const message = this.#receiving.decrypt(noAssociatedData, sealed);
      giveBackMemory(sealed);
      return message;
    } catch (thrown) {
      const text = `a message from party "${this.#peer}" was tampered with, repeated or moved, or is not theirs`;
      throw new VeilshareError("PEER_UNAUTHENTICATED", text, { party: this.#peer, cause: thrown });
    }
  }

  async close(options?: CloseOptions): Promise<void> {
    await this.#inner.close(options);
    this.wipe();
  }
}
