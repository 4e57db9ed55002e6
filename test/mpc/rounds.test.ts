import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { SecretMatrix } from "../../dist/mpc/index.js";
import { recordedParty } from "../support/recorded-party.js";
import { tapParty, type Tapped } from "../support/tapped-party.js";
import { computeInMemory, type Desk } from "./computation.js";

const value = ({ own }: Desk, x: number): Promise<SecretMatrix> => own(0, [x], { rows: 1, bound: 6 });

describe("rounds", () => {
  it("are shared by independent operations of one tick, whatever their kind", async () => {
    const [counts] = await computeInMemory(3, async (desk) => {
      const { engine } = desk;
      const x = await value(desk, 3);
      const product = await engine.multiply(x, x);
      const afterOne = engine.rounds;
      await Promise.all([
        engine.multiply(x, x),
        engine.truncate(product, 20),
        engine.reusableOperand(x),
        engine.reveal(x),
        engine.revealTo(1, x),
      ]);
      return [afterOne, engine.rounds];
    });
    expect(counts).toEqual([1, 2]);
  });

  it("are shared by chains that run side by side, and results stay with their chain", async () => {
    const [outcome] = await computeInMemory(2, async (desk) => {
      const { engine } = desk;
      const power = async (x: SecretMatrix, steps: number): Promise<number> => {
        let result = x;
        for (let i = 0; i < steps; i++) {
          result = await engine.truncate(await engine.multiply(result, x), 20);
          await Promise.resolve(); // chains may differ in how many promises they pass through
          if (steps === 3) await Promise.resolve();
        }
        return (await engine.reveal(result))[0] ?? NaN;
      };
      const values = await Promise.all([
        power(await value(desk, 2), 3),
        power(await value(desk, 3), 2),
        power(await value(desk, 5), 1),
      ]);
      return { values, rounds: engine.rounds };
    });
    expect(outcome?.values.map(Math.round)).toEqual([16, 27, 25]);
    // Three products, three truncations, and eight to open what was truncated, rounded exactly.
    expect(outcome?.rounds).toBe(14);
  });

  it("keep the order of chains side by side though parties pass through different numbers of promises", async () => {
    const outcomes = await computeInMemory(2, async (desk) => {
      const { engine, party } = desk;
      const cube = async (x: SecretMatrix, slowParty: number): Promise<number> => {
        let result = x;
        for (let i = 0; i < 2; i++) {
          result = await engine.truncate(await engine.multiply(result, x), 20);
          if (party.index !== slowParty) continue;
          for (let step = 0; step < 9; step++) await Promise.resolve();
        }
        return (await engine.reveal(result))[0] ?? NaN;
      };
      return Promise.all([cube(await value(desk, 2), 0), cube(await value(desk, 3), 1)]);
    });
    for (const cubes of outcomes) expect(cubes.map(Math.round)).toEqual([8, 27]);
  });

  it("send one message to each other computing party", async () => {
    const messages: Tapped[] = [];
    await computeInMemory(
      3,
      async (desk) => {
        const x = await value(desk, 1);
        await Promise.all([desk.engine.reveal(x), desk.engine.reveal(x), desk.engine.multiply(x, x)]);
      },
      (party) => (party.index === 0 ? tapParty(party, (message) => messages.push(message)) : party),
    );
    const openings = messages.filter(({ direction, step }) => direction === "sent" && step === "mpc/round");
    expect(openings.map(({ peer }) => peer)).toEqual([1, 2]);
    // The digest, two revealed words and the two that a product opens.
    expect(openings.map(({ bytes }) => bytes.length)).toEqual([32 + 8 * 4, 32 + 8 * 4]);
  });

  it("keep what is revealed to one party from all others", async () => {
    const lengths: number[][] = [];
    await computeInMemory(
      3,
      async (desk) => {
        await desk.engine.revealTo(2, await value(desk, 1));
      },
      (party) =>
        tapParty(party, ({ direction, step, peer, bytes }) => {
          if (direction === "sent" && step === "mpc/round") lengths.push([party.index, peer, bytes.length]);
        }),
    );
    const empty = 32;
    expect(lengths.sort()).toEqual([
      [0, 1, empty],
      [0, 2, empty + 8],
      [1, 0, empty],
      [1, 2, empty + 8],
      [2, 0, empty],
      [2, 1, empty],
    ]);
  });

  it("find out a party that runs other operations or another order", async () => {
    const run = computeInMemory(2, async (desk) => {
      const x = await value(desk, 1);
      const [first, second] = [x, x.negate()];
      // Two reveals look alike on the wire; their bounds tell them apart.
      const [a, b] = desk.party.index === 0 ? [first, second.scale(2)] : [second.scale(2), first];
      await Promise.all([desk.engine.reveal(a), desk.engine.reveal(b)]);
    });
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH", step: "mpc/round" });
  });
});

describe("a message of a round", () => {
  it.each<[string, (payload: Uint8Array) => Uint8Array, string]>([
    ["too short", (payload) => payload.subarray(0, -1), "PEER_MALFORMED"],
    ["too long", (payload) => new Uint8Array([...payload, 0]), "PEER_MALFORMED"],
    ["empty", () => new Uint8Array(0), "PEER_MALFORMED"],
    [
      "of another program",
      (payload) => payload.map((byte, i) => (i === 31 ? byte ^ 1 : byte)),
      "PEER_MISMATCH",
    ],
  ])("is refused when it is %s, with the party's name", async (_, change, code) => {
    const run = computeInMemory(
      2,
      async (desk) => desk.engine.reveal(await value(desk, 1)),
      (party) =>
        party.index === 1
          ? recordedParty(party, ({ step, payload }) => (step === "mpc/round" ? change(payload) : payload))
          : party,
    );
    await expect(run).rejects.toMatchObject({ code, party: "party-1", step: "mpc/round" });
  });

  it("that was tampered with shows where a result leaves its bound", async () => {
    const run = computeInMemory(
      2,
      async (desk) => desk.engine.reveal(await value(desk, 1)),
      (party) =>
        recordedParty(party, ({ step, payload }) =>
          step === "mpc/round" ? payload.map((byte, i) => (i === 39 ? byte ^ 0x40 : byte)) : payload,
        ),
    );
    await expect(run).rejects.toMatchObject({ code: "VALUE_OUT_OF_RANGE" });
  });
});

describe("what belongs to secrets", () => {
  it("prints as redacted", async () => {
    const [printed] = await computeInMemory(2, async (desk) => {
      const x = await value(desk, 1);
      const fixed = await desk.engine.reusableOperand(x);
      return [
        `a ${x as unknown as string}`,
        JSON.stringify({ x }),
        inspect([x]),
        inspect(fixed, { depth: 9, showHidden: true }),
      ];
    });
    const name = "SecretMatrix(redacted)";
    expect(printed?.slice(0, 3)).toEqual([`a ${name}`, `{"x":"${name}"}`, `[ ${name} ]`]);
    expect(printed?.[3]).not.toMatch(/BigUint64Array|[0-9]{6,}/);
  });
});
