// What a build was made from, and what it wrote.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Ignored by git, with everything in build/. */
export const cacheFolder = "build/cache";

const shared = ["tsconfig.base.json", "package.json", "package-lock.json"];

/** What the compiler makes: its project, what it reads, and the folders it writes and nobody else does. */
export const targets = [
  target("src", "tsconfig.json", ["src"], ["dist"], [".js", ".d.ts"], (path) =>
    path.replace(/^src\//, "dist/"),
  ),
  target(
    "tools",
    "tsconfig.tools.json",
    ["examples", "bench", "src"],
    ["build/examples", "build/bench"],
    [".js"],
    (path) => `build/${path}`,
  ),
];

function target(name, project, inputs, outputs, endings, outputOf) {
  return {
    project,
    inputs,
    outputs,
    endings,
    outputOf,
    buildInfo: join(cacheFolder, `${name}.tsbuildinfo`),
    stamp: join(cacheFolder, `${name}.json`),
  };
}

/** Of everything that the compiler reads. */
export function hashOfInputs(target) {
  const hash = createHash("sha256");
  for (const path of [...sourcesOf(target), target.project, ...shared]) {
    const content = readFileSync(path);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** Whether all that the target would write stands there, written from what its sources are now. */
export function isFresh(target) {
  const stamp = readStamp(target);
  return stamp?.inputs === hashOfInputs(target) && stamp.outputs === stateOfOutputs(target);
}

/** Whether what the last build wrote is as it wrote it. */
export function isUntouched(target) {
  return readStamp(target)?.outputs === stateOfOutputs(target);
}

/** @param inputs What `hashOfInputs` gave before the compiler started. */
export function writeStamp(target, inputs) {
  const fresh = `${target.stamp}.new`;
  writeFileSync(fresh, JSON.stringify({ inputs, outputs: stateOfOutputs(target) }));
  renameSync(fresh, target.stamp);
}

/** A source file that is gone leaves no built file behind. */
export function removeOrphans(target) {
  const wanted = new Set();
  for (const path of sourcesOf(target)) {
    for (const ending of target.endings) wanted.add(target.outputOf(path).replace(/\.ts$/, ending));
  }
  for (const path of target.outputs.flatMap(filesIn)) if (!wanted.has(path)) rmSync(path);
}

function readStamp({ stamp }) {
  try {
    return JSON.parse(readFileSync(stamp, "utf8"));
  } catch {
    return undefined; // none, or half of one: build
  }
}

function sourcesOf({ inputs }) {
  const isSource = (path) => path.endsWith(".ts") && !/\/assembly\/|\/node_modules\//.test(path);
  return inputs.flatMap(filesIn).filter(isSource);
}

function stateOfOutputs({ outputs }) {
  const hash = createHash("sha256");
  for (const path of outputs.flatMap(filesIn)) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path}\0${size}\0${mtimeMs}\0`);
  }
  return hash.digest("hex");
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules") found.push(...filesIn(path));
    } else found.push(path);
  }
  return found.sort();
}
