/** A server and a client that speak a lookup's messages by hand, so that a test can make any of them wrong. */

import { byteRowsFromArrays } from "../../dist/bytes/byte-rows.js";
import { simulate, type Party, type ProtocolRun, type SimulateOptions } from "../../dist/channel/index.js";
import { voprf } from "../../dist/group/index.js";
import {
  lookupSession,
  LookupStore,
  serveLookup,
  type LookupClient,
  type LookupOptions,
  type PublishedSet,
  type ServeLookupOptions,
} from "../../dist/lookup/index.js";
import {
  decodeWanted,
  encodeDownload,
  encodeWanted,
  rowsPerPiece,
  type Wanted,
} from "../../dist/lookup/session/downloads.js";
import { decodePrefixes, encodeAnswer, encodeBucket, encodeTerms } from "../../dist/lookup/session/rounds.js";
import type { SetDelta } from "../../dist/lookup/set/set-delta.js";
import { agreedParameters, lookupProtocol } from "../../dist/lookup/session/session.js";
import { epoch, serverKey } from "./sessions.js";

type Change = (honest: Uint8Array) => Uint8Array;
const same: Change = (honest) => honest;

/** Messages of a server; what is left out is honest. */
export interface ServerMisdeeds {
  readonly terms?: Change;
  /** What makes this set of the client's; without it, changes are not to be had. */
  readonly delta?: SetDelta;
  readonly download?: Change;
  /** Every piece of the set, or the entries that changed. */
  readonly entries?: Change;
  readonly removed?: Change;
  readonly answer?: (honest: Uint8Array, blinded: Uint8Array) => Uint8Array;
  readonly bucket?: Change;
  /** Sends its answer twice. */
  readonly answerTwice?: boolean;
  readonly closeBefore?: "terms" | "download" | "entries" | "answer" | "bucket";
}

async function serveByHand(run: ProtocolRun, set: PublishedSet, misdeeds: ServerMisdeeds): Promise<void> {
  const { terms = same, answer = same, bucket = same } = misdeeds;
  const perhapsClose = async (step: ServerMisdeeds["closeBefore"]): Promise<void> => {
    if (misdeeds.closeBefore === step) await run.close();
  };
  await run.agree(agreedParameters(0, { publicKey: serverKey.publicKey, epoch }));
  await perhapsClose("terms");
  await run.send(1, "terms", terms(encodeTerms({ info: set.info, maxKeys: 8 })));
  const wanted = await downloadByHand(run, set, misdeeds, perhapsClose);
  for (;;) {
    const blinded = await run.receive(1, "request");
    if (blinded.length === 0) return;
    await perhapsClose("answer");
    const honest = encodeAnswer({ kind: "evaluated", evaluation: voprf.evaluate(serverKey, blinded) });
    await run.send(1, "answer", answer(honest, blinded));
    if (misdeeds.answerTwice === true) await run.send(1, "answer", honest);
    if (wanted.kind !== "buckets") continue;
    const prefixes = decodePrefixes(await run.receive(1, "prefixes"), wanted.bits, blinded.length / 32);
    await perhapsClose("bucket");
    for (const prefix of prefixes)
      await run.send(1, "bucket", bucket(encodeBucket(set, wanted.bits, prefix)));
  }
}

/** What the client wants in the end. */
async function downloadByHand(
  run: ProtocolRun,
  set: PublishedSet,
  { delta, download = same, entries = same, removed = same }: ServerMisdeeds,
  perhapsClose: (step: ServerMisdeeds["closeBefore"]) => Promise<void>,
): Promise<Wanted> {
  const wanted = decodeWanted(await run.receive(1, "want"), set.info);
  if (wanted.kind !== "whole" && wanted.kind !== "changes") return wanted;
  await perhapsClose("download");
  if (wanted.kind === "whole") {
    await run.send(1, "download", download(encodeDownload({ kind: "whole" })));
    await perhapsClose("entries");
    const step = rowsPerPiece(set.entryBytes);
    for (let start = 0; start < set.info.count; start += step) {
      await run.send(1, "entries", entries(set.slice(start, Math.min(set.info.count, start + step))));
    }
    return wanted;
  }
  if (delta === undefined) {
    await run.send(1, "download", download(encodeDownload({ kind: "unavailable" })));
    return downloadByHand(run, set, { entries }, perhapsClose);
  }
  const counts = { put: delta.put.length / set.entryBytes, removed: delta.removed.length / 16 };
  await run.send(1, "download", download(encodeDownload({ kind: "changes", ...counts })));
  if (counts.put > 0) await run.send(1, "entries", entries(delta.put));
  if (counts.removed > 0) await run.send(1, "removed", removed(delta.removed));
  return wanted;
}

/** Messages of a client; what is left out is honest. */
export interface ClientMisdeeds {
  readonly want?: Uint8Array;
  /** What it wants after it heard that changes are not to be had. */
  readonly wantAgain?: Uint8Array;
  readonly request?: Uint8Array;
  readonly prefixes?: Uint8Array;
}

async function askByHand(run: ProtocolRun, wanted: Wanted, misdeeds: ClientMisdeeds): Promise<void> {
  await run.agree(agreedParameters(0, { publicKey: serverKey.publicKey, epoch }));
  await run.receive(0, "terms");
  await run.send(0, "want", misdeeds.want ?? encodeWanted(wanted));
  if (misdeeds.wantAgain !== undefined) {
    await run.receive(0, "download");
    await run.send(0, "want", misdeeds.wantAgain);
  }
  const { blinded } = voprf.blind(byteRowsFromArrays([Uint8Array.of(1), Uint8Array.of(2)]));
  await run.send(0, "request", misdeeds.request ?? blinded);
  await run.receive(0, "answer");
  if (wanted.kind === "buckets") {
    await run.send(0, "prefixes", misdeeds.prefixes ?? Uint8Array.of(1, 0, 0, 0));
    await run.receive(0, "bucket");
  }
  await run.send(0, "request", new Uint8Array(0));
}

const names = ["server", "client"];

/** What comes of an honest client's session with the server: what `use` returned, or the client's error. */
export async function againstServer<T>(
  set: PublishedSet,
  misdeeds: ServerMisdeeds,
  options: Partial<LookupOptions>,
  use: (client: LookupClient) => Promise<T>,
  settings: SimulateOptions = {},
): Promise<unknown> {
  const pinned = { publicKey: serverKey.publicKey, epoch };
  return outcomeOf(1, settings, (party) =>
    party.index === 1
      ? lookupSession(party, { ...pinned, ...options }, use)
      : party.run(lookupProtocol, (run) => serveByHand(run, set, misdeeds)),
  );
}

/** What comes of an honest server's session with the client: its report, or its error. */
export async function againstClient(
  set: PublishedSet,
  wanted: Wanted,
  misdeeds: ClientMisdeeds,
  options: Partial<ServeLookupOptions> = {},
): Promise<unknown> {
  const store = new LookupStore(serverKey, set);
  return outcomeOf(0, {}, (party) =>
    party.index === 0
      ? serveLookup(party, store, { budget: "unlimited", maxKeys: 4, ...options })
      : party.run(lookupProtocol, (run) => askByHand(run, wanted, misdeeds)),
  );
}

/** What one party's function returned or threw. */
export async function outcomeOf(
  index: number,
  settings: SimulateOptions,
  protocol: (party: Party) => Promise<unknown>,
): Promise<unknown> {
  let outcome: unknown;
  await simulate(
    2,
    async (party) => {
      const made = protocol(party);
      if (party.index === index) outcome = await made.catch((thrown: unknown) => thrown);
      await made;
    },
    { names, ...settings },
  ).catch(() => undefined);
  return outcome;
}
