import { afterEach, expect, it, vi } from "vitest";
import { createPool } from "../../dist/parallel/index.js";
import { createPoolOf } from "../../dist/parallel/pool-of.js";
import { spawnThread } from "../../dist/parallel/host-node.js";

const double = { name: "test/double", run: (input: Uint8Array) => input.map((byte) => 2 * byte) };

afterEach(() => {
  vi.restoreAllMocks();
});

async function doubled(pool: ReturnType<typeof createPool>, transferInputs: boolean): Promise<number[]> {
  const chunks = Array.from({ length: 6 }, (_, i) => Uint8Array.of(i));
  const results: number[] = [];
  for await (const [byte = -1] of pool.map(double, chunks, { transferInputs })) results.push(byte);
  await pool.close();
  return results;
}

it.each([false, true])(
  "a pool whose script is not there works in the caller's thread, in order, and warns once",
  async (transfer) => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const pool = createPool({ workers: 2, workerUrl: new URL("file:///nowhere/worker-entry-node.js") });
    expect(await doubled(pool, transfer)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(warned).toHaveBeenCalledTimes(1);
    expect(String(warned.mock.calls[0]?.[0])).toMatch(/nowhere\/worker-entry-node\.js.*workerUrl/);
  },
);

it("a pool that may start no worker works in the caller's thread", async () => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const pool = createPoolOf(
    () => {
      throw new Error("refused by a policy");
    },
    { workers: 1 },
  );
  expect(await doubled(pool, false)).toEqual([0, 2, 4, 6, 8, 10]);
});

it("a worker that dies of its work is a failure, which names the script", async () => {
  const script = new URL("data:text/javascript,process.exit(7)");
  const pool = createPoolOf(() => spawnThread(script), { workers: 1 });
  await expect(pool.run(double, Uint8Array.of(1))).rejects.toMatchObject({ code: "WORKER_FAILED" });
  await pool.close();
});

it("createPool refuses unknown options and numbers out of range", () => {
  for (const options of [{ worker: 2 }, { workers: -1 }, { workers: 1.5 }, { workerUrl: 5 }, [], null]) {
    expect(() => createPool(options as object)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  }
});
