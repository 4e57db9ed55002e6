/**
 * The client's side of a resilient sum as a state machine without I/O: each method takes one message of the server and
 * gives the next message to it. `client.ts` drives it over a session; the server's side is `server-state.ts`.
 *
 *   client -> server   advert: two public keys, a commitment to the self mask [signature]
 *   server -> client   who is there, the graph's seed, the neighbours' adverts
 *   client -> server   for each neighbour its shares of the self mask and of the mask key, sealed
 *   server -> client   who dealt, and the neighbours' boxes for this client
 *   client -> server   the vector under all masks, in pieces
 *   server -> client   who is in the total
 *  [client -> server   a signature of that; server -> client: everybody's signatures]
 *   client -> server   for each neighbour in the total a share of its self mask; for each that is not, of its mask key
 *
 * **Source.** Bonawitz et al. (CCS 2017), figure 4; Bell et al. (CCS 2020), algorithm 2.
 */

import { wipe } from "../../bytes/wipe.js";
import { MalformedMessage } from "../../bytes/codec.js";
import { concatBytes, equalBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { multiplyBase, randomScalar } from "../../group/index.js";
import { randomBytes } from "../../random/csprng.js";
import {
  readClientRecord,
  wipeClientRecord,
  writeClientRecord,
  type ClientPhase,
  type ClientRecord,
  type ClientView,
} from "./client-record.js";
import { boxKeysOf, checkMaskKeys, inputDigestOf, masksOf } from "./client-secrets.js";
import type { ClientSet } from "./client-set.js";
import { sumFault } from "./fault.js";
import {
  advertStatement,
  readKeys,
  readSetAndItems,
  survivorsStatement,
  viewDigestOf,
  writeAnswers,
  type Answer,
} from "./messages.js";
import type { ClientOptions, ClientPlace } from "./client-place.js";
import { NeighbourGraph } from "./neighbour-graph.js";
import { checkedClientOptions } from "./option-rules.js";
import type { ResilientPlan } from "./plan.js";
import { chunkElements, packWords, wordsOfVector, type SummableVector } from "./ring.js";
import { splitScalar } from "./scalar-shares.js";
import { selfMaskCommitment } from "./seeds.js";
import { openShares, sealShares, shareBoxBytes, type SharePair } from "./share-box.js";
import { signatureBytes, verifySignature } from "../../channel/identity/signing-key.js";

/**
 * One client of one sum. Each step is taken once, in the order of the methods; anything else is refused, a second answer
 * above all: the shares of one client's self mask and of its mask key must never both leave.
 *
 * Prints as redacted. {@link ResilientClient.exportSecretState} can be stored after each step, before its message is sent;
 * an older copy must never be used again.
 */
export class ResilientClient {
  static {
    printAsRedacted(this);
  }

  readonly #plan: ResilientPlan;
  readonly #options: ClientOptions;
  readonly #record: ClientRecord;
  #graph: NeighbourGraph | undefined;

  private constructor(plan: ResilientPlan, options: ClientOptions, record: ClientRecord) {
    const { signingKey } = checkedClientOptions(options);
    const pinned = plan.signingKeys[record.index];
    if (plan.server === "active" && !(signingKey && pinned && equalBytes(signingKey.publicKey, pinned))) {
      throw invalidArgument(
        "ResilientClient",
        "the signing key that the plan has for this client",
        "another",
      );
    }
    this.#plan = plan;
    this.#options = options;
    this.#record = record;
  }

  /**
   * A client that has drawn its keys; its first message is {@link ResilientClient.advert}.
   *
   * @throws VeilshareError INVALID_ARGUMENT for an index or id out of range or, with an active server, another signing key
   *   than the plan's.
   */
  static begin({ plan, sumId, index }: ClientPlace, options: ClientOptions = {}): ResilientClient {
    if (!Number.isInteger(index) || index < 0 || index >= plan.clients) {
      throw invalidArgument("ResilientClient", `an index from 0 to ${plan.clients - 1}`, String(index));
    }
    if (sumId.length !== 32) throw invalidArgument("ResilientClient", "an id of 32 bytes", `${sumId.length}`);
    const { random = randomBytes } = checkedClientOptions(options);
    const [boxSecret, maskSecret, selfScalar] = [
      randomScalar(random),
      randomScalar(random),
      randomScalar(random),
    ];
    const keys = multiplyBase(concatBytes(boxSecret, maskSecret));
    const unsigned = concatBytes(keys, selfMaskCommitment(selfScalar, sumId, index));
    const signature = options.signingKey?.sign(advertStatement(sumId, index, unsigned));
    const advert = plan.server === "active" && signature ? concatBytes(unsigned, signature) : unsigned;
    return new ResilientClient(plan, options, {
      phase: "advertised",
      index,
      sumId: Uint8Array.from(sumId),
      boxSecret,
      maskSecret,
      selfScalar,
      advert,
      view: undefined,
      held: new Map(),
      joined: undefined,
      inputDigest: undefined,
      survivors: undefined,
    });
  }

  /**
   * The client of a stored state.
   *
   * @throws VeilshareError INVALID_ARGUMENT for the state of another plan, or damaged bytes.
   */
  static restore(state: Uint8Array, plan: ResilientPlan, options: ClientOptions = {}): ResilientClient {
    return new ResilientClient(plan, options, readClientRecord(state, plan));
  }

  /** All that the client knows, as bytes for {@link ResilientClient.restore}. Secret: whoever has them can unmask it. */
  exportSecretState(): Uint8Array {
    return writeClientRecord(this.#record, this.#plan);
  }

  get phase(): ClientPhase {
    return this.#record.phase;
  }

  /** The first message. */
  get advert(): Uint8Array {
    return this.#record.advert.slice();
  }

  /**
   * Takes the neighbours' keys; gives the sealed shares for them.
   *
   * @throws VeilshareError PEER_MALFORMED for bytes or keys that are none; PEER_MISMATCH for too few clients, or a signature
   *   that does not fit; PEER_UNEXPECTED out of order.
   */
  takeKeys(message: Uint8Array): Uint8Array {
    return this.#step("keys", "advertised", "dealt", () => {
      const record = this.#record;
      const view = readKeys(message, this.#plan, (present, graphSeed) => {
        this.#checkSet("keys", present, undefined);
        return this.#presentNeighbours(present, graphSeed);
      });
      if (view.adverts.size + 1 < this.#plan.threshold) throw this.#tooFew("keys", view.adverts.size + 1);
      this.#checkSignatures(view);
      checkMaskKeys(view, this.#plan);
      record.view = view;
      return this.#dealShares(view, boxKeysOf(record, view, this.#plan, "to"));
    });
  }

  #presentNeighbours(present: ClientSet, graphSeed: Uint8Array): number[] {
    return this.#holders(graphSeed).filter((client) => client !== this.#record.index && present.has(client));
  }

  #holders(graphSeed: Uint8Array): number[] {
    this.#graph ??= new NeighbourGraph(this.#plan, graphSeed);
    return this.#graph.holders(this.#record.index);
  }

  #checkSignatures({ adverts }: ClientView): void {
    if (this.#plan.server !== "active") return;
    for (const [client, advert] of adverts) {
      const unsigned = advert.subarray(0, advert.length - signatureBytes);
      const statement = advertStatement(this.#record.sumId, client, unsigned);
      const publicKey = this.#plan.signingKeys[client] ?? new Uint8Array(0);
      if (verifySignature(advert.subarray(unsigned.length), statement, publicKey)) continue;
      throw this.#fault("PEER_MISMATCH", "keys", `keys that client ${client} signed`, "others");
    }
  }

  #dealShares({ graphSeed, adverts }: ClientView, boxKeys: ReadonlyMap<number, Uint8Array>): Uint8Array {
    const { index, sumId, selfScalar, maskSecret, held } = this.#record;
    const holders = this.#holders(graphSeed);
    const { random = randomBytes } = this.#options;
    const split = { threshold: this.#plan.threshold, holders: holders.length, random };
    const selfShares = splitScalar(selfScalar, split);
    const keyShares = splitScalar(maskSecret, split);
    const boxes = new Uint8Array(shareBoxBytes * adverts.size);
    let at = 0;
    for (const [position, client] of holders.entries()) {
      const share = (of: Uint8Array): Uint8Array => of.slice(32 * position, 32 * (position + 1));
      const pair: SharePair = { selfMask: share(selfShares), maskKey: share(keyShares) };
      const key = boxKeys.get(client);
      if (client === index) held.set(index, pair);
      if (key === undefined) continue;
      sealShares(boxes.subarray(at, at + shareBoxBytes), pair, { sumId, from: index, to: client, key });
      at += shareBoxBytes;
    }
    selfShares.fill(0);
    wipe(keyShares);
    return boxes;
  }

  /**
   * Takes the neighbours' boxes; gives a byte for each of those that dealt, ascending: 1 where the box opens. One that does not
   * is as good as lost: the server leaves its sender out where too many say so.
   *
   * @throws VeilshareError as {@link ResilientClient.takeKeys}.
   */
  takeShares(message: Uint8Array): Uint8Array {
    return this.#step("shares", "dealt", "opened", () => {
      const view = this.#view();
      const { index, sumId, held } = this.#record;
      const shape = { clients: this.#plan.clients, itemBytes: shareBoxBytes };
      const { set: joined, items: boxes } = readSetAndItems(message, shape, (set) => {
        this.#checkSet("shares", set, view.present);
        return [...view.adverts.keys()].filter((client) => set.has(client));
      });
      if (boxes.size + 1 < this.#plan.threshold) throw this.#tooFew("shares", boxes.size + 1);
      const keys = boxKeysOf(this.#record, view, this.#plan, "from");
      const opened: number[] = [];
      for (const [from, box] of boxes) {
        const key = keys.get(from) ?? new Uint8Array(0);
        const pair = openShares(box, { sumId, from, to: index, key });
        if (pair !== undefined) held.set(from, pair);
        opened.push(pair === undefined ? 0 : 1);
      }
      this.#record.joined = joined;
      return Uint8Array.from(opened);
    });
  }

  /**
   * Takes who is in, of those that dealt: from here on only they are masked with.
   *
   * @throws VeilshareError as {@link ResilientClient.takeKeys}.
   */
  takeJoined(message: Uint8Array): void {
    this.#step("joined", "opened", "joined", () => {
      const record = this.#record;
      const shape = { clients: this.#plan.clients, itemBytes: 0 };
      const { set: joined } = readSetAndItems(message, shape, () => []);
      this.#checkSet("joined", joined, record.joined);
      this.#checkHolders("joined", joined);
      record.joined = joined;
    });
  }

  #view(): ClientView {
    if (this.#record.view !== undefined) return this.#record.view;
    throw new VeilshareError("INTERNAL", "ResilientClient: keys are missing after they were taken");
  }

  /**
   * The own vector under all masks, as messages of up to 65,536 elements. After a restore it may be made again, of the
   * same vector only: two vectors under one mask would give their difference away.
   *
   * @param vector - plan.length elements within the plan's range.
   * @throws VeilshareError INVALID_ARGUMENT for another type or length, a second vector, or out of order;
   *   VALUE_OUT_OF_RANGE with the position.
   */
  mask(vector: SummableVector): Generator<Uint8Array, void, undefined> {
    const record = this.#record;
    const { length, range, bits } = this.#plan;
    if (record.phase !== "joined" && record.phase !== "masked") {
      throw invalidArgument("ResilientClient.mask", "a client that has its neighbours' shares", record.phase);
    }
    const words = wordsOfVector(vector, length, range, bits);
    const digest = inputDigestOf(record, words);
    if (record.inputDigest !== undefined && !equalBytes(record.inputDigest, digest)) {
      throw invalidArgument("ResilientClient.mask", "the vector that was masked before", "another");
    }
    const masks = masksOf(record, this.#view(), this.#plan);
    record.inputDigest = digest;
    record.phase = "masked";
    return (function* chunks(): Generator<Uint8Array, void, undefined> {
      for (let start = 0; start < length; start += chunkElements) {
        const chunk = words.subarray(start, start + chunkElements);
        masks.addTo(chunk);
        yield packWords(chunk, bits);
      }
    })();
  }

  /**
   * Takes who is in the total. With a semi-honest server gives the answer, which is the last message; with an active one
   * the own signature, and the answer waits for {@link ResilientClient.takeConfirmations}.
   *
   * @throws VeilshareError as {@link ResilientClient.takeKeys}.
   */
  takeSurvivors(message: Uint8Array): Uint8Array {
    const active = this.#plan.server === "active";
    return this.#step("survivors", "masked", active ? "confirming" : "answered", () => {
      const record = this.#record;
      const shape = { clients: this.#plan.clients, itemBytes: 0 };
      const { set: survivors } = readSetAndItems(message, shape, () => []);
      this.#checkSet("survivors", survivors, record.joined);
      this.#checkHolders("survivors", survivors);
      record.survivors = survivors;
      if (!active) return this.#answer(survivors);
      const signature = this.#options.signingKey?.sign(this.#survivorsStatement(survivors));
      return signature ?? new Uint8Array(0); // the constructor saw to it that there is a key
    });
  }

  #survivorsStatement(survivors: ClientSet): Uint8Array {
    const { sumId, index, advert } = this.#record;
    const adverts = new Map([...this.#view().adverts, [index, advert] as const]);
    return survivorsStatement(viewDigestOf(sumId, adverts), survivors);
  }

  /**
   * Takes the others' signatures; gives the answer if `plan.threshold` clients signed the same clients, keys and total as
   * this one.
   *
   * @throws VeilshareError PEER_MISMATCH when the server told others something else; as {@link ResilientClient.takeKeys}.
   */
  takeConfirmations(message: Uint8Array): Uint8Array {
    return this.#step("confirmations", "confirming", "answered", () => {
      const { survivors } = this.#record;
      if (survivors === undefined) throw new VeilshareError("INTERNAL", "ResilientClient: no survivors");
      const shape = { clients: this.#plan.clients, itemBytes: signatureBytes };
      const { items: signatures } = readSetAndItems(message, shape, (signers) => {
        if (!signers.isSubsetOf(survivors)) {
          throw this.#fault("PEER_MISMATCH", "confirmations", "signers that are in the total", "others");
        }
        return signers.members();
      });
      const statement = this.#survivorsStatement(survivors);
      let valid = 0;
      for (const [signer, signature] of signatures) {
        const publicKey = this.#plan.signingKeys[signer] ?? new Uint8Array(0);
        if (verifySignature(signature, statement, publicKey)) valid += 1;
      }
      if (valid < this.#plan.threshold) {
        const expected = `${this.#plan.threshold} signatures of what this client was told`;
        throw this.#fault("PEER_MISMATCH", "confirmations", expected, String(valid));
      }
      return this.#answer(survivors);
    });
  }

  /** For each client that this one holds shares of, one share: which one depends on whether it is in the total. */
  #answer(survivors: ClientSet): Uint8Array {
    const { held, joined, index, view } = this.#record;
    const owners = [...(view?.adverts.keys() ?? []), index].sort((a, b) => a - b);
    const answers: Answer[] = [];
    for (const owner of owners) {
      if (joined?.has(owner) !== true) continue;
      const pair = held.get(owner);
      if (pair === undefined) answers.push({ kind: "none", share: new Uint8Array(32) });
      else if (survivors.has(owner)) answers.push({ kind: "self-mask", share: pair.selfMask });
      else answers.push({ kind: "mask-key", share: pair.maskKey });
    }
    return writeAnswers(answers);
  }

  /** Runs one step in its phase. After a failure the client is of no more use and forgets its secrets. */
  #step<T>(step: string, from: ClientPhase, to: ClientPhase, body: () => T): T {
    const record = this.#record;
    if (record.phase !== from) {
      throw this.#fault(
        "PEER_UNEXPECTED",
        step,
        `no such message when the client has ${record.phase}`,
        "one",
      );
    }
    try {
      const result = body();
      record.phase = to;
      if (to === "answered") wipeClientRecord(record);
      return result;
    } catch (thrown) {
      record.phase = "failed";
      wipeClientRecord(record);
      if (!(thrown instanceof MalformedMessage)) throw thrown;
      throw this.#fault("PEER_MALFORMED", step, "a well-formed message", thrown.message);
    }
  }

  #checkSet(step: string, set: ClientSet, within: ClientSet | undefined): void {
    if (within !== undefined && !set.isSubsetOf(within)) {
      throw this.#fault("PEER_MISMATCH", step, "only clients of the step before", "others");
    }
    if (!set.has(this.#record.index)) {
      throw this.#fault("PEER_MISMATCH", step, "this client among those that are there", "it is missing");
    }
    if (set.size < this.#plan.minimum) {
      throw this.#fault("PEER_MISMATCH", step, `at least ${this.#plan.minimum} clients`, String(set.size));
    }
  }

  #checkHolders(step: string, set: ClientSet): void {
    const there = [...this.#view().adverts.keys()].filter((client) => set.has(client)).length + 1;
    if (there < this.#plan.threshold) throw this.#tooFew(step, there);
  }

  #tooFew(step: string, neighbours: number): VeilshareError {
    const expected = `${this.#plan.threshold} holders of shares`;
    return this.#fault("PEER_MISMATCH", step, expected, String(neighbours));
  }

  #fault(
    code: "PEER_MALFORMED" | "PEER_MISMATCH" | "PEER_UNEXPECTED",
    step: string,
    expected: string,
    got: string,
  ): VeilshareError {
    const party = this.#options.serverName ?? "server";
    return sumFault(code, { party, step, expected, got });
  }
}
