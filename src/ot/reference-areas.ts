/** The memory of the reference kernel. */

import type { OtKernel } from "../kernels/ot/kernel.js";

/** The areas of a reference kernel, of the same sizes as the compiled one's. */
export type OtAreas = Omit<OtKernel, "run"> & { readonly columns: Uint8Array };
