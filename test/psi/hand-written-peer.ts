/** A party that speaks the intersection's messages by hand, so that a test can make any of them wrong. */

import { sha256 } from "@noble/hashes/sha2.js";
import { byteRowsFromTexts } from "../../dist/bytes/byte-rows.js";
import type { JsonValue } from "../../dist/bytes/canonical-json.js";
import { ByteWriter } from "../../dist/bytes/codec.js";
import { concatBytes } from "../../dist/bytes/encoding.js";
import {
  simulate,
  type Party,
  type ProtocolId,
  type ProtocolRun,
  type SimulateOptions,
} from "../../dist/channel/index.js";
import { hashAndMultiply, multiply, randomScalar } from "../../dist/group/index.js";
import { randomBytes } from "../../dist/random/index.js";
import { doubledValueBytes, doubledValues } from "../../dist/psi/doubled-value.js";
import { intersect, intersectCardinality, join, type IntersectOptions } from "../../dist/psi/index.js";

/** The protocols, which share their messages. */
export type Flavour = "intersect" | "intersectCardinality" | "join";

/** What the two parties agree on in these tests. */
export const agreed: IntersectOptions = { reveal: "both", batchSize: 3, workers: 0 };

const sharedParameters = {
  receiver: 0,
  normalize: { trim: false, lowerCase: false, nfc: false, nfkc: false },
  batchSize: 3,
  falseMatchBits: 40,
};

export const agreedParameters = { ...sharedParameters, reveal: "both", method: "ecdh" };

/** The honest party's items. */
export const honestItems: readonly string[] = ["a", "b", "c", "d"];

/** Messages of the peer; what is left out is honest. */
export interface Misdeeds {
  readonly sizes?: Uint8Array;
  /** How many keys a join has in all. */
  readonly totals?: Uint8Array;
  /** The batches of blinded elements; each message is sent as it is. */
  readonly blinded?: (honest: readonly Uint8Array[]) => readonly Uint8Array[];
  /** The batches of answers to which the peer commits itself. */
  readonly answers?: (honest: readonly Uint8Array[]) => readonly Uint8Array[];
  /** The batches of answers that it sends, which it may choose in the knowledge of the doubled values of its own items. */
  readonly doubled?: (honest: readonly Uint8Array[], own: Uint8Array) => readonly Uint8Array[];
  /** Commits to something else than it answers. */
  readonly commitment?: Uint8Array;
  readonly done?: Uint8Array;
  /** Leaves, or falls silent, instead of the step. */
  readonly stopBefore?: "sizes" | "blinded" | "commitment" | "doubled" | "done";
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

interface Spoken {
  readonly id: ProtocolId;
  readonly parameters: Readonly<Record<string, JsonValue>>;
  /** What goes before the steps. */
  readonly stage: string;
}

const flavours: Readonly<Record<Flavour, Spoken>> = {
  intersect: { id: { name: "veilshare/psi", version: 4 }, parameters: agreedParameters, stage: "" },
  intersectCardinality: {
    id: { name: "veilshare/psi-cardinality", version: 2 },
    parameters: { ...sharedParameters, minimum: 0 },
    stage: "",
  },
  join: {
    id: { name: "veilshare/psi-join", version: 2 },
    parameters: {
      ...sharedParameters,
      reveal: "both",
      conflict: "ignore",
      keys: ["id"],
      keyNormalize: [sharedParameters.normalize],
    },
    stage: "0/",
  },
};

async function misbehave(run: ProtocolRun, misdeeds: Misdeeds, flavour: Flavour): Promise<void> {
  const { parameters, stage } = flavours[flavour];
  const sendAll = async (step: string, messages: readonly Uint8Array[]): Promise<void> => {
    for (const message of messages) await run.send(0, stage + step, message);
  };
  const receive = (step: string): Promise<Uint8Array> => run.receive(0, stage + step);
  const perhapsStop = async (step: Misdeeds["stopBefore"]): Promise<void> => {
    if (misdeeds.stopBefore !== step) return;
    if (misdeeds.thenSilent === true) await new Promise((resolve) => setTimeout(resolve, 400));
    else await run.close();
    throw new Error("stopped");
  };
  await run.agree(parameters);
  await perhapsStop("sizes");
  if (flavour === "join") await run.exchange("sizes", misdeeds.totals ?? new ByteWriter().u64(5n).finish());
  await run.exchange(`${stage}sizes`, misdeeds.sizes ?? sizesMessage(peerItems.length, 1));
  await perhapsStop("blinded");
  const scalar = randomScalar();
  const honest = blindedBatches(scalar);
  await sendAll("blinded", misdeeds.blinded?.(honest) ?? honest);
  const theirs = [await receive("blinded"), await receive("blinded")];
  if (flavour === "intersectCardinality") await perhapsStop("doubled");
  else await perhapsStop("commitment");
  const honestAnswers = theirs.map((elements) => doubledValues(multiply(elements, scalar), valueBytes));
  if (flavour === "intersectCardinality") {
    // The receiver tells its peer nothing, which has nothing to commit itself to.
    await sendAll("doubled", misdeeds.doubled?.(honestAnswers, new Uint8Array(0)) ?? honestAnswers);
    await perhapsStop("done");
    await run.exchange(`${stage}done`, misdeeds.done ?? new Uint8Array(0));
    return;
  }
  const nonce = randomBytes(32);
  const fixed = misdeeds.answers?.(honestAnswers) ?? honestAnswers;
  const commitment = commitmentOf(run, stage, nonce, concatBytes(...fixed));
  await run.exchange(`${stage}commitment`, misdeeds.commitment ?? commitment);
  await perhapsStop("doubled");
  const own = concatBytes(await receive("doubled"), await receive("doubled"));
  await sendAll("doubled", misdeeds.doubled?.(fixed, own) ?? fixed);
  await perhapsStop("done");
  await run.exchange(`${stage}done`, misdeeds.done ?? nonce);
}

/** The commitment of the party with index 1, written down a second time. */
export function commitmentOf(
  run: ProtocolRun,
  stage: string,
  nonce: Uint8Array,
  answers: Uint8Array,
): Uint8Array {
  const statement = new ByteWriter()
    .text("veilshare/psi/answers/v1")
    .bytes(run.sessionId)
    .u8(1)
    .text(stage)
    .fixed(nonce)
    .fixed(sha256(answers));
  return sha256(statement.finish());
}

function speakByHand(party: Party, misdeeds: Misdeeds, flavour: Flavour): Promise<void> {
  return party.run(flavours[flavour].id, (run) => misbehave(run, misdeeds, flavour));
}

function takePart(party: Party, flavour: Flavour): Promise<unknown> {
  if (flavour === "intersectCardinality") {
    return intersectCardinality(party, honestItems, { batchSize: 3, workers: 0, minimum: 0 });
  }
  if (flavour === "intersect") return intersect(party, honestItems, { ...agreed, method: "ecdh" });
  return join(
    party,
    honestItems.map((item) => [item]),
    { ...agreed, keys: ["id"] },
  );
}

/** The honest party's outcome against the peer: its result, or its error. */
export async function against(
  misdeeds: Misdeeds,
  limits: SimulateOptions["limits"] = {},
  flavour: Flavour = "intersect",
): Promise<unknown> {
  let outcome: unknown;
  const names = ["honest", "mallory"];
  await simulate(
    2,
    async (party) => {
      if (party.index === 1) return speakByHand(party, misdeeds, flavour);
      try {
        outcome = await takePart(party, flavour);
      } catch (thrown) {
        outcome = thrown;
        throw thrown;
      }
    },
    { names, limits },
  ).catch(() => undefined);
  return outcome;
}
