/** The package's own version. */

import { readFileSync } from "node:fs";

/** As package.json says it. */
export function packageVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version; // the package's own manifest
}
