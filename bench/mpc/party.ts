/** One of our parties in the mpc topic: a process of its own, which runs one kind of operation several times. */

import { cpuUsage } from "node:process";
import type { ProtocolRun } from "veilshare/channel";
import {
  openEngine,
  openReplicatedEngine,
  openTwoPartyEngine,
  serveDealer,
  type CorrelationStock,
  type Engine,
} from "veilshare/mpc";
import { serveParty } from "../../examples/launcher/index.js";
import { operate, shareInputs } from "./operation.js";
import { makeStock } from "./stock.js";
import { inputs, sampleLength, warmUpRuns, type MpcTask, type MpcTimes } from "./task.js";

serveParty((party, json) =>
  party.run({ name: "bench/mpc", version: 1 }, async (run): Promise<MpcTimes> => {
    const task = json as MpcTask; // topics/mpc.ts is who starts this process
    await run.agree({ ...task });
    if (task.scheme === "dealer" && run.index === run.size - 1) return deal(run, task);
    const stock = task.scheme === "two-party-stock" ? await makeStock(run, task) : undefined;
    try {
      const engine = await open(run, task, stock?.file);
      const times = await measure(run, engine, task);
      await engine.close();
      return stock === undefined ? times : { ...times, offline: stock.offline };
    } finally {
      await stock?.remove();
    }
  }),
);

async function deal(run: ProtocolRun, task: MpcTask): Promise<MpcTimes> {
  const cpuBefore = cpuUsage();
  const { correctionBytes } = await serveDealer(run);
  const { user, system } = cpuUsage(cpuBefore);
  const runs = task.runs + warmUpRuns;
  return {
    ms: [],
    cpuSeconds: (user + system) / 1e6 / runs,
    bytesSent: correctionBytes / runs,
    rounds: 0,
    sample: [],
  };
}

function open(run: ProtocolRun, { scheme }: MpcTask, stock: CorrelationStock | undefined): Promise<Engine> {
  if (scheme === "replicated") return openReplicatedEngine(run);
  if (scheme === "dealer") return openEngine(run, { dealer: run.size - 1 });
  return openTwoPartyEngine(run, stock === undefined ? {} : { stock });
}

async function measure(run: ProtocolRun, engine: Engine, task: MpcTask): Promise<MpcTimes> {
  const values = inputs(task);
  const [x, y] = await shareInputs(engine, task, (owner) =>
    owner === run.index ? values[owner] : undefined,
  );
  const computing = task.scheme === "dealer" ? run.size - 1 : run.size;
  const members = run.between(Array.from({ length: computing }, (_, i) => i));
  let result = x;
  for (let i = 0; i < warmUpRuns; i++) result = await operate(engine, task, x, y);
  const ms: number[] = [];
  const before = { cpu: cpuUsage(), bytes: run.traffic.bytesSent, rounds: engine.rounds };
  for (let i = 0; i < task.runs; i++) {
    await members.exchange("ready", new Uint8Array(1));
    const startMs = performance.now();
    result = await operate(engine, task, x, y);
    ms.push(performance.now() - startMs);
  }
  const { user, system } = cpuUsage(before.cpu);
  const cpuSeconds = (user + system) / 1e6 / task.runs;
  const bytesSent = (run.traffic.bytesSent - before.bytes) / task.runs;
  const rounds = (engine.rounds - before.rounds) / task.runs;
  const head = result.reshape(result.length, 1).rowRange(0, sampleLength);
  return { ms, cpuSeconds, bytesSent, rounds, sample: [...(await engine.reveal(head))] };
}
