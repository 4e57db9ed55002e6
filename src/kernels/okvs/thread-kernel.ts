/** Which implementation this thread uses: the compiled kernel where it runs, else the reference. */

import { instantiateOkvs } from "./kernel.js";
import type { OkvsKernel } from "./operations.js";
import { referenceOkvs } from "./reference-kernel.js";

/** Its memory is tens of megabytes: kept only as long as somebody holds the kernel, or the collector lets it be. */
let shared: WeakRef<OkvsKernel> | undefined;

/** This thread's kernel; nothing of one use is left for the next. */
export function okvsKernel(): OkvsKernel {
  const living = shared?.deref();
  if (living !== undefined) return living;
  const fresh = instantiateOkvs() ?? referenceOkvs();
  shared = new WeakRef(fresh);
  return fresh;
}
