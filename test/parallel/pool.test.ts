import { afterEach, describe, expect, it } from "vitest";
import { byteRowsFromTexts } from "../../dist/bytes/byte-rows.js";
import { VeilshareError } from "../../dist/errors.js";
import { randomScalar } from "../../dist/group/index.js";
import { hashAndMultiplyJob, hashToGroupJob, multiplyJob } from "../../dist/group/jobs.js";
import { createPool, type Pool } from "../../dist/parallel/index.js";
import { collect, createTestPool, remoteJob, squareJob } from "./test-jobs.js";

const open: Pool[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

function opened(pool: Pool): Pool {
  open.push(pool);
  return pool;
}

describe.each([0, 1, 3])("map with %i workers", (workers) => {
  const pool = (): Pool => opened(createTestPool(workers));
  const inputs = Array.from({ length: 12 }, (_, value) => ({ value, delayMs: (value * 7) % 5 }));

  it("gives the results in the order of the chunks, however long each takes", async () => {
    expect(await collect(pool().map(squareJob, inputs))).toEqual(inputs.map(({ value }) => value ** 2));
  });

  it("takes no more chunks than it can have under way while nobody takes results", async () => {
    let pulled = 0;
    function* chunks(): Generator<{ value: number; delayMs: number }> {
      for (const input of inputs) {
        pulled += 1;
        yield input;
      }
    }
    const results = pool().map(squareJob, chunks());
    await results.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(pulled).toBeLessThanOrEqual(Math.max(1, 2 * workers) + 1);
    await results.return();
  });

  it("gives a result that is ready although the next chunk is not", async () => {
    let wake: () => void = () => undefined;
    const awake = new Promise<void>((resolve) => {
      wake = resolve;
    });
    async function* chunks(): AsyncGenerator<{ value: number; delayMs: number }> {
      yield { value: 5, delayMs: 0 };
      await awake;
      yield { value: 6, delayMs: 0 };
    }
    const results = pool().map(squareJob, chunks());
    expect((await results.next()).value).toBe(25);
    wake();
    expect((await results.next()).value).toBe(36);
    expect((await results.next()).done).toBe(true);
  });

  it("passes on what the source of chunks throws", async () => {
    const failure = new VeilshareError("PEER_CLOSED", "test: gone", { party: "bank" });
    async function* chunks(): AsyncGenerator<{ value: number; delayMs: number }> {
      yield { value: 1, delayMs: 0 };
      await Promise.resolve();
      throw failure;
    }
    await expect(collect(pool().map(squareJob, chunks()))).rejects.toBe(failure);
  });

  it("counts results for onProgress", async () => {
    const seen: number[] = [];
    const onProgress = (done: number): void => void seen.push(done);
    await collect(pool().map(squareJob, inputs.slice(0, 3), { onProgress }));
    expect(seen).toEqual([1, 2, 3]);
  });

  it("gives nothing for no chunks", async () => {
    expect(await collect(pool().map(squareJob, []))).toEqual([]);
  });

  it("rejects with ABORTED when the caller cancels, and goes on working for others", async () => {
    const cancelled = pool();
    const controller = new AbortController();
    const slow = Array.from({ length: 50 }, (_, value) => ({ value, delayMs: 20 }));
    const pending = collect(cancelled.map(squareJob, slow, { signal: controller.signal }));
    setTimeout(() => {
      controller.abort();
    }, 30);
    await expect(pending).rejects.toMatchObject({ code: "ABORTED" });
    expect(await cancelled.run(squareJob, { value: 9, delayMs: 0 })).toBe(81);
    const before = collect(cancelled.map(squareJob, slow, { signal: AbortSignal.abort() }));
    await expect(before).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("rejects pending and later work with CLOSED when it is closed", async () => {
    const closed = pool();
    const pending = collect(closed.map(squareJob, [{ value: 2, delayMs: 500 }, ...inputs]));
    const outcome = expect(pending).rejects.toMatchObject({ code: "CLOSED" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all([closed.close(), closed.close()]);
    await outcome;
    await expect(closed.run(squareJob, { value: 2, delayMs: 0 })).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("jobs of the group", () => {
  it("give the same bytes inline and in threads", async () => {
    const inline = opened(createPool({ workers: 0 }));
    const threads = opened(createPool({ workers: 2 }));
    const scalar = randomScalar();
    const chunks = [0, 5, 10].map((start) => ({
      rows: byteRowsFromTexts(Array.from({ length: 5 }, (_, i) => `item ${start + i}`)),
      dst: "veilshare test",
      scalar,
    }));
    const products = await collect(inline.map(hashAndMultiplyJob, chunks));
    expect(await collect(threads.map(hashAndMultiplyJob, chunks))).toEqual(products);
    const elements = await collect(threads.map(hashToGroupJob, chunks));
    const multiplied = elements.map((batch) => ({ elements: batch, scalar }));
    expect(await collect(threads.map(multiplyJob, multiplied))).toEqual(products);
    expect(scalar.some((byte) => byte !== 0)).toBe(true); // the caller's scalar is not wiped
  });

  it("name the bad element through a worker as they do inline", async () => {
    const input = { elements: new Uint8Array(64), scalar: randomScalar() };
    const [inline, thread] = [createPool({ workers: 0 }), createPool({ workers: 1 })].map(opened);
    const refused = { code: "INVALID_ARGUMENT", field: "elements[0]" };
    await expect(inline?.run(multiplyJob, input)).rejects.toMatchObject(refused);
    await expect(thread?.run(multiplyJob, input)).rejects.toMatchObject(refused);
  });
});

describe("failures in a worker", () => {
  it("keep code, message and fields of an error of the package", async () => {
    const pool = opened(createTestPool(1));
    const failure: unknown = await pool.run(remoteJob("test/typed-error"), {}).catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(VeilshareError);
    expect(failure).toMatchObject({
      code: "VALUE_OUT_OF_RANGE",
      message: "test: expected a point, got noise",
      field: "elements[3]",
      expected: "a point",
      got: "noise",
      party: "bank",
      line: 7,
    });
  });

  it("become WORKER_FAILED, without the text of a foreign error", async () => {
    const pool = opened(createTestPool(1));
    const failure: unknown = await pool.run(remoteJob("test/foreign-error"), {}).catch((e: unknown) => e);
    expect(failure).toMatchObject({ code: "WORKER_FAILED", got: "RangeError" });
    expect(JSON.stringify(failure)).not.toContain("4711");
  });

  it.each([
    ["test/exit", "ended with exit code 3"],
    ["test/late-crash", "broke"],
    ["test/out-of-memory", "broke"],
  ])("reject the chunk when the worker dies: %s", async (name, how) => {
    const pool = opened(createTestPool(1));
    const dying = pool.run(remoteJob(name), {});
    const next = pool.run(squareJob, { value: 4, delayMs: 0 });
    await expect(dying).rejects.toMatchObject({ code: "WORKER_FAILED", got: how });
    expect(await next).toBe(16); // in a worker that took the dead one's place
  });

  it("stop a worker whose chunk is cancelled, even in an endless loop", async () => {
    const pool = opened(createTestPool(1));
    const signal = AbortSignal.timeout(300);
    const endless = pool.run(remoteJob("test/busy"), {}, { signal });
    await expect(endless).rejects.toMatchObject({ code: "ABORTED" });
    expect(await pool.run(squareJob, { value: 4, delayMs: 0 })).toBe(16);
  });

  it("stop a worker in an endless loop when the pool is closed", async () => {
    const pool = createTestPool(1);
    const outcome = expect(pool.run(remoteJob("test/busy"), {})).rejects.toMatchObject({ code: "CLOSED" });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await pool.close();
    await outcome;
  });

  it("are told for a job that the worker does not know, and for what cannot be cloned", async () => {
    const pool = opened(createTestPool(1));
    await expect(pool.run(remoteJob("test/unknown"), {})).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    for (const [name, input] of [
      ["test/not-cloneable", {}],
      ["test/square", { value: () => 1 }],
    ] as const) {
      await expect(pool.run(remoteJob(name), input)).rejects.toMatchObject({ code: "WORKER_FAILED" });
    }
    expect(await pool.run(squareJob, { value: 3, delayMs: 0 })).toBe(9);
  });
});

describe("memory", () => {
  it("of inputs is copied, or moved on request", async () => {
    const pool = opened(createTestPool(1));
    const input = { secret: new Uint8Array([1, 2, 3]) };
    const job = remoteJob<{ secret: Uint8Array }, number>("test/keep-secret");
    expect(await pool.run(job, input)).toBe(3);
    expect([...input.secret]).toEqual([1, 2, 3]);
    expect(await pool.run(job, input, { transferInputs: true })).toBe(3);
    expect(input.secret.length).toBe(0);
  });

  it("of a view into a larger buffer is never moved", async () => {
    const pool = opened(createTestPool(1));
    const whole = new Uint8Array([1, 2, 3, 4]);
    const job = remoteJob<{ secret: Uint8Array }, number>("test/keep-secret");
    await pool.run(job, { secret: whole.subarray(1, 3) }, { transferInputs: true });
    expect([...whole]).toEqual([1, 2, 3, 4]);
  });

  it("of a worker's copy of secrets is wiped after the chunk", async () => {
    const pool = opened(createTestPool(1));
    await pool.run(remoteJob("test/keep-secret"), { secret: new Uint8Array([1, 2, 3]) });
    expect(await pool.run(remoteJob("test/kept-secret"), {})).toEqual([0, 0, 0]);
  });

  it("of results is moved out of the worker", async () => {
    const pool = opened(createTestPool(1));
    expect(await pool.run(remoteJob("test/give-bytes"), {})).toEqual(new Uint8Array([1, 2, 3]));
    expect(await pool.run(remoteJob("test/given-length"), {})).toBe(0);
  });
});

describe("createPool", () => {
  it.each([-1, 1.5, 257, NaN])("refuses %d workers", (workers) => {
    expect(() => createPool({ workers })).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("has at least one worker by default", () => {
    expect(opened(createPool()).workers).toBeGreaterThanOrEqual(1);
  });
});
