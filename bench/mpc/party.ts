/** One of our parties in the mpc topic: a process of its own, which runs one kind of operation several times. */

import type { ProtocolRun } from "veilshare/channel";
import {
  openDealerEngine,
  openReplicatedEngine,
  openTwoPartyEngine,
  serveDealer,
  type PreprocessedCorrelations,
  type Engine,
} from "veilshare/mpc";
import { serveParty } from "../../examples/launcher/index.js";
import { startCpuClock } from "../cpu-time.js";
import { operate, shareInputs } from "./operation.js";
import { makePreprocessed } from "./preprocessed.js";
import { inputs, sampleLength, warmUpRuns, type MpcTask, type MpcTimes } from "./task.js";

serveParty((party, json) =>
  party.run({ name: "bench/mpc", version: 1 }, async (run): Promise<MpcTimes> => {
    const task = json as MpcTask; // topics/mpc.ts is who starts this process
    await run.agree({ ...task });
    if (task.computation === "dealer" && run.index === run.size - 1) return deal(run, task);
    const preprocessed =
      task.computation === "two-party-preprocessed" ? await makePreprocessed(run, task) : undefined;
    try {
      const engine = await open(run, task, preprocessed?.file);
      const times = await measure(run, engine, task);
      await engine.close();
      return preprocessed === undefined ? times : { ...times, offline: preprocessed.offline };
    } finally {
      await preprocessed?.remove();
    }
  }),
);

async function deal(run: ProtocolRun, task: MpcTask): Promise<MpcTimes> {
  const cpuSecondsUsed = startCpuClock();
  const { correctionBytes } = await serveDealer(run);
  const runs = task.runs + warmUpRuns;
  return {
    ms: [],
    cpuSeconds: cpuSecondsUsed() / runs,
    bytesSent: correctionBytes / runs,
    rounds: 0,
    sample: [],
  };
}

function open(
  run: ProtocolRun,
  { computation }: MpcTask,
  preprocessed: PreprocessedCorrelations | undefined,
): Promise<Engine> {
  if (computation === "replicated") return openReplicatedEngine(run);
  if (computation === "dealer") return openDealerEngine(run, { dealer: run.size - 1 });
  return openTwoPartyEngine(run, preprocessed === undefined ? {} : { preprocessed });
}

async function measure(run: ProtocolRun, engine: Engine, task: MpcTask): Promise<MpcTimes> {
  const values = inputs(task);
  const [x, y] = await shareInputs(engine, task, (owner) =>
    owner === run.index ? values[owner] : undefined,
  );
  const computing = task.computation === "dealer" ? run.size - 1 : run.size;
  const members = run.between(Array.from({ length: computing }, (_, i) => i));
  let result = x;
  for (let i = 0; i < warmUpRuns; i++) result = await operate(engine, task, x, y);
  const ms: number[] = [];
  const before = { cpuSeconds: startCpuClock(), bytes: run.traffic.bytesSent, rounds: engine.rounds };
  for (let i = 0; i < task.runs; i++) {
    await members.exchange("ready", new Uint8Array(1));
    const startMs = performance.now();
    result = await operate(engine, task, x, y);
    ms.push(performance.now() - startMs);
  }
  const cpuSeconds = before.cpuSeconds() / task.runs;
  const bytesSent = (run.traffic.bytesSent - before.bytes) / task.runs;
  const rounds = (engine.rounds - before.rounds) / task.runs;
  const head = result.reshape(result.length, 1).rowRange(0, sampleLength);
  return { ms, cpuSeconds, bytesSent, rounds, sample: [...(await engine.reveal(head))] };
}
