/** A browser has no such files. Chosen by the package's `imports` map outside Node. */

import { VeilshareError } from "../../errors.js";
import type { IdentityFiles } from "./files.js";

const refuse = (file: string): Promise<never> => {
  const text = `${file}: a browser reads no files; use parseKeyFile and parsePartiesFile on text from elsewhere`;
  return Promise.reject(new VeilshareError("UNSUPPORTED", text, { file }));
};

/** Rejects with UNSUPPORTED. */
export const saveIdentity: IdentityFiles["saveIdentity"] = refuse;
/** Rejects with UNSUPPORTED. */
export const loadIdentity: IdentityFiles["loadIdentity"] = refuse;
/** Rejects with UNSUPPORTED. */
export const loadParties: IdentityFiles["loadParties"] = refuse;
