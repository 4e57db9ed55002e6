import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { intersect, intersectCardinality, join } from "../../dist/psi/index.js";

/** Shorter than the lists below take. */
const limits = { idleTimeoutMs: 400, stepTimeoutMs: 100 };
const names = ["quick", "slow"];

/** Five items in 750 ms. */
async function* slowly<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    yield item;
  }
}

const list = ["a", "b", "c", "d", "e"];

describe("a party whose list comes more slowly than any time limit", () => {
  it("is waited for by intersect, whichever side it is on", async () => {
    for (const slow of [0, 1]) {
      const results = await simulate(
        2,
        (party) => intersect(party, party.index === slow ? slowly(list) : ["c", "x"], { reveal: "both" }),
        { names, limits },
      );
      expect(results.map((result) => result.size)).toEqual([1, 1]);
    }
  });

  it("is waited for by intersectCardinality and join", async () => {
    const [cardinality] = await simulate(
      2,
      (party) => intersectCardinality(party, party.index === 1 ? slowly(list) : ["c", "x"], { minimum: 1 }),
      { names, limits },
    );
    expect(cardinality).toMatchObject({ revealed: true, size: 1 });
    const [joined] = await simulate(
      2,
      (party) =>
        join(party, party.index === 1 ? slowly(list.map((item) => [item])) : [["c"]], { keys: ["id"] }),
      { names, limits },
    );
    expect(joined).toMatchObject({ revealed: true, matchesByKind: [1] });
  });

  it("is not waited for when it lives but does not take part", async () => {
    const failure = simulate(
      2,
      async (party) => {
        if (party.index === 0) return intersect(party, list);
        await new Promise((resolve) => setTimeout(resolve, 600));
        return undefined;
      },
      { names, limits },
    );
    await expect(failure).rejects.toMatchObject({ code: "PEER_TIMEOUT", party: "slow" });
  });

  it("can be given up by the caller's signal", async () => {
    const controller = new AbortController();
    async function* never(): AsyncGenerator<string> {
      yield "a";
      setTimeout(() => {
        controller.abort();
      }, 300);
      await new Promise(() => undefined);
    }
    const failure = simulate(2, (party) => intersect(party, party.index === 1 ? never() : list), {
      names,
      limits,
      signal: controller.signal,
    });
    await expect(failure).rejects.toMatchObject({ code: "ABORTED" });
  });
});
