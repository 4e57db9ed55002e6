/** What happens to the connections of a session, for a log or a screen; nothing of it is secret. */

import type { VeilshareError } from "../../errors.js";

/** One thing that happened. */
export type ConnectionEvent =
  /** Still waiting for a party: it was dialled so often (0: it dials us), last without success because of `reason`. */
  | {
      readonly kind: "waiting";
      readonly party: string;
      readonly address?: string;
      readonly tries: number;
      readonly reason?: string;
    }
  /** A party has proved itself and is there; the session may still wait for others. */
  | { readonly kind: "connected"; readonly party: string }
  /** A caller from this network address was turned away. */
  | { readonly kind: "refused"; readonly address: string; readonly error: VeilshareError }
  /** The connection to a party was lost; a new one is sought. */
  | { readonly kind: "lost"; readonly party: string }
  /** It was had back. */
  | { readonly kind: "restored"; readonly party: string };
