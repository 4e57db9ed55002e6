/**
 * What two parties' stores know of each other. Each tells the other where it stands and keeps what it told; the other
 * remembers it and asks for it the next time. A store that does not know what it is asked for was restored from a copy that
 * is older, and all that was spent since would be there again.
 */

import { invalidArgument, VeilshareError } from "../errors.js";
import type { StoreHead } from "./chain.js";
import { checkText, jsonCell, jsonLog, type CellKind, type LogKind } from "./kind.js";
import type { StateStore } from "./store.js";

/** A head of another party's store. */
export interface PeerHead extends StoreHead {
  /** Id of the store. */
  readonly store: string;
  /** How many restores it had accepted. */
  readonly restores: number;
}

interface Remembered extends PeerHead {
  /** Why the next head may be any, if the restore was accepted there too. */
  readonly accepted?: string;
}

/** What a store says when it is asked for a head. */
export interface HeadAnswer {
  /** False when it never told that head, or does not know it any more. */
  readonly known: boolean;
  readonly head: PeerHead;
}

const told: LogKind<StoreHead> = jsonLog("veilshare/told-head", {
  read: (record) => ({
    epoch: record.integer("epoch"),
    length: record.integer("length"),
    hash: record.text("hash"),
  }),
  write: ({ epoch, length, hash }) => ({ epoch, length, hash }),
});

const remembered: CellKind<Remembered> = jsonCell("veilshare/peer-head", {
  read: (record) => ({
    store: record.text("store"),
    restores: record.integer("restores"),
    epoch: record.integer("epoch"),
    length: record.integer("length"),
    hash: record.text("hash"),
    ...(record.has("accepted") ? { accepted: record.text("accepted") } : {}),
  }),
  write: (head) => ({ ...head }),
});

/** Sessions of one peer that run at once ask for what was told a while ago; so much is kept. */
const mostTold = 256;

/** What another party's store told last; undefined where it told nothing, or a restore of it was accepted. */
export function rememberedHead({ view }: StateStore, peer: string): PeerHead | undefined {
  const head = view.get(remembered, peer);
  return head?.accepted === undefined ? head : undefined;
}

/** The heads of other parties that a store remembers. */
export function rememberedHeads({ view }: StateStore): (PeerHead & { readonly peer: string })[] {
  return view.keys(remembered).flatMap((peer) => {
    const head = view.get(remembered, peer);
    return head === undefined ? [] : [{ peer, ...head }];
  });
}

/** Answers a peer that asks for the head it remembers. What the answer tells is on disk when it resolves. */
export function answerHead(
  store: StateStore,
  peer: string,
  asked: Pick<PeerHead, "store" | "length" | "hash"> | undefined,
): Promise<HeadAnswer> {
  return store.transact((draft) => {
    const all = draft.list(told, peer);
    const known =
      asked === undefined ||
      (asked.store === store.id &&
        all.some(({ length, hash }) => length === asked.length && hash === asked.hash));
    const { head } = store;
    if (known) {
      if (all.length >= mostTold) {
        draft.remove(told, peer);
        for (const earlier of all.slice(-mostTold / 2)) draft.add(told, peer, earlier);
      }
      draft.add(told, peer, head);
    }
    return { known, head: { ...head, store: store.id, restores: draft.restores } };
  });
}

/**
 * Compares what a peer's store answered with what was remembered when it was asked, and remembers the later.
 *
 * @returns Why the answer is refused.
 */
export function rememberHead(
  store: StateStore,
  peer: string,
  asked: PeerHead | undefined,
  { known, head }: HeadAnswer,
): Promise<string | undefined> {
  return store.transact((draft) => {
    const now = draft.get(remembered, peer);
    const fault = asked === undefined ? acceptanceFault(now, head) : headFault(asked, known, head);
    if (fault !== undefined) return fault;
    if (now === undefined || now.accepted !== undefined || now.length < head.length) {
      draft.put(remembered, peer, head);
    }
    return undefined;
  });
}

function headFault(asked: PeerHead, known: boolean, head: PeerHead): string | undefined {
  if (head.store !== asked.store) return "another store";
  if (!known || head.length < asked.length || head.restores < asked.restores) return "an older copy of it";
  return head.length === asked.length && head.hash !== asked.hash ? "another store" : undefined;
}

/** A restore is accepted by both: its owner burns what was left, and says so. */
function acceptanceFault(now: Remembered | undefined, head: PeerHead): string | undefined {
  if (now?.accepted === undefined || head.store !== now.store || head.restores > now.restores)
    return undefined;
  return "a restored copy that its owner has not accepted";
}

/**
 * Accepts, at the other end, that a party's store was restored from an older copy: its next head may be any, if it has accepted
 * the restore itself, which burns what was left there. The reason is kept.
 *
 * @throws VeilshareError INVALID_ARGUMENT when nothing is remembered of that party.
 */
export async function acceptPeerRestore(store: StateStore, peer: string, reason: string): Promise<void> {
  checkText("acceptPeerRestore", "a reason", reason);
  await store.transact((draft) => {
    const head = draft.get(remembered, peer);
    if (head === undefined) {
      throw invalidArgument("acceptPeerRestore", "a party whose store is remembered", `"${peer}"`);
    }
    draft.put(remembered, peer, { ...head, accepted: reason });
  });
}

/** The error of a party whose own store is older than what a peer has seen. */
export function rolledBack(peer: string): VeilshareError {
  const text =
    `StateStore: party "${peer}" has seen a later state of this store, which must be a restored copy. ` +
    "Bring the latest back, or accept the restore: acceptRestore() here, which burns what is left, and acceptPeerRestore() there";
  return new VeilshareError("STORE_ROLLED_BACK", text, { party: peer, field: "store" });
}
