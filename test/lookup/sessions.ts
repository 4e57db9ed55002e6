/** Sessions of an honest client and an honest server in one thread. */

import { simulate, type Party, type SimulateOptions } from "../../dist/channel/index.js";
import { voprf } from "../../dist/group/index.js";
import {
  lookupSession,
  LookupStore,
  publishSet,
  serveLookup,
  type LookupAnswer,
  type LookupClient,
  type LookupEntry,
  type LookupOptions,
  type LookupOutcome,
  type PublishedSet,
  type ServedLookups,
  type ServeLookupOptions,
} from "../../dist/lookup/index.js";

export const epoch = 7;
export const labelBytes = 12;

/** The server of most tests. */
export const serverKey: voprf.OprfKey = voprf.generateKey();

export function published(entries: readonly LookupEntry[], key = serverKey): Promise<PublishedSet> {
  return publishSet(key, entries, { epoch, labelBytes, workers: 0 });
}

export interface SessionSetting {
  readonly set: PublishedSet;
  readonly options?: Partial<LookupOptions>;
  readonly serve?: Partial<ServeLookupOptions>;
  /** What stands between the client and its party. */
  readonly tap?: (party: Party) => Party;
  readonly session?: SimulateOptions;
}

/** What `use` made of a session, and what the server says of it. */
export async function session<T>(
  { set, options, serve, tap = (party) => party, session: settings }: SessionSetting,
  use: (client: LookupClient) => Promise<T>,
): Promise<{ readonly result: T; readonly served: ServedLookups }> {
  const store = new LookupStore(serverKey, set);
  const pinned = { publicKey: serverKey.publicKey, epoch };
  let made: { readonly result: T } | undefined;
  const [served] = await simulate(
    2,
    async (party) => {
      if (party.index === 0) return serveLookup(party, store, { budget: "unlimited", ...serve });
      made = { result: await lookupSession(tap(party), { ...pinned, ...options }, use) };
      return undefined;
    },
    { names: ["server", "client"], ...settings },
  );
  if (made === undefined || served === undefined) throw new Error("expected both to end");
  return { result: made.result, served };
}

/** The answers of an outcome that was not refused. */
export function answersOf(outcome: LookupOutcome): readonly LookupAnswer[] {
  if (outcome.status !== "answered") throw new Error(`expected answers, got ${outcome.status}`);
  return outcome.answers;
}

/** An answer as text: `=label`, `absent` or `unreadable`. */
export function shown(answer: LookupAnswer): string {
  return answer.status === "found" ? `=${new TextDecoder().decode(answer.label)}` : answer.status;
}

/** Every way to get at the entries. */
export const sources: readonly (readonly [string, (set: PublishedSet) => Partial<LookupOptions>])[] = [
  ["the whole set, downloaded", () => ({})],
  ["the whole set, kept from before", (set) => ({ set })],
  ["buckets", () => ({ bucketBits: 2 })],
  ["the finest buckets", () => ({ bucketBits: 20 })],
];
