/**
 * What a link needs of the way to another party: whole binary messages, in order, each once. In memory, over a
 * MessagePort or a WebSocket; encrypted or not.
 */

/** How a way is closed. */
export interface CloseOptions {
  /**
   * How long what was sent may take to leave, and the other end to agree, before the way is cut. Default 2,000.
   */
  readonly lingerMs?: number;
}

/** How long a way lingers where the caller does not say. */
export const defaultLingerMs = 2000;

/** One end of a way between two parties. */
export interface Transport {
  /** Largest message that {@link Transport.send} takes. */
  readonly maxMessageBytes: number;
  /**
   * Hands a message over, in the order of the calls; resolves when the way has room for more. The transport may keep
   * the array, or move its memory away, so the caller must not use it afterwards. Rejects when the way broke.
   */
  send(message: Uint8Array): Promise<void>;
  /**
   * The next message; `undefined` once the other end is closed. The caller owns the array. Called again only after
   * the last call settled: the package's own transports refuse it before. Rejects when the way broke.
   */
  receive(): Promise<Uint8Array | undefined>;
  /**
   * Ends the way after what was sent has left; a pending `receive` gives `undefined`. Never rejects; safe to call
   * twice.
   */
  close(options?: CloseOptions): Promise<void>;
  /** Resolves when the way is closed or broken, where it can tell. */
  readonly closed?: Promise<unknown>;
  /** True while the way is being restored: nothing comes, and that is nobody's silence. */
  readonly interrupted?: boolean;
  /** Says that nothing came for long, so that a way that can be restored finds out whether it is broken. */
  readonly suspect?: () => void;
  /** What was sent again over restored ways. */
  readonly replayed?: { readonly bytes: number; readonly reconnects: number };
}
