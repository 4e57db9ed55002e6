/** What reading and writing identity files is, in Node and (refused) in a browser. */

import type { Identity, PartyEntry } from "./identity.js";

/** The platform's way to the two files. */
export interface IdentityFiles {
  readonly saveIdentity: (file: string, identity: Identity) => Promise<void>;
  readonly loadIdentity: (file: string) => Promise<Identity>;
  readonly loadParties: (file: string) => Promise<PartyEntry[]>;
}
