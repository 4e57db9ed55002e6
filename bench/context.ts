/** What a topic gets from the harness: settings, seeded input, and the packages it compares with. */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Prg } from "veilshare/random";

/** Seeded, so that every run of the bench works on the same input. */
const inputSeed = new Uint8Array(32).fill(7);

/** A package of its own, outside bench/ itself: the benches import veilshare by its name, as part of veilshare. */
const folder = fileURLToPath(new URL("../../bench/rivals/", import.meta.url)); // this file runs from build/bench/

/** Settings and helpers for a topic. */
export interface BenchContext {
  /** Milliseconds to spend on each measurement. */
  readonly timeMs: number;
  /** Also measure what takes many minutes. */
  readonly large: boolean;
  /** Leave out what takes more than about a minute. */
  readonly quick: boolean;
  /** How often a topic that takes long repeats what it tells the median of; such a topic's default where it is not given. */
  readonly repeats: number | undefined;
  /** Deterministic input for a purpose. */
  readonly input: (label: string) => Prg;
  /** A package of bench/rivals/package.json; installed first if it is missing. */
  readonly rival: (name: string) => Promise<unknown>;
  /** A line of progress on standard error. */
  readonly note: (text: string) => void;
}

/** The harness's side. */
export function createContext({
  timeMs,
  large,
  quick,
  repeats,
}: Pick<BenchContext, "timeMs" | "large" | "quick" | "repeats">): BenchContext {
  return {
    timeMs,
    large,
    quick,
    repeats,
    input: (label) => Prg.derive(inputSeed, label),
    rival: loadRival,
    note: (text) => {
      process.stderr.write(`${text}\n`);
    },
  };
}

async function loadRival(name: string): Promise<unknown> {
  if (!existsSync(`${folder}node_modules/${name}`)) installRivals();
  const require = createRequire(`${folder}package.json`);
  return (await import(pathToFileURL(require.resolve(name)).href)) as unknown;
}

/** `npm ci` without install scripts; its output goes to standard error. */
function installRivals(): void {
  process.stderr.write("installing what the benches compare with (bench/rivals/package.json)\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  execFileSync(npm, ["ci", "--prefix", folder, "--ignore-scripts"], {
    stdio: ["ignore", process.stderr, process.stderr],
    cwd: folder,
  });
}
