/** Objects that await, used twice at once: what `table.test.ts` says of them and no other test shows. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import { describe, expect, it, vi } from "vitest";
import { planResilientSum } from "../../dist/aggregation/index.js";
import { portTransport, simulate, type Transport } from "../../dist/channel/index.js";
import { memoryTransportPair } from "../../dist/channel/memory-transport.js";
import { decrypt, encrypt, PrecomputedRandomisers } from "../../dist/he/index.js";
import { DownloadBudget, EvaluationBudget } from "../../dist/lookup/index.js";
import { openReplicatedEngine, openTwoPartyEngine, type Engine } from "../../dist/mpc/index.js";
import { OtReceiver, OtSender } from "../../dist/ot/index.js";
import { intersect } from "../../dist/psi/index.js";
import { memoryStore } from "../../dist/store/index.js";
import { createFileStore, inspectFileStore, openFileStore } from "../../dist/store/index-node.js";
import { RowKeys } from "../../dist/table/index.js";
import { InProcessSum } from "../aggregation/resilient/in-process.js";
import { testKey } from "../he/test-key.js";
import { collect, createTestPool, squareJob } from "../parallel/test-jobs.js";
import { idOf, ids } from "../store/kinds.js";

const codes = (results: readonly PromiseSettledResult<unknown>[]): unknown[] =>
  results.map((result) =>
    result.status === "fulfilled" ? "done" : (result.reason as { readonly code?: unknown }).code,
  );

describe("a state store", () => {
  it("does what was asked for before it is closed, a compaction and a change at once, and is closed once", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "veilshare-once-")), "state");
    const store = await createFileStore(folder);
    const claim = (n: number): Promise<unknown> =>
      store.transact((draft) => draft.claim(ids, "s", [idOf(n)]));
    const asked = [claim(1), store.compact(), claim(2), store.compact(), claim(3)];
    const closings = [store.close(), store.close()];
    let closed = 0;
    for (const closing of closings) void closing.then(() => (closed += 1));
    expect(codes(await Promise.allSettled([...asked, claim(4)]))).toEqual([
      ...asked.map(() => "done"),
      "CLOSED",
    ]);
    await closings[1];
    await Promise.resolve();
    expect(closed).toBe(2); // the second waited for the first
    expect((await inspectFileStore(folder)).generation).toBe(3);
    const again = await openFileStore(folder);
    expect(again.view.count(ids, "s")).toBe(3);
    await again.close();
  });
});

describe("budgets", () => {
  it.each([EvaluationBudget, DownloadBudget])(
    "of a lookup's clients are never exceeded at once",
    async (Budget) => {
      const options = { store: memoryStore(), perWindow: 25, windowMs: 1000, total: 25 };
      const [one, other] = [new Budget(options), new Budget(options)];
      const takes = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? one : other).take("client", 10));
      expect((await Promise.all(takes)).filter(({ granted }) => granted)).toHaveLength(2);
      expect(one.used()).toEqual([["client", 20]]);
    },
  );

  it("of a peer's items are never exceeded by runs at once", async () => {
    const peerBudget = { store: memoryStore(), perWindow: 10, windowMs: 3_600_000 };
    const ask = (): Promise<unknown> =>
      simulate(2, (party) => {
        const items = ["a", "b", "c", "d", "e", "f"];
        return intersect(party, items, { workers: 0, ...(party.index === 1 ? { peerBudget } : {}) });
      });
    const results = codes(await Promise.allSettled([ask(), ask(), ask()]));
    expect(results.sort()).toEqual(["BUDGET_SPENT", "BUDGET_SPENT", "done"]);
  });
});

describe("a party of a session", () => {
  it("gives messages of one step to those who wait in the order in which they asked", async () => {
    const [, received] = await simulate(2, (party) =>
      party.run({ name: "test/once", version: 1 }, async (run) => {
        await Promise.all([run.agree({ a: 1 }), run.agree({ a: 2 })]);
        if (run.index === 0) {
          for (const byte of [1, 2, 3]) await run.send(1, "s", Uint8Array.of(byte));
          return [];
        }
        const messages = await Promise.all([1, 2, 3].map(() => run.receive(0, "s", { byteLength: 1 })));
        return messages.map(([byte]) => byte);
      }),
    );
    expect(received).toEqual([1, 2, 3]);
  });

  it("tells parameters that are agreed at once in another order apart", async () => {
    const run = simulate(2, (party) =>
      party.run({ name: "test/once", version: 1 }, async (run) => {
        const both = [{ a: 1 }, { a: 2 }];
        if (run.index === 0) both.reverse();
        await Promise.all(both.map((parameters) => run.agree(parameters)));
      }),
    );
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });

  it("keeps the messages of runs at once apart, and closes once", async () => {
    const results = await simulate(2, async (party) => {
      const ask = (name: string, value: number): Promise<number | undefined> =>
        party.run({ name: `test/${name}`, version: 1 }, async (run) => {
          await run.agree({});
          const all = await run.exchange("s", Uint8Array.of(value), { byteLength: 1 });
          return all[1 - run.index]?.[0];
        });
      const answers = await Promise.all([ask("x", 1), ask("y", 2)]);
      await Promise.all([party.close(), party.close()]);
      return answers;
    });
    expect(results).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});

const transports: Readonly<Record<string, () => readonly [Transport, Transport]>> = {
  "in memory": memoryTransportPair,
  "over ports": () => {
    const { port1, port2 } = new MessageChannel();
    return [portTransport(port1), portTransport(port2)];
  },
};

describe("a transport", () => {
  it.each(Object.entries(transports))(
    "%s refuses a second receive, and the first gets its message",
    async (_, make) => {
      const [here, there] = make();
      const first = here.receive();
      await expect(here.receive()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await there.send(Uint8Array.of(7));
      expect(await first).toEqual(Uint8Array.of(7));
      await Promise.all([here.close(), here.close(), there.close()]);
    },
  );
});

describe("the server of a resilient sum", () => {
  it("adds up once, whoever else asks for the total meanwhile or afterwards", async () => {
    const plan = planResilientSum({ clients: 8, length: 1, max: 9 });
    const sum = new InProcessSum({ plan, vectorOf: () => Uint32Array.of(2) });
    const [first, meanwhile] = await Promise.allSettled([
      sum.run(),
      Promise.resolve().then(() => sum.server.total()),
    ]);
    expect(codes([first, meanwhile])).toEqual(["done", "INVALID_ARGUMENT"]);
    await expect(sum.server.total()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("a pool", () => {
  it.each([0, 2])(
    "of %i workers gives each of two maps its own results, and closes once",
    async (workers) => {
      const pool = createTestPool(workers);
      const inputs = [3, 2, 1].map((value) => ({ value, delayMs: value }));
      const all = [
        collect(pool.map(squareJob, inputs)),
        collect(pool.map(squareJob, inputs.toReversed())),
        pool.run(squareJob, { value: 5, delayMs: 0 }),
      ];
      expect(await Promise.all(all)).toEqual([[9, 4, 1], [1, 4, 9], 25]);
      await Promise.all([pool.close(), pool.close()]);
    },
  );
});

describe("keys of rows", () => {
  it("refuse to go on with a reading when another one has begun, whose lines they keep", async () => {
    const rows = {
      file: "f",
      columns: ["id"],
      async *[Symbol.asyncIterator]() {
        for (let line = 2; line < 6; line++) {
          await Promise.resolve();
          yield { line, cells: [`id ${line}`] };
        }
      },
    };
    const keys = new RowKeys(rows);
    const read = async (): Promise<unknown[]> => {
      const all: unknown[] = [];
      for await (const key of keys) all.push(key);
      return all;
    };
    const results = await Promise.allSettled([read(), read()]);
    expect(codes(results)).toEqual(["INVALID_ARGUMENT", "done"]);
    expect([keys.count, keys.lineOf(0), keys.lineOf(3)]).toEqual([4, 2, 5]);
    expect(await read()).toHaveLength(4);
  });
});

describe("Paillier", () => {
  it("gives each precomputed randomiser once, also to those who ask at once", async () => {
    const precomputed = new PrecomputedRandomisers(testKey);
    await Promise.all([precomputed.add(2), precomputed.add(1)]);
    const taken = await Promise.all([precomputed.take(2), precomputed.take(2), precomputed.take(1)]);
    expect(new Set(taken.flat()).size).toBe(5);
    expect(precomputed.size).toBe(0);
  });

  it("decrypts two vectors at once with one key", async () => {
    const sealed = await Promise.all(
      [[1n, -2n], [3n]].map((values) => encrypt(testKey, values, { maxAbs: 5n })),
    );
    expect(await Promise.all(sealed.map((one) => decrypt(testKey, one)))).toEqual([[1n, -2n], [3n]]);
  });
});

/** Two engines of one run, each with a product of its own; party 0 may ask for them in the other order. */
async function twoEngines(
  parties: number,
  open: (run: never) => Promise<Engine>,
  swapped: boolean,
): Promise<unknown> {
  return simulate(parties, (party) =>
    party.run({ name: "test/engines", version: 1 }, async (run) => {
      await run.agree({});
      const engines = await Promise.all([open(run as never), open(run as never)]);
      const work = async (engine: Engine, values: number[]): Promise<number[]> => {
        const own = run.index === 0 ? { values } : {};
        const x = await engine.input({
          owner: 0,
          rows: values.length,
          columns: 1,
          bound: 100,
          fractionalBits: 0,
          ...own,
        });
        return [...(await engine.reveal(await engine.multiply(x, x)))];
      };
      const jobs = engines.map((engine, i) => () => work(engine, i === 0 ? [1, 2, 3] : [5, 7]));
      const order = swapped && run.index === 0 ? jobs.toReversed() : jobs;
      const results = await Promise.all(order.map((job) => job()));
      await Promise.all(engines.map((engine) => engine.close()));
      return results;
    }),
  );
}

describe("two engines of one run", () => {
  const ways = [
    ["of two parties", 2, openTwoPartyEngine],
    ["of three parties", 3, openReplicatedEngine],
  ] as const;

  it.each(ways)(
    "%s compute both programs when all ask in one order, and end with an error otherwise",
    async (_, n, open) => {
      const right = [
        [1, 4, 9],
        [25, 49],
      ];
      expect(await twoEngines(n, open, false)).toEqual(new Array(n).fill(right));
      await expect(twoEngines(n, open, true)).rejects.toMatchObject({
        code: expect.stringMatching(/^PEER_/) as string,
      });
    },
  );

  it("take both ends of oblivious transfer with them when they are closed, once", async () => {
    const closings = [vi.spyOn(OtSender.prototype, "close"), vi.spyOn(OtReceiver.prototype, "close")];
    try {
      await twoEngines(2, openTwoPartyEngine, false);
      for (const closing of closings) expect(closing).toHaveBeenCalledTimes(4);
      for (const sender of closings[0]?.mock.contexts ?? []) {
        expect((sender as OtSender).delta).toEqual(new Uint8Array(16));
        await expect((sender as OtSender).take(64)).rejects.toMatchObject({ code: "CLOSED" });
      }
    } finally {
      for (const closing of closings) closing.mockRestore();
    }
  });
});

describe("a matrix that is ready for many products", () => {
  it("gives each of several products at once its own", async () => {
    const results = await simulate(3, (party) =>
      party.run({ name: "test/operand", version: 1 }, async (run) => {
        await run.agree({});
        const engine = await openReplicatedEngine(run);
        const own = (values: number[]): object => (run.index === 0 ? { values } : {});
        const shape = { owner: 0, bound: 10, fractionalBits: 0 };
        const matrix = await engine.input({ ...shape, rows: 2, columns: 2, ...own([1, 2, 3, 4]) });
        const vectors = await Promise.all(
          [
            [1, 0],
            [0, 1],
          ].map((values) => engine.input({ ...shape, rows: 2, columns: 1, ...own(values) })),
        );
        const operand = await engine.reusableOperand(matrix);
        const products = await Promise.all(vectors.map((vector) => operand.product(vector)));
        const opened = await Promise.all(products.map(async (one) => [...(await engine.reveal(one))]));
        await engine.close();
        return opened;
      }),
    );
    expect(results).toEqual(
      new Array(3).fill([
        [1, 3],
        [2, 4],
      ]),
    );
  });
});
