// One build at a time in a checkout. A lock of a process that died, or that has not been renewed, does not count.
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "./build-stamp.mjs";

const lockFile = join(cacheFolder, "lock");
const renewMs = 2_000;
/** A kernel is compiled in one go of up to half a minute, in which nothing is renewed. */
const staleMs = 120_000;

/** Runs `work` while no other process of this checkout builds. */
export async function withBuildLock(work) {
  for (let waits = 0; !tryLock(); waits++) {
    if (waits === 5) process.stderr.write("waiting for another build ...\n");
    stealStale();
    await sleep(200);
  }
  const renewal = setInterval(() => utimesSync(lockFile, new Date(), new Date()), renewMs);
  renewal.unref();
  const release = () => rmSync(lockFile, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    process.off("exit", release);
    release();
  }
}

function tryLock() {
  try {
    const file = openSync(lockFile, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Renaming is atomic: of several that find a stale lock, one takes it away. */
function stealStale() {
  try {
    const pid = Number(readFileSync(lockFile, "utf8"));
    const age = Date.now() - statSync(lockFile).mtimeMs;
    if (age < staleMs && (pid === 0 || isAlive(pid))) return;
    const aside = `${lockFile}.${process.pid}`;
    renameSync(lockFile, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
