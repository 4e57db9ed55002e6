import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import type { CorrelatedRandomness, Engine } from "../../dist/mpc/index.js";
import { serveDealer } from "../../dist/mpc/index.js";
import { chiSquare } from "../support/chi-square.js";
import { tapParty, type Tapped } from "../support/tapped-party.js";
import { openTampered, partyNames } from "./computation.js";

/**
 * What a party may hold against another: every word it received, every word that it and the others opened together,
 * and the differences of openings that follow each other. In an honest run all of them are uniform 64-bit words
 * whatever the other party's input is. Each histogram of their bytes is compared with the uniform one by a test that
 * fails an honest run once in 10^9; there are about 50 in this file: one false alarm in 10^7 runs of it.
 */
interface View {
  readonly received: Uint8Array;
  readonly opened: Uint8Array;
  readonly differences: Uint8Array;
}

const length = 24;
const sessions = 12;
const inputs = {
  zeros: new Array<number>(length).fill(0),
  large: new Array<number>(length).fill(-1023.5),
  mixed: Array.from({ length }, (_, i) => (i % 2 === 0 ? 1000 : 2 ** -10)),
};

/** The same vector through every kind of operation, several times over, so that a mask used twice would show. */
async function program(
  engine: Engine,
  owner: number,
  values: readonly number[],
  party: number,
): Promise<void> {
  const input = {
    owner,
    rows: length,
    bound: 1024,
    fractionalBits: 10,
    ...(party === owner ? { values } : {}),
  };
  const x = await engine.input(input);
  for (let i = 0; i < 2; i++) {
    await engine.multiply(x, x);
    await engine.matrixProduct(x, x.transpose());
    await engine.truncate(x, 10);
    await engine.truncate(x, 10);
    const fixed = await engine.reusableOperand(x);
    await fixed.transposedProduct(x);
    await fixed.transposedProduct(x);
    await fixed.product(x.rowRange(0, 1));
  }
}

async function viewOf(
  n: number,
  observer: number,
  values: readonly number[],
  tamper: (source: CorrelatedRandomness) => CorrelatedRandomness = (source) => source,
): Promise<View> {
  const owner = observer === 0 ? 1 : 0;
  const view = { received: [] as Uint8Array[], opened: [] as Uint8Array[] };
  for (let session = 0; session < sessions; session++) {
    const messages: Tapped[] = [];
    await simulate(
      n + 1,
      (party) => {
        const watched =
          party.index === observer ? tapParty(party, (message) => messages.push(message)) : party;
        return watched.run({ name: "test/privacy", version: 1 }, async (run) => {
          await run.agree({});
          if (run.index === n) {
            await serveDealer(run);
            return;
          }
          const engine = await openTampered(run, n, tamper);
          await program(engine, owner, values, run.index);
          await engine.close();
        });
      },
      { names: partyNames(n) },
    );
    collect(view, messages, n);
  }
  const opened = concat(view.opened);
  return { received: concat(view.received), opened, differences: differencesOf(view.opened) };
}

function collect(
  view: { readonly received: Uint8Array[]; readonly opened: Uint8Array[] },
  messages: readonly Tapped[],
  n: number,
): void {
  const digestBytes = 32;
  const openings: Uint8Array[][] = [];
  const seen = new Map<number, number>();
  for (const { direction, peer, step, bytes } of messages) {
    if (direction === "received" && step === "mpc/dealer-correction") view.received.push(bytes);
    if (step !== "mpc/round") continue;
    if (direction === "received") view.received.push(bytes.subarray(digestBytes));
    // Own shares are the same in every copy that was sent: one of them counts.
    const source = direction === "sent" ? -1 : peer;
    if (
      direction === "sent" &&
      peer !== messages.find((m) => m.step === step && m.direction === "sent")?.peer
    )
      continue;
    const round = seen.get(source) ?? 0;
    seen.set(source, round + 1);
    (openings[round] ??= []).push(bytes.subarray(digestBytes));
  }
  for (const shares of openings) {
    expect(shares.length).toBe(n);
    view.opened.push(combined(shares));
  }
}

/** Rounds here open either ring elements, which add up, or 24 bits, which are XORed. */
function combined(shares: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array(0), ...others] = shares;
  if (first.length % 8 !== 0) {
    return first.map((byte, i) => others.reduce((total, other) => total ^ (other[i] ?? 0), byte));
  }
  const words = new BigUint64Array((shares[0]?.length ?? 0) / 8);
  for (const share of shares) {
    const other = new BigUint64Array(share.slice().buffer);
    for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0n) + (other[i] ?? 0n);
  }
  return new Uint8Array(words.buffer);
}

/** Differences of openings that follow each other and have one length. */
function differencesOf(openings: readonly Uint8Array[]): Uint8Array {
  const result: Uint8Array[] = [];
  for (const [i, opening] of openings.entries()) {
    const next = openings[i + 1];
    if (next?.length !== opening.length) continue;
    if (opening.length % 8 !== 0) {
      result.push(opening.map((byte, at) => byte ^ (next[at] ?? 0)));
      continue;
    }
    const [a, b] = [new BigUint64Array(opening.slice().buffer), new BigUint64Array(next.slice().buffer)];
    result.push(new Uint8Array(a.map((word, k) => word - (b[k] ?? 0n)).buffer));
  }
  return concat(result);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function isUniform(bytes: Uint8Array): boolean {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return !chiSquare(counts).exceeds;
}

describe.each([2, 3])("the view of one of %i computing parties", (n) => {
  it.each(Object.entries(inputs))("does not depend on another's input (%s)", async (_, values) => {
    for (const observer of [0, n - 1]) {
      const view = await viewOf(n, observer, values);
      expect({
        received: isUniform(view.received),
        opened: isUniform(view.opened),
        differences: isUniform(view.differences),
      }).toEqual({ received: true, opened: true, differences: true });
    }
  });
});

describe("the test above", () => {
  it("catches an engine that does not mask", async () => {
    const unmasked = (source: CorrelatedRandomness): CorrelatedRandomness => ({
      draw(wanted) {
        const shares = source.draw(wanted);
        return { ...shares, masks: shares.masks.map((mask) => new BigUint64Array(mask.length)) };
      },
      close: () => source.close(),
    });
    const view = await viewOf(2, 1, inputs.zeros, unmasked);
    expect(isUniform(view.opened)).toBe(false);
  });

  it("catches an engine that uses a mask twice", async () => {
    const reusing = (source: CorrelatedRandomness): CorrelatedRandomness => {
      let kept: readonly BigUint64Array[] = [];
      return {
        draw(wanted) {
          const shares = source.draw(wanted);
          const fits = shares.masks.every((mask, i) => kept[i]?.length === mask.length);
          const masks = fits ? kept : shares.masks;
          kept = shares.masks;
          return { ...shares, masks };
        },
        close: () => source.close(),
      };
    };
    const view = await viewOf(2, 1, inputs.large, reusing);
    // Each opening alone still looks uniform; it is the differences that give the reuse away.
    expect(isUniform(view.differences)).toBe(false);
  });
});

describe("the dealer", () => {
  it("receives the same bytes whatever the inputs are", async () => {
    const received: string[] = [];
    for (const values of Object.values(inputs)) {
      const messages: string[] = [];
      await simulate(
        3,
        (party) => {
          const watched =
            party.index === 2
              ? tapParty(party, ({ direction, step, peer, bytes }) => {
                  if (direction === "received")
                    messages.push(`${peer} ${step} ${Buffer.from(bytes).toString("hex")}`);
                })
              : party;
          return watched.run({ name: "test/dealer", version: 1 }, async (run) => {
            await run.agree({});
            if (run.index === 2) {
              await serveDealer(run);
              return;
            }
            const engine = await openTampered(run, 2, (source) => source);
            await program(engine, 0, values, run.index);
            await engine.close();
          });
        },
        { names: partyNames(2) },
      );
      received.push(messages.sort().join("\n"));
    }
    expect(received[0]?.split("\n").length).toBe(2 * (8 * 2 + 1));
    expect(received[1]).toBe(received[0]);
    expect(received[2]).toBe(received[0]);
  });
});
