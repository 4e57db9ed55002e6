// Builds what is stale: kernels, the package (dist/), examples and benches (build/). `--clean` builds everything anew.
//
// What was built is remembered by the content of its sources and by size and time of what was written, so that a second
// run ends at once, and a file that somebody else wrote into dist/ is not trusted.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { buildKernels, kernelsAreFresh } from "./build-kernels.mjs";
import { withBuildLock } from "./build-lock.mjs";
import {
  cacheFolder,
  hashOfInputs,
  isFresh,
  isUntouched,
  removeOrphans,
  targets,
  writeStamp,
} from "./build-stamp.mjs";

/** A build that takes no longer is not worth a word. */
const quietMs = 800;

async function build() {
  const timer = setTimeout(() => process.stderr.write("building ...\n"), quietMs);
  try {
    await buildKernels();
    for (const target of targets) await compile(target);
  } finally {
    clearTimeout(timer);
  }
}

async function compile(target) {
  const inputs = hashOfInputs(target);
  if (isFresh(target)) return;
  // The compiler trusts that what it wrote last is still there.
  if (!isUntouched(target)) rmSync(target.buildInfo, { force: true });
  const exitCode = await run([
    "node_modules/typescript/bin/tsc",
    "-p",
    target.project,
    "--incremental",
    "--tsBuildInfoFile",
    target.buildInfo,
  ]);
  removeOrphans(target);
  // Without the hash when something is wrong, so that the next build says it again.
  writeStamp(target, exitCode === 0 ? inputs : "");
  if (exitCode !== 0) process.exit(exitCode);
}

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

const clean = process.argv.includes("--clean");
if (clean || !kernelsAreFresh() || !targets.every(isFresh)) {
  mkdirSync(cacheFolder, { recursive: true });
  await withBuildLock(async () => {
    if (clean) {
      for (const { outputs, buildInfo, stamp } of targets)
        for (const path of [...outputs, buildInfo, stamp]) rmSync(path, { recursive: true, force: true });
    }
    await build();
  });
}
