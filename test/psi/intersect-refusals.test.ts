import { describe, expect, it } from "vitest";
import { concatBytes } from "../../dist/bytes/encoding.js";
import { against, sizesMessage, valueBytes, type Misdeeds } from "./hand-written-peer.js";

const identity = new Uint8Array(32);
const notCanonical = new Uint8Array(32).fill(0xff);

/** The batch with another element in a row. */
function replaced(batch: Uint8Array, row: number, element: Uint8Array): Uint8Array {
  const changed = batch.slice();
  changed.set(element, 32 * row);
  return changed;
}

/** Two batches, changed. */
function changed(
  change: (first: Uint8Array, second: Uint8Array) => readonly Uint8Array[],
): (honest: readonly Uint8Array[]) => readonly Uint8Array[] {
  return (honest) => change(honest[0] ?? new Uint8Array(0), honest[1] ?? new Uint8Array(0));
}

const empty = new Uint8Array(0);
const byMallory = { party: "mallory" };
const inBlinded = { ...byMallory, step: expect.stringMatching(/^psi.*\/blinded$/) as string };
const inDoubled = { ...byMallory, step: expect.stringMatching(/^psi.*\/doubled$/) as string };
const inSizes = { ...byMallory, step: expect.stringMatching(/^psi.*\/sizes$/) as string };

describe("a peer that sends by hand", () => {
  it("is accepted while it is honest, so that each refusal below is of its one misdeed", async () => {
    expect(await against({})).toMatchObject({ revealed: true, size: 2, ownItems: 4, peerItems: 5 });
  });

  it.each<[string, Misdeeds, object]>([
    [
      "the identity element",
      { blinded: changed((a, b) => [a, replaced(b, 1, identity)]) },
      { code: "PEER_MALFORMED", ...inBlinded, got: "another one as item 4" },
    ],
    [
      "a bad encoding",
      { blinded: changed((a, b) => [replaced(a, 0, notCanonical), b]) },
      { code: "PEER_MALFORMED", ...inBlinded, got: "another one as item 0" },
    ],
    [
      "an element twice in a batch",
      { blinded: changed((a, b) => [replaced(a, 2, a.slice(0, 32)), b]) },
      { code: "PEER_UNEXPECTED", ...inBlinded },
    ],
    [
      "an element twice in two batches",
      { blinded: changed((a, b) => [a, replaced(b, 0, a.slice(32, 64))]) },
      { code: "PEER_UNEXPECTED", ...inBlinded, got: "item 3 twice" },
    ],
    [
      "an empty batch",
      { blinded: changed((a, b) => [empty, a, b]) },
      { code: "PEER_MALFORMED", ...inBlinded },
    ],
    [
      "a batch with a row too few",
      { blinded: changed((a, b) => [a.slice(32), b]) },
      { code: "PEER_MALFORMED", ...inBlinded },
    ],
    [
      "a batch with a byte too many",
      { blinded: changed((a, b) => [a, concatBytes(b, new Uint8Array(1))]) },
      { code: "PEER_MALFORMED", ...inBlinded },
    ],
    [
      "batches in the wrong order",
      { blinded: changed((a, b) => [b, a]) },
      { code: "PEER_MALFORMED", ...inBlinded },
    ],
    [
      "more batches than announced",
      { blinded: changed((a, b) => [a, b, b]) },
      { code: "PEER_UNEXPECTED", ...inBlinded },
    ],
    [
      "fewer batches than announced",
      { blinded: changed((a) => [a]), stopBefore: "doubled" },
      { code: "PEER_CLOSED", ...byMallory, step: expect.stringMatching(/^psi/) as string },
    ],
    [
      "an answer with a value too few",
      { doubled: changed((a, b) => [a.slice(valueBytes), b]) },
      { code: "PEER_MALFORMED", ...inDoubled },
    ],
    [
      "more answers than asked for",
      { doubled: changed((a, b) => [a, b, b]) },
      { code: "PEER_UNEXPECTED", ...inDoubled },
    ],
    [
      "an announcement of the wrong length",
      { sizes: new Uint8Array(7) },
      { code: "PEER_MALFORMED", ...inSizes },
    ],
    ["items without key columns", { sizes: sizesMessage(5, 0) }, { code: "PEER_MALFORMED", ...inSizes }],
    ["key columns without items", { sizes: sizesMessage(0, 1) }, { code: "PEER_MALFORMED", ...inSizes }],
    ["other key columns", { sizes: sizesMessage(5, 2) }, { code: "PEER_MISMATCH", ...inSizes }],
    ["too long a list", { sizes: sizesMessage(2 ** 32 - 1, 1) }, { code: "PEER_FLOODED", ...inSizes }],
    [
      "a farewell with something in it",
      { done: new Uint8Array(1) },
      { code: "PEER_MALFORMED", ...byMallory },
    ],
  ])("is refused for %s", async (_, misdeeds, refusal) => {
    expect(await against(misdeeds)).toMatchObject(refusal);
  });

  it("is refused for the same answer to two items", async () => {
    // Item 0 of the peer's is common; its doubled value is made the answer to every item.
    const doubled = (honest: readonly Uint8Array[], own: Uint8Array): readonly Uint8Array[] =>
      honest.map((batch) =>
        concatBytes(...Array.from({ length: batch.length / valueBytes }, () => own.slice(0, valueBytes))),
      );
    expect(await against({ doubled })).toMatchObject({ code: "PEER_UNEXPECTED", ...inDoubled });
  });

  it.each(["sizes", "blinded", "doubled", "done"] as const)(
    "that leaves before %s is told so",
    async (step) => {
      expect(await against({ stopBefore: step })).toMatchObject({ code: "PEER_CLOSED", party: "mallory" });
    },
  );

  it.each(["sizes", "blinded", "doubled", "done"] as const)(
    "that is silent before %s times out",
    async (step) => {
      const outcome = await against({ stopBefore: step, thenSilent: true }, { stepTimeoutMs: 150 });
      expect(outcome).toMatchObject({
        code: "PEER_TIMEOUT",
        party: "mallory",
        step: expect.stringContaining(step) as string,
      });
    },
  );
});
