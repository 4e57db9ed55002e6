/** `veilshare example`: an example of this package, with all its parties on this machine. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { VeilshareError } from "../../errors.js";
import { optionFault } from "../option-values.js";
import type { Verb } from "../verb.js";

const names = ["psi", "risk", "scope3", "federated", "lookup", "statistics", "joint-statistics"] as const;

/** Runs an example. */
export const exampleVerb: Verb = {
  name: "example",
  summary: "run an example with all its parties on this machine",
  example: "veilshare example risk",
  declare(command) {
    command
      .argument("<name>", names.join(", "))
      .argument("[options...]", "of the example")
      .allowUnknownOption()
      .passThroughOptions();
  },
  async run(_options, _terminal, [name = "", ...given]) {
    const rest = given[0] === "--" ? given.slice(1) : given;
    if (!names.some((known) => known === name))
      throw optionFault("example", names.join(", "), JSON.stringify(name));
    const script = fileURLToPath(new URL(`../../../build/examples/${name}/main.js`, import.meta.url));
    if (!existsSync(script))
      throw new VeilshareError("UNSUPPORTED", "example: this copy of the package has no examples");
    process.exitCode = await new Promise<number>((resolve, reject) => {
      const child = spawn(process.execPath, [script, ...rest], { stdio: "inherit" });
      child.once("error", reject);
      child.once("exit", (code) => {
        resolve(code ?? 1);
      });
    });
  },
};
