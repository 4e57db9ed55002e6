/** Two parties that intersect by OKVS in one thread, with small partitions and messages that a test can see or change. */

import { simulate, type Party } from "../../../dist/channel/index.js";
import { intersectWith } from "../../../dist/psi/intersect.js";
import type { Intersection, IntersectOptions, PsiItem, SenderReport } from "../../../dist/psi/index.js";
import { freshRandomness } from "../../../dist/psi/matching.js";
import type { OkvsSettings } from "../../../dist/psi/okvs/parameters.js";
import { randomBytes } from "../../../dist/random/index.js";
import { recordedParty, type SentMessage } from "../../support/recorded-party.js";

/** Partitions of about 100 items. */
export const smallPartitions: OkvsSettings = { partitionItems: 100, overflowBits: 41 };

export interface OkvsTask {
  /** Of the receiver, party 0, and of the sender. */
  readonly lists: readonly [readonly PsiItem[], readonly PsiItem[]];
  readonly options?: IntersectOptions;
  readonly settings?: OkvsSettings;
  /** Sees every message of the party, and gives what is sent in its place. */
  readonly onSend?: (from: number, message: SentMessage) => Uint8Array;
  readonly intersector?: typeof intersectWith;
  /** Of each party, where they differ. */
  readonly intersectors?: readonly [typeof intersectWith, typeof intersectWith];
}

export type OkvsResults = readonly [Intersection | SenderReport, Intersection | SenderReport];

/** Runs both parties. */
export async function intersectByOkvs(task: OkvsTask): Promise<OkvsResults> {
  const { lists, options = {}, settings = smallPartitions, onSend, intersector = intersectWith } = task;
  const randomness = { ...freshRandomness, okvs: { random: randomBytes, settings } };
  const results = await simulate(2, (party: Party) => {
    const heard =
      onSend === undefined ? party : recordedParty(party, (message) => onSend(party.index, message));
    const all = { method: "okvs", workers: 0, ...options } as const;
    return (task.intersectors?.[party.index] ?? intersector)(
      randomness,
      heard,
      lists[party.index] ?? [],
      all,
    );
  });
  return results as unknown as OkvsResults;
}

/** Rows of the receiver's list whose items the other has. */
export function commonRows([own, other]: OkvsTask["lists"]): number[] {
  const keyOf = (item: PsiItem): string =>
    JSON.stringify(
      (Array.isArray(item) ? item : [item]).map((field: string | Uint8Array) =>
        typeof field === "string" ? field : new TextDecoder().decode(field),
      ),
    );
  const theirs = new Set(other.map(keyOf));
  return own.flatMap((item, row) => (theirs.has(keyOf(item)) ? [row] : []));
}

/** `count` texts from `first` on. */
export function texts(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `customer ${first + i}`);
}
