/** One of our parties in the mpc topic: a process of its own, which runs one kind of operation several times. */

import { cpuUsage } from "node:process";
import {
  openEngine,
  openReplicatedEngine,
  serveDealer,
  lessThan,
  type Engine,
  type SecretMatrix,
} from "veilshare/mpc";
import { serveParty } from "../../examples/launcher/index.js";
import { inputs, sampleLength, type MpcTask, type MpcTimes } from "./task.js";

function run(
  engine: Engine,
  { operation }: MpcTask,
  x: SecretMatrix,
  y: SecretMatrix,
): Promise<SecretMatrix> {
  if (operation === "multiply") return engine.multiply(x, y);
  if (operation === "matrixProduct") return engine.matrixProduct(x, y);
  return lessThan(engine, x, y);
}

serveParty((party, json) =>
  party.run({ name: "bench/mpc", version: 1 }, async (inner): Promise<MpcTimes> => {
    const task = json as MpcTask; // topics/mpc.ts is who starts this process
    await inner.agree({ ...task });
    const cpuBefore = cpuUsage();
    const cpuSeconds = (): number => {
      const { user, system } = cpuUsage(cpuBefore);
      return (user + system) / 1e6 / (task.runs + 1);
    };
    const dealer = inner.size - 1;
    if (task.scheme === "dealer" && inner.index === dealer) {
      const { correctionBytes } = await serveDealer(inner);
      return {
        ms: [],
        cpuSeconds: cpuSeconds(),
        bytesSent: correctionBytes / (task.runs + 1),
        rounds: 0,
        sample: [],
      };
    }
    const engine =
      task.scheme === "dealer" ? await openEngine(inner, { dealer }) : await openReplicatedEngine(inner);
    const rows = task.size;
    const columns = task.operation === "matrixProduct" ? task.size : 1;
    const bound = task.operation === "compare" ? 2 ** 31 : 2 ** 20;
    const [first, second] = inputs(task);
    const own = (owner: number, values: BigInt64Array): Promise<SecretMatrix> =>
      engine.input({
        owner,
        rows,
        columns,
        bound,
        fractionalBits: 0,
        ...(owner === inner.index ? { values } : {}),
      });
    const [x, y] = await Promise.all([own(0, first), own(1, second)]);
    const members =
      task.scheme === "dealer" ? inner.between(Array.from({ length: dealer }, (_, i) => i)) : inner;
    let result = await run(engine, task, x, y);
    const ms: number[] = [];
    const cpuOfLoop = cpuUsage();
    const before = { bytes: inner.traffic.bytesSent, rounds: engine.rounds };
    for (let i = 0; i < task.runs; i++) {
      await members.exchange("ready", new Uint8Array(1));
      const startMs = performance.now();
      result = await run(engine, task, x, y);
      ms.push(performance.now() - startMs);
    }
    const { user, system } = cpuUsage(cpuOfLoop);
    const loopSeconds = (user + system) / 1e6 / task.runs;
    const bytesSent = (inner.traffic.bytesSent - before.bytes) / task.runs;
    const rounds = (engine.rounds - before.rounds) / task.runs;
    const head = result.reshape(result.length, 1).rowRange(0, sampleLength);
    const sample = [...(await engine.reveal(head))];
    await engine.close();
    return { ms, cpuSeconds: loopSeconds, bytesSent, rounds, sample };
  }),
);
