// Removes what a build writes, so that a deleted source file leaves no built file behind.
import { rmSync } from "node:fs";

for (const folder of ["dist", "build"]) rmSync(folder, { recursive: true, force: true });
