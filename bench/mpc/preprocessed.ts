/** Preprocessed correlations for one task, in a temporary file: what two parties do before they have inputs. */

import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProtocolRun } from "veilshare/channel";
import { plan } from "veilshare/mpc";
import { preprocessToFile, openPreprocessedFile, type PreprocessedFile } from "veilshare/mpc/node";
import { createFileStore } from "veilshare/store/node";
import { startCpuClock } from "../cpu-time.js";
import { operate, shareInputs } from "./operation.js";
import { warmUpRuns, type MpcTask, type MpcTimes } from "./task.js";

/** A preprocessed file that is open, and what it took to make it, by run of the task. */
export interface TaskStock {
  readonly file: PreprocessedFile;
  readonly offline: NonNullable<MpcTimes["offline"]>;
  /** Closes the preprocessed file and removes its file. */
  readonly remove: () => Promise<void>;
}

/** Makes with the other party all that the runs of the task will take, those that are not timed too. */
export async function makePreprocessed(party: ProtocolRun, task: MpcTask): Promise<TaskStock> {
  const folder = mkdtempSync(join(tmpdir(), "veilshare-bench-preprocessed-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "preprocessed");
    const store = await createFileStore(join(folder, "state"));
    const runs = task.runs + warmUpRuns;
    const units = await unitsOfRun(task);
    const before = { cpuSeconds: startCpuClock(), ms: performance.now(), bytes: party.traffic.bytesSent };
    await preprocessToFile(party, {
      path,
      store,
      triples: runs * units.triples,
      bitTripleWords: runs * units.bitTripleWords,
      sharedBitWords: runs * units.sharedBitWords,
    });
    const offline = {
      ms: (performance.now() - before.ms) / runs,
      cpuSeconds: before.cpuSeconds() / runs,
      bytesSent: (party.traffic.bytesSent - before.bytes) / runs,
    };
    const file = openPreprocessedFile(path, { store });
    return {
      file,
      offline,
      remove: async () => {
        await file.close();
        await store.close();
        await remove();
      },
    };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

/** What one run takes of each pool, at most. */
async function unitsOfRun(task: MpcTask): Promise<{
  readonly triples: number;
  readonly bitTripleWords: number;
  readonly sharedBitWords: number;
}> {
  const { correlations } = await plan(
    async (engine) => {
      const [x, y] = await shareInputs(engine, task, () => undefined);
      await operate(engine, task, x, y);
    },
    { parties: 2 },
  );
  const of = (kind: string): { words: number; draws: number } =>
    correlations.find((planned) => planned.kind === kind) ?? { words: 0, draws: 0 };
  const bits = of("sharedBit"); // a word each; every draw takes whole words of 64
  return {
    triples: of("triple").words,
    bitTripleWords: of("bitTriple").words,
    sharedBitWords: Math.ceil(bits.words / 64) + bits.draws,
  };
}
