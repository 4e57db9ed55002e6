/** A party that speaks the intersection's messages by hand, so that a test can make any of them wrong. */

import { byteRowsFromTexts } from "../../dist/bytes/byte-rows.js";
import { ByteWriter } from "../../dist/bytes/codec.js";
import { concatBytes } from "../../dist/bytes/encoding.js";
import { simulate, type Party, type ProtocolRun, type SimulateOptions } from "../../dist/channel/index.js";
import { hashAndMultiply, multiply, randomScalar } from "../../dist/group/index.js";
import { doubledValueBytes, doubledValues } from "../../dist/psi/doubled-value.js";
import { intersect, type IntersectOptions } from "../../dist/psi/index.js";

/** What the two parties agree on in these tests. */
export const agreed: IntersectOptions = { reveal: "both", batchSize: 3, workers: 0 };

export const agreedParameters = {
  receiver: 0,
  reveal: "both",
  normalize: { trim: false, lowerCase: false, nfc: false },
  batchSize: 3,
  falseMatchBits: 40,
};

/** The honest party's items. */
export const honestItems: readonly string[] = ["a", "b", "c", "d"];

/** Messages of the peer; what is left out is honest. */
export interface Misdeeds {
  readonly sizes?: Uint8Array;
  /** The batches of blinded elements; each message is sent as it is. */
  readonly blinded?: (honest: readonly Uint8Array[]) => readonly Uint8Array[];
  /** The batches of answers, which the peer may choose in the knowledge of the doubled values of its own items. */
  readonly doubled?: (honest: readonly Uint8Array[], own: Uint8Array) => readonly Uint8Array[];
  readonly done?: Uint8Array;
  /** Leaves, or falls silent, instead of the step. */
  readonly stopBefore?: "sizes" | "blinded" | "doubled" | "done";
  readonly thenSilent?: boolean;
}

const peerItems = ["c", "d", "e", "f", "g"];

/** Bytes of a doubled value in these tests. */
export const valueBytes = doubledValueBytes(honestItems.length + peerItems.length, 40);

/** Five blinded elements in two batches. */
export function blindedBatches(scalar: Uint8Array): Uint8Array[] {
  const rows = byteRowsFromTexts(peerItems.map((item) => `${String.fromCharCode(item.length)}\0\0\0${item}`));
  const dst = "veilshare/psi/v2-ristretto255_XMD:SHA-512_R255MAP_RO_";
  const elements = hashAndMultiply(rows, dst, scalar);
  return [elements.slice(0, 96), elements.slice(96)];
}

export function sizesMessage(items: number, keyColumns: number): Uint8Array {
  return new ByteWriter().u32(items).u32(keyColumns).finish();
}

async function misbehave(run: ProtocolRun, misdeeds: Misdeeds): Promise<void> {
  const sendAll = async (step: string, messages: readonly Uint8Array[]): Promise<void> => {
    for (const message of messages) await run.send(0, step, message);
  };
  const perhapsStop = async (step: Misdeeds["stopBefore"]): Promise<void> => {
    if (misdeeds.stopBefore !== step) return;
    if (misdeeds.thenSilent === true) await new Promise((resolve) => setTimeout(resolve, 400));
    else await run.close();
    throw new Error("stopped");
  };
  await run.agree(agreedParameters);
  await perhapsStop("sizes");
  await run.exchange("sizes", misdeeds.sizes ?? sizesMessage(peerItems.length, 1));
  await perhapsStop("blinded");
  const scalar = randomScalar();
  const honest = blindedBatches(scalar);
  await sendAll("blinded", misdeeds.blinded?.(honest) ?? honest);
  const theirs = [await run.receive(0, "blinded"), await run.receive(0, "blinded")];
  await perhapsStop("doubled");
  const own = concatBytes(await run.receive(0, "doubled"), await run.receive(0, "doubled"));
  const answers = theirs.map((elements) => doubledValues(multiply(elements, scalar), valueBytes));
  await sendAll("doubled", misdeeds.doubled?.(answers, own) ?? answers);
  await perhapsStop("done");
  await run.exchange("done", misdeeds.done ?? new Uint8Array(0));
}

function speakByHand(party: Party, misdeeds: Misdeeds): Promise<void> {
  return party.run({ name: "veilshare/psi", version: 2 }, (run) => misbehave(run, misdeeds));
}

/** The honest party's outcome against the peer: its result, or its error. */
export async function against(misdeeds: Misdeeds, limits: SimulateOptions["limits"] = {}): Promise<unknown> {
  let outcome: unknown;
  const names = ["honest", "mallory"];
  await simulate(
    2,
    async (party) => {
      if (party.index === 1) return speakByHand(party, misdeeds);
      try {
        outcome = await intersect(party, honestItems, agreed);
      } catch (thrown) {
        outcome = thrown;
        throw thrown;
      }
    },
    { names, limits },
  ).catch(() => undefined);
  return outcome;
}
