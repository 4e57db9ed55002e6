import { describe, expect, it } from "vitest";
import * as mpc from "../../dist/mpc/index.js";
import type { Engine, SecretMatrix } from "../../dist/mpc/index.js";
import { replicated } from "./computation.js";

type Attempt = (engine: Engine, x: SecretMatrix, extra: never) => unknown;

/** Every operation with options: called with one name that it does not know. */
const withOptions: Readonly<Record<string, Attempt>> = {
  divide: (e, x, extra) => mpc.divide(e, x, x, { least: 1, ...(extra as object) }),
  reciprocal: (e, x, extra) => mpc.reciprocal(e, x, { least: 1, ...(extra as object) }),
  inverseSquareRoot: (e, x, extra) => mpc.inverseSquareRoot(e, x, { least: 1, ...(extra as object) }),
  naturalLogarithm: (e, x, extra) => mpc.naturalLogarithm(e, x, { least: 1, ...(extra as object) }),
  exponential: (e, x, extra) => mpc.exponential(e, x, extra),
  mean: (e, x, extra) => mpc.mean(e, x, extra),
  variance: (e, x, extra) => mpc.variance(e, x, extra),
  correlation: (e, x, extra) => mpc.correlation(e, x, extra),
  percentile: (e, x, extra) => mpc.percentile(e, x, 0.5, extra),
  percentileOfSorted: (e, x, extra) => mpc.percentileOfSorted(e, x, 0.5, extra),
  histogram: (e, x, extra) => mpc.histogram(e, x, [1], extra),
  groupSums: (e, x, extra) => mpc.groupSums(e, { key: x, groups: [1], values: x, ...(extra as object) }),
  sortRows: (e, x, extra) => mpc.sortRows(e, { key: x, ...(extra as object) }),
  topK: (e, x, extra) => mpc.topK(e, x, { k: 1, ...(extra as object) }),
  divideIntegers: (e, x, extra) => mpc.divideIntegers(e, x, x, extra),
  inverseOfPositive: (e, x, extra) =>
    mpc.inverseOfPositive(e, x, { least: 1, atMost: 2, ...(extra as object) }),
  solvePositive: (e, x, extra) => mpc.solvePositive(e, x, x, { least: 1, atMost: 2, ...(extra as object) }),
  fixedProduct: (e, x, extra) => mpc.fixedProduct(e, x, x, extra),
  multiply: (e, x, extra) => e.multiply(x, x, extra),
  matrixProduct: (e, x, extra) => e.matrixProduct(x, x, extra),
  scaleBy: (e, x, extra) => e.scaleBy(x, 0.5, extra),
  input: (e, _, extra) => e.input({ owner: 0, rows: 1, bound: 1, ...(extra as object) }),
  reusableOwnedOperand: (e, _, extra) =>
    e.reusableOwnedOperand({
      owner: 0,
      rows: 1,
      bound: 1,
      products: 1,
      transposedProducts: 0,
      ...(extra as object),
    }),
  exportShares: (e, x, extra) =>
    mpc.exportShares(e, { x }, { key: new Uint8Array(32), label: "x", epoch: 1, ...(extra as object) }),
};

/** Operations on something that is no secret. */
const withoutSecret: Readonly<Record<string, (engine: Engine, no: never) => unknown>> = {
  lessThan: (e, no) => mpc.lessThan(e, no, 1),
  equal: (e, no) => mpc.equal(e, no, 1),
  select: (e, no) => mpc.select(e, no, no, no),
  absolute: (e, no) => mpc.absolute(e, no),
  maximum: (e, no) => mpc.maximum(e, no),
  sigmoid: (e, no) => mpc.sigmoid(e, no),
  divide: (e, no) => mpc.divide(e, no, no, { least: 1 }),
  mean: (e, no) => mpc.mean(e, no),
  variance: (e, no) => mpc.variance(e, no),
  correlation: (e, no) => mpc.correlation(e, no),
  percentile: (e, no) => mpc.percentile(e, no, 0.5),
  histogram: (e, no) => mpc.histogram(e, no, [1]),
  sortRows: (e, no) => mpc.sortRows(e, { key: no }),
  shuffleRows: (e, no) => mpc.shuffleRows(e, [no]),
  oneHot: (e, no) => mpc.oneHot(e, no, 3),
  gatherRows: (e, no) => mpc.gatherRows(e, no, no),
  multiply: (e, no) => e.multiply(no, no),
  matrixProduct: (e, no) => e.matrixProduct(no, no),
  truncate: (e, no) => e.truncate(no, 1),
  scaleBy: (e, no) => e.scaleBy(no, 0.5),
  combine: (e, no) => e.combine([{ secret: no, factor: 1 }]),
  reveal: (e, no) => e.reveal(no),
  revealTo: (e, no) => e.revealTo(0, no),
};

async function refusalOf(attempt: () => unknown): Promise<{ code?: string; message?: string } | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return error as { code?: string; message?: string };
  }
}

describe("what computing on shares is given", () => {
  it("is refused by name where an option is unknown or of another type, before anything is sent", async () => {
    await replicated.compute(async ({ engine, own, party }) => {
      const x = await own(0, [1, 2], { rows: 2, bound: 2 });
      const before = party.traffic.messagesSent;
      for (const [name, attempt] of Object.entries(withOptions)) {
        // What is spread into other options must be an object itself to change anything.
        const others = attempt.toString().includes("...extra") ? [] : [7, [1], null, "x"];
        for (const extra of [{ leest: 1 }, ...others] as unknown as never[]) {
          const refusal = await refusalOf(() => attempt(engine, x, extra));
          expect(refusal?.code, name).toBe("INVALID_ARGUMENT");
          expect(refusal?.message?.startsWith(`${name}: `), `${name}: ${refusal?.message ?? ""}`).toBe(true);
        }
      }
      expect(party.traffic.messagesSent).toBe(before);
    });
  });

  it("is refused by name where it is no secret", async () => {
    await replicated.compute(async ({ engine }) => {
      for (const [name, attempt] of Object.entries(withoutSecret)) {
        for (const no of [undefined, 5, {}, [1, 2]] as unknown as never[]) {
          const refusal = await refusalOf(() => attempt(engine, no));
          expect(refusal?.code, `${name}: ${refusal?.message ?? "no refusal"}`).toBe("INVALID_ARGUMENT");
        }
      }
      const noEngine = await refusalOf(() =>
        mpc.mean({} as never, engine.constant({ rows: 1, values: [1] })),
      );
      expect(noEngine?.message).toContain("an Engine");
    });
  });

  it("is refused with one typed error by every exported function, whatever comes in place of all arguments", async () => {
    const exported: readonly (readonly [string, unknown])[] = Object.entries(mpc);
    const functions = exported.flatMap(([name, value]) =>
      typeof value === "function" && /^[a-z]/.test(name)
        ? [[name, value as (...args: readonly unknown[]) => unknown] as const]
        : [],
    );
    expect(functions.length).toBeGreaterThan(50);
    for (const [name, call] of functions) {
      for (const junk of [[], [null], [undefined, 1], [{}, {}, {}], ["x", 1, 2]]) {
        const refusal = await refusalOf(() => call(...junk));
        expect(refusal?.code, `${name}(${JSON.stringify(junk)})`).toMatch(/^[A-Z_]+$/);
      }
    }
  });

  it("is refused where a run begins: unknown options, ways of computing, and what is no party or program", async () => {
    await replicated.compute(async ({ party }) => {
      const program = (): Promise<void> => Promise.resolve();
      const attempts: (() => unknown)[] = [
        () => mpc.compute(party, { computation: "replicated", dealer: 0 } as never, program),
        () => mpc.compute(party, { compution: "replicated" } as never, program),
        () => mpc.compute(party, { computation: "shamir" } as never, program),
        () => mpc.compute(party, { depth: 3 } as never, program),
        () => mpc.compute(party, { computation: "replicated" }, undefined as never),
        () => mpc.compute({} as never, { computation: "replicated" }, program),
        () => mpc.openReplicatedEngine(undefined as never),
        () => mpc.openDealerEngine(party, { deeler: 1 } as never),
        () => mpc.openTwoPartyEngine(party, { cheked: false } as never),
        () => mpc.serveDealer(party, { rendom: 1 } as never),
        () => mpc.plan(program, { scheme: "replicated" } as never),
        () => mpc.plan("program" as never),
      ];
      for (const attempt of attempts) {
        const refusal = await refusalOf(attempt);
        expect(refusal?.code, String(attempt)).toBe("INVALID_ARGUMENT");
      }
    });
  });
});
