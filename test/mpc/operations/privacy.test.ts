import { describe, expect, it } from "vitest";
import { simulate, type Party } from "../../../dist/channel/index.js";
import {
  absolute,
  correlation,
  divide,
  divideIntegers,
  equal,
  exponential,
  gatherRows,
  groupSums,
  histogram,
  inverseOfPositive,
  lessThan,
  maximum,
  mean,
  naturalLogarithm,
  reciprocal,
  select,
  serveDealer,
  shuffleRows,
  sigmoid,
  sortRows,
  variance,
  type Engine,
  type SecretMatrix,
} from "../../../dist/mpc/index.js";
import { Engine as BareEngine } from "../../../dist/mpc/engine.js";
import { ReplicatedParts, RingSeeds, type RingStreams } from "../../../dist/mpc/replicated/parts.js";
import { ReplicatedScheme } from "../../../dist/mpc/replicated/replicated-scheme.js";
import { PartyRounds } from "../../../dist/mpc/rounds.js";
import { Prg } from "../../../dist/random/index.js";
import { chiSquare } from "../../support/chi-square.js";
import { tapParty, type Tapped } from "../../support/tapped-party.js";
import { openTampered, replicated, schemes, type SchemeCase, type Tamper } from "../computation.js";

/**
 * What a party may hold against the others: every byte that it received in rounds and from the dealer; for messages of
 * one round and length, the sum and the XOR of what it sent and received (of two additive parties: all that was opened);
 * and how each of these differs from the one before of the same length. In an honest run all are uniform bytes, whatever
 * the inputs are. Each histogram is compared with the uniform one by a test that fails an honest run once in 10^9; there
 * are fewer than 700 in this file: one false alarm in 10^6 runs of it.
 */
type View = Readonly<Record<"received" | "sum" | "xor" | "differences" | "changes", readonly Uint8Array[]>>;

const length = 192;
const digestBytes = 32;

const inputs = {
  "all the same": () => 1,
  extreme: (i: number) => (i % 2 === 0 ? 15.75 : 0.0625),
};
type Input = (i: number) => number;

/** Families of operations, each on the same secrets twice, so that a mask used twice would show. */
const families: Readonly<
  Record<string, (engine: Engine, x: SecretMatrix, y: SecretMatrix) => Promise<unknown>>
> = {
  products: async (engine, x, y) => {
    const product = await engine.multiply(x, y);
    await engine.truncate(product, 10);
    await engine.matrixProduct(x, y.transpose());
    const fixed = await engine.reusableOperand(x);
    await fixed.transposedProduct(y);
    await engine.scaleBy(x, 0.3);
  },
  comparisons: async (engine, x, y) => {
    const less = await lessThan(engine, x, y);
    await equal(engine, x, y);
    await select(engine, less, x, y);
    await absolute(engine, x);
    await maximum(engine, x);
  },
  functions: async (engine, x) => {
    await sigmoid(engine, x);
    await reciprocal(engine, x, { least: 0.0625 });
    await exponential(engine, x, { atMost: 0 });
    await naturalLogarithm(engine, x, { least: 0.0625 });
  },
  order: async (engine, x, y) => {
    const [few, more] = [x.rowRange(0, 24), y.rowRange(0, 24)];
    await sortRows(engine, { key: few, payload: [more] });
    // Three replicated parties have a way of their own, which sends so little that more of it is needed to tell anything.
    const own = (await shuffleRows(engine, [few]), await engine.shuffle([x]));
    if (own === undefined) return;
    await sortRows(engine, { key: x, payload: [y] });
    await shuffleRows(engine, [x, y]);
  },
  quotients: async (engine, x, y) => {
    await divide(engine, x, y, { least: 0.0625, atMost: 256 });
    const weights = await lessThan(engine, x, 2);
    await mean(engine, y, { weights });
    await variance(engine, y, { weights });
    await engine.scaleBy(x, 0.3);
  },
  picked: async (engine, x) => {
    const index = (await lessThan(engine, x, 2)).rowRange(0, 40);
    await gatherRows(engine, x.reshape(64, 3), index);
    await divideIntegers(engine, index.scale(7), index.addPublic(new Float64Array(40).fill(1)));
    await inverseOfPositive(engine, engine.constant({ rows: 6, columns: 6, values: identity(6) }), {
      least: 1,
      atMost: 1.5,
    });
  },
  statistics: async (engine, x, y) => {
    await variance(engine, x.reshape(48, 4));
    await correlation(engine, y.reshape(48, 4));
    await groupSums(engine, { key: x, groups: [1, 2], values: y });
    await histogram(engine, x, [0, 1, 2, 3, 4]);
  },
};

function identity(d: number): Float64Array {
  return Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0));
}

type Family = (typeof families)[string];

/** Opens an engine at each computing party of a run with or without a dealer, as it is or tampered with. */
interface Opener {
  readonly names: number;
  readonly open: (run: Party) => Promise<Engine | undefined>;
}

function openerOf(scheme: SchemeCase, tamper: Tamper = (source) => source): Opener {
  if (scheme === replicated) return { names: 3, open: (run) => openRing(run, (seeds) => seeds) };
  const { n } = scheme;
  return {
    names: n + 1,
    open: async (run) => {
      if (run.index < n) return openTampered(run, n, tamper);
      await serveDealer(run);
      return undefined;
    },
  };
}

async function openRing(run: Party, tamper: (seeds: RingStreams) => RingStreams): Promise<Engine> {
  const members = [0, 1, 2];
  const position = run.index;
  const seeds = tamper(await RingSeeds.exchange(run, (position + 2) % 3, (position + 1) % 3));
  const rounds = new PartyRounds(run, members, "mpc/round");
  return new BareEngine(
    run,
    members,
    new ReplicatedScheme(new ReplicatedParts({ rounds, members, position, seeds })),
  );
}

/** The views of all parties. */
async function viewsOf({ names, open }: Opener, family: Family, input: Input): Promise<View[]> {
  const views = Array.from({ length: names }, () => ({
    received: [] as Uint8Array[],
    sum: [] as Uint8Array[],
    xor: [] as Uint8Array[],
    differences: [] as Uint8Array[],
    changes: [] as Uint8Array[],
  }));
  const messages = views.map(() => [] as Tapped[]);
  await simulate(names, (party) =>
    tapParty(party, (message) => messages[party.index]?.push(message)).run(
      { name: "test/privacy", version: 1 },
      async (run) => {
        await run.agree({});
        const engine = await open(run);
        if (engine === undefined) return;
        const own = (owner: number): Promise<SecretMatrix> => {
          const values = { values: Array.from({ length }, (_, i) => input(i)) };
          const options = { owner, rows: length, bound: 16, fractionalBits: 10 };
          return engine.input({ ...options, ...(run.index === owner ? values : {}) });
        };
        const [x, y] = [await own(0), await own(1)];
        for (let i = 0; i < 2; i++) await family(engine, x, y);
        await engine.close();
      },
    ),
  );
  for (const [i, view] of views.entries()) collect(view, messages[i] ?? []);
  return views;
}

function collect(view: { readonly [K in keyof View]: Uint8Array[] }, messages: readonly Tapped[]): void {
  const sent = new Map<number, Uint8Array[]>();
  const before = new Map<string, Uint8Array>();
  const rounds = messages.filter(({ step }) => step === "mpc/round");
  for (const { direction, peer, bytes } of rounds) {
    if (direction === "sent") sent.set(peer, [...(sent.get(peer) ?? []), bytes.subarray(digestBytes)]);
  }
  for (const { direction, step, bytes } of messages) {
    if (direction === "received" && step === "mpc/dealer-correction") view.received.push(bytes);
  }
  const taken = new Map<number, number>();
  for (const { direction, peer, bytes } of rounds) {
    if (direction !== "received") continue;
    const round = taken.get(peer) ?? 0;
    taken.set(peer, round + 1);
    const theirs = bytes.subarray(digestBytes);
    view.received.push(theirs);
    // What was sent to one neighbour and received from the other belong together as well.
    // Of copies sent to several, one counts.
    const copies = new Map([...sent].map(([to, mine]) => [String(mine[round]), { to, own: mine[round] }]));
    for (const { to, own } of copies.values()) {
      if (own?.length !== theirs.length || own.length === 0) continue;
      const xor = theirs.map((byte, i) => byte ^ (own[i] ?? 0));
      view.xor.push(xor);
      const sum = theirs.length % 8 === 0 ? addWords(theirs, own) : xor;
      view.sum.push(sum);
      const key = `${peer} ${to} ${theirs.length}`;
      const last = before.get(key);
      if (last !== undefined) view.differences.push(sum.map((byte, i) => byte ^ (last[i] ?? 0)));
      before.set(key, sum);
    }
    const last = before.get(`${peer} ${theirs.length}`);
    if (last !== undefined) view.changes.push(theirs.map((byte, i) => byte ^ (last[i] ?? 0)));
    before.set(`${peer} ${theirs.length}`, theirs);
  }
}

function addWords(a: Uint8Array, b: Uint8Array): Uint8Array {
  const [x, y] = [new BigUint64Array(a.slice().buffer), new BigUint64Array(b.slice().buffer)];
  return new Uint8Array(x.map((word, i) => word + (y[i] ?? 0n)).buffer);
}

/** Parts of a view that are not uniform; those with too few bytes to tell are left out. */
function suspicious(view: View): string[] {
  return Object.entries(view)
    .filter(([, parts]) => {
      const counts = new Uint32Array(256);
      let total = 0;
      for (const part of parts) {
        for (const byte of part) counts[byte] = (counts[byte] ?? 0) + 1;
        total += part.length;
      }
      return total >= 50 * 256 && chiSquare(counts).exceeds;
    })
    .map(([name]) => name);
}

function bytesOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((total, part) => total + part.length, 0);
}

describe.each(schemes)("with $name, what a party receives", (scheme) => {
  describe.each(Object.entries(families))("in %s", (_, family) => {
    // Three additive parties do as two do, so that one input is enough for them.
    const chosen = Object.entries(inputs).slice(scheme.name === "3 parties and a dealer" ? 1 : 0);
    it.each(chosen)("does not depend on inputs (%s)", async (_name, input) => {
      const views = await viewsOf(openerOf(scheme), family, input);
      for (const view of views.slice(0, scheme.n)) {
        expect(bytesOf(view.received)).toBeGreaterThan(50 * 256);
        expect(suspicious(view)).toEqual([]);
      }
    });
  });

  it("differs in two runs on the same input", async () => {
    const { products } = families;
    if (products === undefined) throw new Error("no products");
    const [[first], [second]] = [
      await viewsOf(openerOf(scheme), products, inputs.extreme),
      await viewsOf(openerOf(scheme), products, inputs.extreme),
    ];
    expect(first?.received.length).toBe(second?.received.length);
    for (const [i, bytes] of (first?.received ?? []).entries()) {
      if (bytes.length < 16) continue;
      expect(second?.received[i]?.length).toBe(bytes.length);
      expect(second?.received[i]).not.toEqual(bytes);
    }
  });
});

describe("the test above catches", () => {
  const caught = async (opener: Opener, family: Family | undefined): Promise<string[]> => {
    if (family === undefined) throw new Error("no such family");
    const views = await viewsOf(opener, family, inputs["all the same"]);
    return [...new Set(views.flatMap(suspicious))];
  };
  const [two] = schemes;

  it.each(["products", "comparisons"])("additive parties that do not mask their %s", async (name) => {
    if (two === undefined) throw new Error("no schemes");
    const unmasked: Tamper = (source) => ({
      draw(wanted) {
        const shares = source.draw(wanted);
        return { ...shares, masks: shares.masks.map((mask) => new BigUint64Array(mask.length)) };
      },
      close: () => source.close(),
    });
    expect(await caught(openerOf(two, unmasked), families[name])).not.toEqual([]);
  });

  it("additive parties that use a bit triple twice", async () => {
    if (two === undefined) throw new Error("no schemes");
    const reusing: Tamper = (source) => {
      const kept = new Map<string, readonly BigUint64Array[]>();
      return {
        draw(wanted) {
          const shares = source.draw(wanted);
          const key = JSON.stringify(wanted);
          const masks = wanted.kind === "bitTriple" ? (kept.get(key) ?? shares.masks) : shares.masks;
          kept.set(key, masks);
          return { ...shares, masks };
        },
        close: () => source.close(),
      };
    };
    expect(await caught(openerOf(two, reusing), families["comparisons"])).not.toEqual([]);
  });

  const ring = (stream: () => Pick<Prg, "words">): Opener => ({
    names: 3,
    open: (run) =>
      openRing(run, () => {
        const [previous, next] = [stream(), stream()];
        const zeroShare = (count: number): BigUint64Array => {
          const other = next.words(count);
          return previous.words(count).map((word, i) => word - (other[i] ?? 0n));
        };
        const zeroBits = (count: number): BigUint64Array => {
          const other = next.words(count);
          return previous.words(count).map((word, i) => word ^ (other[i] ?? 0n));
        };
        return { previous, next, common: stream(), zeroShare, zeroBits };
      }),
  });

  it.each(["products", "comparisons"])("replicated parties that do not mask their %s", async (name) => {
    const zeros = ring(() => ({ words: (count) => new BigUint64Array(count) }));
    expect(await caught(zeros, families[name])).not.toEqual([]);
  });

  it.each(["products", "comparisons"])(
    "replicated parties that use masks of their %s twice",
    async (name) => {
      const same = ring(() => ({ words: (count) => new Prg(new Uint8Array(32).fill(5)).words(count) }));
      expect(await caught(same, families[name])).not.toEqual([]);
    },
  );
});
