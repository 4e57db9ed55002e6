import { fork, type ChildProcess } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { BatchSummary, Receipt } from "../../../dist/aggregation/index.js";
import type { PartyEntry } from "../../../dist/channel/index.js";
import { killedAfterEach } from "../../support/children.js";

type FromChild =
  | { readonly kind: "ready" | "stuck" }
  | { readonly kind: "done"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: unknown };

const running = killedAfterEach();

/** A party in a process of its own. */
class Role {
  readonly name: string;
  readonly child: ChildProcess;
  readonly stuck: Promise<void>;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: unknown) => void }
  >();
  #next = 0;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.child = child;
    this.stuck = new Promise((resolve) => {
      child.on("message", (message: FromChild) => {
        if (message.kind === "stuck") resolve();
        else if (message.kind === "done") this.#waiting.get(message.id)?.resolve(message.value);
        else if (message.kind === "failed") this.#waiting.get(message.id)?.reject(message.error);
      });
    });
  }

  static async start(name: string): Promise<Role> {
    const child = fork(new URL("fixtures/role.mjs", import.meta.url), [name]);
    running.push(child);
    await new Promise((resolve) => child.once("message", resolve));
    return new Role(name, child);
  }

  does<T>(deed: string, details: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const id = this.#next++;
    const result = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    this.child.send({ id, deed, task: details });
    return result as Promise<T>; // the fixture's deeds give what their names say
  }
}

/** Two aggregators and a collector, with sessions at paths of their own. */
class Network {
  readonly aggregators: readonly Role[];
  readonly collector: Role;
  readonly #entries: readonly PartyEntry[];
  #session = 0;

  private constructor(aggregators: readonly Role[], collector: Role, entries: readonly PartyEntry[]) {
    this.aggregators = aggregators;
    this.collector = collector;
    this.#entries = entries;
  }

  static async start(stuck: boolean): Promise<Network> {
    const roles = await Promise.all(["leader", "helper", "collector"].map((name) => Role.start(name)));
    const [leader, helper, collector] = roles as [Role, Role, Role];
    const entries = await Promise.all([
      leader.does<PartyEntry>("serve", { aggregatorId: 0 }),
      helper.does<PartyEntry>("serve", { aggregatorId: 1, stuck }),
      collector.does<PartyEntry>("entry"),
    ]);
    return new Network([leader, helper], collector, entries);
  }

  #at(path: string): PartyEntry[] {
    return this.#entries.map((entry) =>
      entry.address === undefined ? entry : { ...entry, address: `${entry.address}/${path}` },
    );
  }

  /** Lets a client hand in its reports to both aggregators; gives what they say. */
  async handIn(client: Role): Promise<Receipt[][]> {
    const own = await client.does<PartyEntry>("entry");
    const receipts: Receipt[][] = [];
    for (const [aggregatorId, aggregator] of this.aggregators.entries()) {
      const parties = [this.#at(`upload-${this.#session++}`)[aggregatorId], own];
      const [, said] = await Promise.all([
        aggregator.does("receive", { parties }),
        client.does<Receipt[]>("upload", { parties, aggregatorId }),
      ]);
      receipts.push(said);
    }
    return receipts;
  }

  /** All parties' ends of one batch. */
  batch(batch: string): [Promise<BatchSummary>, Promise<BatchSummary>, Promise<Record<string, unknown>>] {
    const parties = this.#at(`batch-${this.#session++}`);
    const [leader, helper] = this.aggregators as readonly [Role, Role];
    return [
      leader.does("aggregate", { parties, batch }),
      helper.does("aggregate", { parties, batch }),
      this.collector.does("collect", { parties, batch }),
    ];
  }
}

/** Up to six processes start, each with a build of its own to load. */
const timeout = 120_000;

describe("verified aggregation between processes over WebSocket", { timeout }, () => {
  it("adds up honest reports, names the two of a cheat and the one that was replayed, and goes on", async () => {
    const network = await Network.start(false);
    const clients = await Promise.all(["ann", "bob", "eve"].map((name) => Role.start(name)));
    const [ann, bob, eve] = clients as [Role, Role, Role];
    await ann.does("prepare", { measurements: ["1", "1000"] });
    const replayed = await bob.does<string[]>("prepare", { measurements: ["20"] });
    await network.handIn(ann);
    await network.handIn(bob);
    const [, , first] = network.batch("one");
    expect(await first).toEqual({ released: true, result: "1021", reports: 3, rejected: 0 });

    await expect(eve.does("prepare", { measurements: ["1001"] })).rejects.toMatchObject({
      code: "VALUE_OUT_OF_RANGE",
    });
    const lies: string[] = [];
    for (const cheat of ["outOfRange", "badProof"]) {
      lies.push(...(await eve.does<string[]>("prepare", { measurements: ["0"], cheat })));
      expect(await network.handIn(eve)).toEqual([["taken"], ["taken"]]);
    }
    await network.handIn(bob); // the same report again
    await ann.does("prepare", { measurements: ["3", "4", "5"] });
    await network.handIn(ann);
    const second = await Promise.all(network.batch("two"));
    expect(second[2]).toEqual({ released: true, result: "12", reports: 3, rejected: 3 });
    for (const { rejected } of second.slice(0, 2) as BatchSummary[]) {
      const byId = new Map(rejected.map(({ reportId, reason }) => [reportId, reason]));
      expect(byId.size).toBe(3);
      expect(lies.map((id) => byId.get(id))).toEqual(["invalid", "invalid"]);
      expect(byId.get(replayed[0] ?? "")).toBe("replayed");
    }
  });

  it("ends with PEER_CLOSED for the others, soon and without a sum, when an aggregator is killed", async () => {
    const network = await Network.start(true);
    const ann = await Role.start("ann");
    await ann.does("prepare", { measurements: ["1", "2", "3"] });
    await network.handIn(ann);
    const [leader, , collector] = network.batch("one").map((end) => end.catch((error: unknown) => error));
    const helper = network.aggregators[1];
    await helper?.stuck;
    const killedMs = performance.now();
    helper?.child.kill("SIGKILL");
    // Whoever learns of the death first tells the other, who may hear that before it sees the death itself.
    const ends = [await leader, await collector] as { code: string; party: string }[];
    for (const { code } of ends) expect(["PEER_CLOSED", "PEER_ABORTED"]).toContain(code);
    expect(ends).toContainEqual(expect.objectContaining({ code: "PEER_CLOSED", party: "helper" }));
    expect(performance.now() - killedMs).toBeLessThan(5000);
  });
});
