/**
 * What a link needs of the way to another party: whole binary messages, in order, each once. In memory, over a
 * MessagePort or a WebSocket; encrypted or not.
 */

/** One end of a way between two parties. */
export interface Transport {
  /** Largest message that {@link Transport.send} takes. */
  readonly maxMessageBytes: number;
  /**
   * Hands a message over, in the order of the calls; resolves when the way has room for more. The transport may keep
   * the array, so the caller must not change it afterwards.
   */
  send(message: Uint8Array): Promise<void>;
  /**
   * The next message; `undefined` once the other end is closed. The caller owns the array. Called again only after
   * the last call settled. Rejects when the way broke.
   */
  receive(): Promise<Uint8Array | undefined>;
  /** Ends the way after what was sent has left; a pending `receive` gives `undefined`. Safe to call twice. */
  close(): Promise<void>;
}
