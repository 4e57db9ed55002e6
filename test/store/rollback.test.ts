/**
 * An older copy of a store that was put back: who has seen the later one finds it out, and once the restore is accepted,
 * whatever was kept there is spent. Every kind of record that the package keeps is in here.
 */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ReportJournal } from "../../dist/aggregation/verified/journal.js";
import { recordQuestion } from "../../dist/cli/question.js";
import { simulate, type ProtocolRun } from "../../dist/channel/index.js";
import { prio3Sum } from "../../dist/prio3/index.js";
import { BudgetLedger, noisySum } from "../../dist/differential-privacy/index.js";
import { QueryLedger } from "../../dist/disclosure/index.js";
import {
  DownloadBudget,
  EvaluationBudget,
  LookupStore,
  serveLookup,
  verifiedLookup,
} from "../../dist/lookup/index.js";
import { admitRowSets } from "../../dist/owners/row-sets.js";
import { spendPeerItems } from "../../dist/psi/peer-budget.js";
import { commitApplicants } from "../../dist/risk/applicants.js";
import { acceptPeerRestore, memoryStore, type StateStore } from "../../dist/store/index.js";
import { createFileStore, openFileStore } from "../../dist/store/index-node.js";
import { Aggregators } from "../aggregation/verified/sessions.js";
import { epoch, published, serverKey } from "../lookup/sessions.js";

/** A store in a folder of which an older copy can be put back. */
class Restorable {
  static readonly folders: string[] = [];
  readonly #folder = join(mkdtempSync(join(tmpdir(), "veilshare-rollback-")), "state");
  #store: StateStore | undefined;

  constructor() {
    Restorable.folders.push(this.#folder);
  }

  async open(): Promise<StateStore> {
    this.#store = await createFileStore(this.#folder);
    return this.#store;
  }

  async copy(): Promise<StateStore> {
    await this.#store?.close();
    cpSync(this.#folder, `${this.#folder}.copy`, { recursive: true });
    this.#store = await openFileStore(this.#folder);
    return this.#store;
  }

  async putBack(): Promise<StateStore> {
    await this.#store?.close();
    rmSync(this.#folder, { recursive: true });
    cpSync(`${this.#folder}.copy`, this.#folder, { recursive: true });
    this.#store = await openFileStore(this.#folder);
    return this.#store;
  }
}

afterEach(() => {
  for (const folder of Restorable.folders.splice(0)) rmSync(join(folder, ".."), { recursive: true });
});

/** What each of two parties ended with. */
type Ends = readonly [string, string];

/** Two parties meet with a store each; party 0's is the one that is restored. */
type Meeting = (stores: readonly [StateStore, StateStore], round: number) => Promise<Ends>;

const names = ["bank", "platform"] as const;

function endOf(running: Promise<unknown>): Promise<string> {
  return running.then(
    () => "met",
    (thrown: unknown) => (thrown as { readonly code: string }).code,
  );
}

async function ends(
  run: (index: number, party: Parameters<Parameters<typeof simulate>[1]>[0]) => Promise<unknown>,
): Promise<Ends> {
  const found: string[] = [];
  const running = simulate(
    2,
    async (party) => {
      const running = run(party.index, party);
      found[party.index] = await endOf(running);
      await running;
    },
    { names },
  );
  await running.catch(() => undefined);
  return [found[0] ?? "", found[1] ?? ""];
}

/** By what meets, and what a meeting gives once the restore is accepted: what was left is burned. */
const meetings: Readonly<Record<string, readonly [after: string, make: () => Promise<Meeting>]>> = {
  "noisy sums": [
    "BUDGET_SPENT",
    () =>
      Promise.resolve((stores) =>
        ends(async (index, party) => {
          const store = stores[index] as StateStore;
          const ledger = await BudgetLedger.open(store, [{ dataSet: "d", epsilon: 50, delta: 1e-6 }]);
          const burn = ({ rho }: { readonly rho: number }): Promise<void> =>
            ledger.spend({ dataSet: "d", rho, purpose: "test" });
          const plan = { epsilon: 1, delta: 1e-6, maxAbs: 5n, maxColluders: 1 };
          return noisySum(party, BigInt64Array.of(1n), { ...plan, burn, store });
        }),
      ),
  ],
  "lookups, the server's budget": [
    "met",
    async () => {
      const set = await published([{ key: "a", label: "x" }]);
      return (stores) =>
        ends((index, party) => {
          if (index === 1) {
            const pinned = { publicKey: serverKey.publicKey, epoch };
            return verifiedLookup(party, ["a"], { ...pinned, store: stores[1] });
          }
          const budget = new EvaluationBudget({ store: stores[0], perWindow: 100, windowMs: 1000 });
          return serveLookup(party, new LookupStore(serverKey, set), { budget });
        });
    },
  ],
  "lookups, the server's budget of downloads": [
    "met",
    async () => {
      const set = await published([{ key: "a", label: "x" }]);
      return (stores) =>
        ends((index, party) => {
          if (index === 1) {
            const pinned = { publicKey: serverKey.publicKey, epoch };
            return verifiedLookup(party, ["a"], { ...pinned, store: stores[1] });
          }
          const downloadBudget = new DownloadBudget({ store: stores[0], perWindow: 1e6, windowMs: 1000 });
          return serveLookup(party, new LookupStore(serverKey, set), { budget: "unlimited", downloadBudget });
        });
    },
  ],
  "verified batches": [
    "STORE_ROLLED_BACK",
    () =>
      Promise.resolve(async (stores, round) => {
        const prio3 = prio3Sum({ shares: 2, maxMeasurement: 255n });
        const task = { prio3, context: new Uint8Array(8), minReports: 1 };
        const aggregators = new Aggregators(task, stores);
        await aggregators.measure([1n]);
        const end = await endOf(aggregators.batch(`round ${round}`));
        return [end, end];
      }),
  ],
};

describe("an older copy of a store", () => {
  it.each(Object.entries(meetings))(
    "is found out in %s, until both have accepted it",
    async (_, [after, make]) => {
      const meet = await make();
      const own = new Restorable();
      const other = memoryStore();
      expect(await meet([await own.open(), other], 1)).toEqual(["met", "met"]);
      const copied = await own.copy();
      expect(await meet([copied, other], 2)).toEqual(["met", "met"]);
      const restored = await own.putBack();
      expect((await meet([restored, other], 3))[0]).toBe("STORE_ROLLED_BACK");
      const peer = other.view.keys({ shape: "cell", name: "veilshare/peer-head" });
      expect(peer).toHaveLength(1);
      await acceptPeerRestore(other, peer[0] ?? "", "by telephone");
      await restored.acceptRestore("disk failure");
      expect((await meet([restored, other], 4))[0]).toBe(after);
      await restored.close();
    },
  );
});

const pretended = { names, index: 1 } as unknown as ProtocolRun;

interface Consumer {
  /** Kinds of records that it keeps. */
  readonly kinds: readonly string[];
  /** Uses what the store keeps, each time by a little; the codes or words that it ends with. */
  readonly use: (store: StateStore, round: number) => Promise<unknown>;
  readonly before: unknown;
  readonly after: unknown;
}

const done = Promise.resolve("done");

const consumers: Readonly<Record<string, Consumer>> = {
  "a privacy budget": {
    kinds: ["veilshare/dp-budget", "veilshare/dp-release"],
    async use(store) {
      const ledger = await BudgetLedger.open(store, [{ dataSet: "d", epsilon: 5, delta: 1e-6 }]);
      await ledger.spend({ dataSet: "d", rho: 1e-6, purpose: "p" });
      return done;
    },
    before: "done",
    after: "BUDGET_SPENT",
  },
  "a budget of a lookup's clients": {
    kinds: ["veilshare/client-budget", "veilshare/client-budget-begun"],
    async use(store) {
      const budget = new EvaluationBudget({ store, perWindow: 10, windowMs: 3_600_000, total: 10 });
      return (await budget.take("client", 1)).granted;
    },
    before: true,
    after: false,
  },
  "a budget of a peer's items": {
    kinds: ["veilshare/psi-peer-items"],
    async use(store) {
      await spendPeerItems(pretended, { store, perWindow: 10, windowMs: 3_600_000 }, 1);
      return done;
    },
    before: "done",
    after: "BUDGET_SPENT",
  },
  "a ledger of releases": {
    kinds: ["veilshare/query-ledger", "veilshare/release", "veilshare/release-contribution"],
    async use(store, round) {
      const ledger = await QueryLedger.open({ store, minContributors: 3 });
      const own = { cells: new Map(), whole: [1n], isWhole: true };
      const members = ["a", "b", "c", `d${round}`, `e${round}`, `f${round}`];
      const table = { members, cells: [], whole: { contributors: 6, shown: true } };
      await ledger.recordEntry({ series: "s", period: "2026", table, own });
      return done;
    },
    before: "done",
    after: "DISCLOSURE_REFUSED",
  },
  "a journal of reports": {
    kinds: ["veilshare/verified-report", "veilshare/verified-batch"],
    async use(store, round) {
      const journal = new ReportJournal(store, new Uint8Array(4), 0);
      await journal.release(`batch ${round}`, { collector: "c", message: new Uint8Array(4) });
      return journal.claim([new Uint8Array(16).fill(round)]);
    },
    before: [true],
    after: "STORE_ROLLED_BACK",
  },
  "sets of rows that something was told of": {
    kinds: ["veilshare/row-set"],
    async use(store) {
      await admitRowSets(store, { caller: "test", peer: "bank", sets: [["a", "b"]] });
      return done;
    },
    before: "done",
    after: "DISCLOSURE_REFUSED",
  },
  "questions that the command asked": {
    kinds: ["veilshare/cli-questions"],
    async use(store) {
      await recordQuestion(store, { of: "days", where: [] } as unknown as Parameters<
        typeof recordQuestion
      >[1]);
      return done;
    },
    before: "done",
    after: "DISCLOSURE_REFUSED",
  },
  "applicants of a joint score": {
    kinds: ["veilshare/risk-applicant"],
    async use(store) {
      const run = {
        names,
        index: 1,
        receive: () => Promise.resolve(new Uint8Array(32)),
      } as unknown as ProtocolRun;
      const input = { role: "platform", ids: ["id"], model: { modelId: "m" } };
      const at = { input, rows: Uint32Array.of(0), guard: { store }, epoch: "e" };
      type At = Parameters<typeof commitApplicants>[2];
      await commitApplicants(run, { lender: 0, platform: 1 }, at as unknown as At);
      return done;
    },
    before: "done",
    after: "DISCLOSURE_REFUSED",
  },
};

/** Shown elsewhere: the heads themselves, and files of correlations, which two processes make. */
const elsewhere: Readonly<Record<string, string>> = {
  "veilshare/told-head": "test/channel/store-heads.test.ts",
  "veilshare/peer-head": "test/channel/store-heads.test.ts",
  "veilshare/preprocessed": "test/mpc/two-party/preprocessed.test.ts",
};

describe("once a restore is accepted,", () => {
  it.each(Object.entries(consumers))("%s is refused what was left", async (_, { use, before, after }) => {
    const store = memoryStore();
    const outcome = (round: number): Promise<unknown> =>
      use(store, round).catch((thrown: unknown) => (thrown as { readonly code: string }).code);
    expect(await outcome(1)).toEqual(before);
    expect(await outcome(2)).toEqual(before);
    await store.acceptRestore("disk replaced");
    expect(await outcome(3)).toEqual(after);
  });

  it("that goes for every kind of record that the package keeps", () => {
    const found = new Set<string>();
    for (const file of readdirSync("src", { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts")) continue;
      const text = readFileSync(join("src", file), "utf8");
      const makers = /(?:jsonCell|jsonLog|bytesCell|bytesLog|idSet)(?:<[^>]*>)?\(\s*"([^"]+)"/g;
      const literals = /shape: "(?:cell|log|set)",\s*name: "([^"]+)"/g;
      for (const pattern of [makers, literals])
        for (const [, name = ""] of text.matchAll(pattern)) found.add(name);
    }
    const shown = [...Object.values(consumers).flatMap(({ kinds }) => kinds), ...Object.keys(elsewhere)];
    expect([...found].sort()).toEqual(shown.sort());
  });
});
