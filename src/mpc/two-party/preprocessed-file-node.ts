/**
 * Preprocessed correlations in a file. Node only; subpath `veilshare/mpc/node`.
 *
 * A unit is burnt before it is used: when a session opens, what it may use is taken off in the store of the file's owner,
 * and is on disk there *before* a unit leaves this module. What a crash leaves is a position that is too far, never one that
 * is behind; when the next session opens, both parties continue at the further of their positions. A session that ends in
 * order gives back what it did not use.
 *
 * **Security.** The file holds one party's shares in the clear, and whoever reads it and the session's messages learns what
 * the correlations masked: encrypting it at rest, and erasing it, is the caller's affair. Copies of the file are one file: its
 * id is in the store. A store that does not know the file, or was restored from a backup, refuses it.
 */

import { closeSync } from "node:fs";
import { bytesToHex, wordsFromBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import type { Party } from "../../channel/party.js";
import { exchangeHeads } from "../../channel/store-heads.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import type { StateStore, StoreDraft } from "../../store/index.js";
import type { Correlation, CorrelationShares } from "../correlation.js";
import {
  checkDigest,
  opened,
  poolBytes,
  readAll,
  readHeader,
  unusable,
  vectorPlaces,
  type PreprocessedHeader,
} from "./preprocessed-format-node.js";
import {
  agreePositions,
  poolNames,
  poolVectors,
  unitsOf,
  usedUnits,
  type PoolCounts,
  type PoolName,
  type PreprocessedCorrelations,
  type UsedUnits,
} from "./preprocessed.js";

/** Options of {@link openPreprocessedFile}. */
export interface OpenPreprocessedOptions {
  /** The store in which the file was made. */
  readonly store: StateStore;
  /**
   * Most units of each pool that one session uses, here and at the other party: what is lost when a process dies in it.
   * Default: all that are left.
   */
  readonly most?: Partial<PoolCounts>;
}

const caller = "openPreprocessedFile";

/**
 * Opens a preprocessed file; pass it to `openTwoPartyEngine` at both parties. One session at a time.
 *
 * @throws VeilshareError INVALID_DATA for a file that is no preprocessed file, or damaged; INVALID_CONFIG when it cannot be
 *   read or the store does not know it; STORE_ROLLED_BACK when the store was restored from a backup since the file was made.
 */
export function openPreprocessedFile(path: string, options: OpenPreprocessedOptions): PreprocessedFile {
  return new PreprocessedFile(path, options);
}

/** One party's end of preprocessed correlations in a file; see {@link openPreprocessedFile}. */
export class PreprocessedFile implements PreprocessedCorrelations {
  static {
    printAsRedacted(this);
  }

  readonly #path: string;
  readonly #store: StateStore;
  readonly #most: PoolCounts;
  readonly #header: PreprocessedHeader;
  readonly #headerBytes: number;
  readonly #file: number;
  readonly #key: string;
  readonly #next: Record<PoolName, number>;
  #end: PoolCounts;
  #phase: "idle" | "opening" | "open" | "closed" = "idle";
  #closing: Promise<void> | undefined;

  /** For {@link openPreprocessedFile}. */
  constructor(path: string, { store, most = {} }: OpenPreprocessedOptions) {
    this.#path = path;
    this.#store = store;
    this.#file = opened(path, "r");
    try {
      const { header, headerBytes } = readHeader(path, this.#file);
      this.#header = header;
      this.#headerBytes = headerBytes;
      this.#most = checkedMost(most, header.counts);
      checkDigest(path, this.#file, headerBytes, header.counts);
      this.#key = bytesToHex(header.id);
      this.#end = { ...this.#used(store.view) };
      this.#next = { ...this.#end };
    } catch (thrown) {
      closeSync(this.#file);
      throw thrown;
    }
  }

  /** Units of each pool that are left; within a session, to it. */
  get left(): PoolCounts {
    const end = this.#phase === "open" ? this.#end : this.#header.counts;
    const left = { triple: 0, bitTriple: 0, sharedBit: 0 };
    for (const pool of poolNames) left[pool] = end[pool] - this.#next[pool];
    return left;
  }

  async open(party: Party, peer: number): Promise<void> {
    if (this.#phase !== "idle") throw invalidArgument(caller, "a file that is in no session", this.#phase);
    const { own, peer: other } = this.#header;
    const peerName = party.names[peer] ?? "";
    if (party.name !== own || peerName !== other) {
      const got = `"${party.name}" with "${peerName}"`;
      throw invalidArgument(caller, `a session of "${own}" with "${other}"`, got);
    }
    this.#phase = "opening";
    try {
      await this.#enter(party, peer);
    } catch (thrown) {
      if (this.#isOpening()) this.#phase = "idle";
      throw thrown;
    }
  }

  take(wanted: Correlation): Omit<CorrelationShares, "number"> | undefined {
    if (this.#phase !== "open")
      throw new VeilshareError("CLOSED", "take: the preprocessed file is not open in a session");
    const asked = unitsOf(wanted);
    if (asked === undefined) return undefined;
    const { pool, units } = asked;
    const from = this.#next[pool];
    const to = from + units;
    if (to > this.#end[pool]) return undefined;
    this.#next[pool] = to;
    const vectors = this.#read(pool, from, units);
    const masks = vectors.slice(0, poolVectors[pool].masks.length);
    const dependent = vectors.slice(masks.length);
    if (wanted.kind === "sharedBit") dependent[0] = (dependent[0] as BigUint64Array).slice(0, wanted.length);
    return { masks, dependent: () => Promise.resolve(dependent) };
  }

  /** Gives back what was burnt but not given out, and lets other sessions in. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const phase = this.#phase;
    this.#phase = "closed";
    closeSync(this.#file);
    if (phase === "open") await this.#leave({ ...this.#next });
  }

  /** Takes the file into a session, if it is in no other, and agrees on what the session may use. */
  async #enter(party: Party, peer: number): Promise<void> {
    const { id, counts } = this.#header;
    await exchangeHeads(party, peer, this.#store);
    const positions = await this.#store.transact((draft) => {
      const used = this.#used(draft);
      const session = this.#store.head.epoch;
      if (used.session === session)
        throw invalidArgument(caller, "a file that is in no session", "one that is");
      draft.put(usedUnits, this.#key, { ...used, session });
      return used;
    });
    try {
      const { from, to } = await agreePositions(party, peer, { id, positions, most: this.#most }, counts);
      await this.#store.transact((draft) => {
        draft.put(usedUnits, this.#key, { ...to, session: this.#inSession(draft) });
      });
      if (!this.#isOpening()) throw new VeilshareError("CLOSED", `${caller}: closed while it was opened`);
      for (const pool of poolNames) this.#next[pool] = from[pool];
      this.#end = to;
      this.#phase = "open";
    } catch (thrown) {
      await this.#leave().catch(() => undefined); // why it did not open is what counts
      throw thrown;
    }
  }

  #isOpening(): boolean {
    return this.#phase === "opening";
  }

  /** Lets the file go, if it is still this object's. */
  async #leave(positions?: PoolCounts): Promise<void> {
    await this.#store.transact((draft) => {
      const used = this.#used(draft);
      if (used.session === this.#store.head.epoch)
        draft.put(usedUnits, this.#key, { ...used, ...positions, session: 0 });
    });
  }

  #inSession(draft: StoreDraft): number {
    const { session } = this.#used(draft);
    if (session === this.#store.head.epoch) return session;
    throw invalidArgument(caller, "the file to stay in its session", "another");
  }

  #used(view: Pick<StoreDraft, "get" | "isBurned">): UsedUnits {
    const used = view.get(usedUnits, this.#key);
    if (used === undefined)
      throw unusable(this.#path, "a file that was made in this store: of no other is known what was used");
    if (!view.isBurned(usedUnits, this.#key)) return used;
    const text = `${caller}: ${this.#path}: expected a store that knows what was used, got a restored backup`;
    throw new VeilshareError("STORE_ROLLED_BACK", text, { file: this.#path, field: "store" });
  }

  #read(pool: PoolName, from: number, units: number): BigUint64Array[] {
    const { counts } = this.#header;
    let start = this.#headerBytes;
    for (const name of poolNames) {
      if (name === pool) break;
      start += poolBytes(name, counts[name]);
    }
    return vectorPlaces(pool, counts[pool]).map(({ offset, perUnit }) =>
      wordsFromBytes(
        readAll(this.#path, this.#file, start + 8 * (offset + from * perUnit), 8 * units * perUnit),
      ),
    );
  }
}

function checkedMost(most: Partial<PoolCounts>, counts: PoolCounts): PoolCounts {
  const checked = { ...counts };
  for (const [pool, units] of Object.entries(most)) {
    const name = poolNames.find((known) => known === pool);
    if (name === undefined) throw invalidArgument(caller, `pools of ${poolNames.join(", ")}`, `"${pool}"`);
    if (!Number.isSafeInteger(units) || units < 0)
      throw invalidArgument(caller, `most.${name} to be a number of units`, String(units));
    checked[name] = units;
  }
  return checked;
}
