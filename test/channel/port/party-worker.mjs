// One party in a worker thread, for port.test.ts: what it does comes with its ports.
import { parentPort, workerData } from "node:worker_threads";
import { connectPorts, Identity, KeyPair } from "../../../dist/channel/index.js";

const { index, names, ports, task, report, secretKey, parties } = workerData;
const security =
  secretKey === undefined
    ? {}
    : { security: { identity: new Identity(names[index], KeyPair.fromSecretKey(secretKey)), parties } };
try {
  const party = await connectPorts({ index, names, ports, ...security, limits: { idleTimeoutMs: 5000 } });
  const result = await party.run({ name: "test/worker", version: 1 }, async (run) => {
    await run.agree({});
    if (task === "hang") {
      parentPort.postMessage("hanging");
      await new Promise(() => setInterval(() => undefined, 1000));
    }
    const got = await run.exchange("numbers", Uint8Array.of(index, 2 * index), { byteLength: 2 });
    const big = await run.exchange("big", new Uint8Array(3_000_000).fill(index));
    return {
      numbers: got.map((bytes) => [...bytes]),
      big: big.map((bytes) => [bytes.length, bytes[2_999_999]]),
    };
  });
  await party.close();
  report.postMessage({ result });
} catch (error) {
  report.postMessage({ error: error.toJSON?.() ?? { message: String(error) } });
}
report.close();
