/**
 * The server's side of a resilient sum as a state machine without I/O; the messages are listed in `client.ts`. Each round
 * takes one message a client, in any order, until {@link ResilientServer.closeRound}; who has not spoken by then is lost.
 *
 * **Source.** Bonawitz et al. (CCS 2017), figure 4; Bell et al. (CCS 2020), algorithm 2.
 */

import { MalformedMessage } from "../../bytes/codec.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { invalidArgument, type PeerErrorCode, type VeilshareError } from "../../errors.js";
import { decodeCheck } from "../../group/index.js";
import type { Pool } from "../../parallel/index.js";
import { drawBytes, randomBytes } from "../../random/csprng.js";
import { ClientSet } from "./client-set.js";
import { sumFault, peersLost } from "./fault.js";
import {
  advertStatement,
  checkLength,
  readAdvert,
  readAnswers,
  readBoxes,
  survivorsStatement,
  writeKeys,
  writeSetAndItems,
  type AnswerKind,
} from "./messages.js";
import { checkedServerOptions } from "./option-rules.js";
import type { ResilientPlan } from "./plan.js";
import { addWords, chunkElements, packedBytes, unpackWords } from "./ring.js";
import { isScalar } from "./scalar-shares.js";
import { sumIdBytes } from "./seeds.js";
import {
  emptyServerRecord,
  readServerRecord,
  writeServerRecord,
  type ServerPhase,
  type ServerRecord,
} from "./server-record.js";
import type { ServerOptions } from "./server-options.js";
import { ServerView } from "./server-view.js";
import { defaultUploads, settleJoined } from "./settle-joined.js";
import { shareBoxBytes } from "./share-box.js";
import { verifySignature } from "../../channel/identity/signing-key.js";
import { unmask, type ResilientTotal } from "./unmasking.js";

/** The server of one sum. Prints as redacted: from the first answer on it holds shares of secrets. */
export class ResilientServer {
  static {
    printAsRedacted(this);
  }

  readonly #plan: ResilientPlan;
  readonly #names: readonly string[];
  readonly #maxUploads: number;
  readonly #record: ServerRecord;
  /** Vectors that are on their way: pieces that came, packed. */
  readonly #uploads = new Map<number, Uint8Array[]>();
  /** Who dealt boxes that its neighbours could not open. */
  readonly #excluded = new Set<number>();
  #viewOnceFixed: ServerView | undefined;

  private constructor(plan: ResilientPlan, options: ServerOptions, record: ServerRecord) {
    const { names = Array.from({ length: plan.clients }, (_, i) => `client-${i}`) } =
      checkedServerOptions(options);
    const { maxUploads = defaultUploads(plan) } = options;
    if (names.length !== plan.clients) {
      throw invalidArgument("ResilientServer", `${plan.clients} names`, String(names.length));
    }
    if (!Number.isInteger(maxUploads) || maxUploads < 1 || maxUploads > 1024) {
      throw invalidArgument(
        "ResilientServer",
        "maxUploads to be an integer from 1 to 1024",
        String(maxUploads),
      );
    }
    this.#plan = plan;
    this.#names = [...names];
    this.#maxUploads = maxUploads;
    this.#record = record;
  }

  /** A server with a fresh {@link ResilientServer.sumId}, which every client is told before its first message. */
  static begin(plan: ResilientPlan, options: ServerOptions = {}): ResilientServer {
    const sumId = drawBytes(checkedServerOptions(options).random ?? randomBytes, sumIdBytes);
    return new ResilientServer(plan, options, emptyServerRecord(plan, sumId));
  }

  /**
   * The server of a stored state. Vectors that were on their way must be sent anew from their beginning.
   *
   * @throws VeilshareError INVALID_ARGUMENT for the state of another plan, or damaged bytes.
   */
  static restore(state: Uint8Array, plan: ResilientPlan, options: ServerOptions = {}): ResilientServer {
    return new ResilientServer(plan, options, readServerRecord(state, plan));
  }

  /** All that the server knows, as bytes for {@link ResilientServer.restore}. Secret from the first answer on. */
  exportSecretState(): Uint8Array {
    return writeServerRecord(this.#record, this.#plan);
  }

  get sumId(): Uint8Array {
    return this.#record.sumId.slice();
  }

  get phase(): ServerPhase {
    return this.#record.phase;
  }

  /** True if a client whose vector is not in yet may begin to send it now. */
  get canTakeUpload(): boolean {
    return this.#uploads.size < this.#maxUploads;
  }

  /** Who may still speak in this round, ascending. */
  get awaited(): number[] {
    return this.#members().filter((client) => !this.#spoke(client));
  }

  /** Who takes part in this round. */
  #members(): number[] {
    const all = Array.from({ length: this.#plan.clients }, (_, i) => i);
    return all.filter((client) => this.#isMember(client));
  }

  #isMember(client: number): boolean {
    const { phase, adverts, joined, included, signatures } = this.#record;
    switch (phase) {
      case "adverts":
        return Number.isInteger(client) && client >= 0 && client < this.#plan.clients;
      case "shares":
        return adverts.has(client);
      case "opened":
      case "vectors":
        return joined.has(client);
      case "confirmations":
        return included.has(client);
      case "answers":
        return this.#plan.server === "active" ? signatures.has(client) : included.has(client);
      case "total":
      case "done":
      case "failed":
        return false;
    }
  }

  #spoke(client: number): boolean {
    const { phase, adverts, boxes, opened, included, signatures, answers } = this.#record;
    if (phase === "adverts") return adverts.has(client);
    if (phase === "shares") return boxes.has(client);
    if (phase === "opened") return opened.has(client);
    if (phase === "vectors") return included.has(client);
    return phase === "confirmations" ? signatures.has(client) : answers.has(client);
  }

  /**
   * Takes a client's message of this round; of a vector, its next piece.
   *
   * @throws VeilshareError with the client's name: PEER_MALFORMED for bytes that no client sends, PEER_MISMATCH for a
   *   signature that does not fit, PEER_UNEXPECTED for a client that is not awaited or has spoken already, or a share of the
   *   kind that it was not asked for. The server is as before: the client may be left out. INVALID_ARGUMENT for a vector
   *   that begins while `maxUploads` others are on their way.
   */
  receive(client: number, message: Uint8Array): void {
    const { phase } = this.#record;
    if (!this.#isMember(client)) throw this.#fault("PEER_UNEXPECTED", client, "no message", "one");
    if (this.#spoke(client)) throw this.#fault("PEER_UNEXPECTED", client, "one message", "another one");
    try {
      if (phase === "adverts") this.#takeAdvert(client, message);
      else if (phase === "shares") this.#takeBoxes(client, message);
      else if (phase === "opened") this.#takeOpened(client, message);
      else if (phase === "vectors") this.#takePiece(client, message);
      else if (phase === "confirmations") this.#takeSignature(client, message);
      else this.#takeAnswers(client, message);
    } catch (thrown) {
      if (!(thrown instanceof MalformedMessage)) throw thrown;
      throw this.#fault("PEER_MALFORMED", client, "a well-formed message", thrown.message);
    }
  }

  /** Forgets the pieces of a client that left while it sent its vector. */
  drop(client: number): void {
    this.#uploads.delete(client);
  }

  #takeAdvert(client: number, message: Uint8Array): void {
    const { boxKey, maskKey, signature } = readAdvert(message, this.#plan);
    for (const key of [boxKey, maskKey]) {
      try {
        decodeCheck(key);
      } catch {
        throw new MalformedMessage("a public key that is no group element, or the identity");
      }
    }
    const { adverts, sumId } = this.#record;
    if (this.#plan.server === "active") {
      const unsigned = message.subarray(0, message.length - signature.length);
      this.#checkSignature(client, signature, advertStatement(sumId, client, unsigned));
    }
    adverts.set(client, message.slice());
  }

  #checkSignature(client: number, signature: Uint8Array, statement: Uint8Array): void {
    const publicKey = this.#plan.signingKeys[client] ?? new Uint8Array(0);
    if (verifySignature(signature, statement, publicKey)) return;
    throw this.#fault("PEER_MISMATCH", client, "a signature by the client's key", "another");
  }

  #takeBoxes(client: number, message: Uint8Array): void {
    readBoxes(message, this.#view.presentNeighbours(client));
    this.#record.boxes.set(client, message.slice());
  }

  #takeOpened(client: number, message: Uint8Array): void {
    checkLength(message, this.#dealersOf(client).length);
    if (message.some((byte) => byte > 1)) throw new MalformedMessage("a byte that is neither 0 nor 1");
    this.#record.opened.set(client, message.slice());
  }

  /** A client's neighbours that dealt, ascending. */
  #dealersOf(client: number): number[] {
    return this.#view.presentNeighbours(client).filter((other) => this.#record.joined.has(other));
  }

  /** Leaves out who has not said what it could open, and whose boxes too few could. */
  #settleJoined(): void {
    const { kept, excluded } = settleJoined(this.#record, this.#plan, (client) => this.#dealersOf(client));
    for (const client of excluded) this.#excluded.add(client);
    this.#record.joined = kept;
  }

  /** Why a client has no place in the sum although it spoke; undefined for any other. */
  exclusionOf(client: number): VeilshareError | undefined {
    if (!this.#excluded.has(client)) return undefined;
    const party = this.#names[client] ?? String(client);
    const expected = "boxes that its neighbours can open";
    return sumFault("PEER_MALFORMED", { party, step: "shares", expected, got: "too many others" });
  }

  /** Adds a vector when its last piece is there: what a client that leaves half way has sent must not stay in the sum. */
  #takePiece(client: number, message: Uint8Array): void {
    const { length, bits } = this.#plan;
    const begun = this.#uploads.get(client);
    if (begun === undefined && !this.canTakeUpload) {
      throw invalidArgument(
        "ResilientServer",
        `at most ${this.#maxUploads} vectors on their way`,
        "one more",
      );
    }
    const pieces = begun ?? [];
    const count = Math.min(chunkElements, length - pieces.length * chunkElements);
    checkLength(message, packedBytes(count, bits));
    pieces.push(message.slice());
    this.#uploads.set(client, pieces);
    if (pieces.length * chunkElements < length) return;
    for (const [i, piece] of pieces.entries()) {
      const start = i * chunkElements;
      const end = Math.min(length, start + chunkElements);
      addWords(this.#record.sum.subarray(start, end), unpackWords(piece, end - start, bits));
    }
    this.#uploads.delete(client);
    this.#record.included.add(client);
  }

  #takeSignature(client: number, message: Uint8Array): void {
    const { included, signatures } = this.#record;
    this.#checkSignature(client, message, survivorsStatement(this.#view.viewDigest, included));
    signatures.set(client, message.slice());
  }

  /** Refuses a share of the kind that was not asked for: the server must never hold enough of both for one client. */
  #takeAnswers(client: number, message: Uint8Array): void {
    const owners = this.#ownersAt(client);
    for (const [i, { kind, share }] of readAnswers(message, owners.length).entries()) {
      if (kind === "none") continue;
      const expected = this.#kindFor(owners[i] as number); // one answer an owner
      if (kind !== expected)
        throw this.#fault("PEER_UNEXPECTED", client, `a share of a ${expected}`, `a ${kind}`);
      if (!isScalar(share)) throw new MalformedMessage("a share that is no scalar");
    }
    this.#record.answers.set(client, message.slice());
  }

  #kindFor(owner: number): AnswerKind {
    return this.#record.included.has(owner) ? "self-mask" : "mask-key";
  }

  /** Of whom a client holds shares: of its neighbours that dealt, and of itself. */
  #ownersAt(client: number): number[] {
    return this.#view.holders(client).filter((owner) => this.#record.joined.has(owner));
  }

  /** Fixed when the adverts are in. */
  get #view(): ServerView {
    this.#viewOnceFixed ??= new ServerView(this.#record, this.#plan);
    return this.#viewOnceFixed;
  }

  /**
   * Ends the round: whoever has not spoken is lost from here on.
   *
   * @returns Who gets a message now, see {@link ResilientServer.messageFor}; nobody after the answers.
   * @throws VeilshareError PEERS_LOST when too few are left; nothing is revealed, and the sum is over. INVALID_ARGUMENT when
   *   there is no round.
   */
  closeRound(): number[] {
    const record = this.#record;
    const { minimum, threshold, server } = this.#plan;
    switch (record.phase) {
      case "adverts":
        this.#atLeast(minimum, record.adverts.size);
        record.phase = "shares";
        break;
      case "shares":
        this.#atLeast(minimum, record.boxes.size);
        for (const client of record.boxes.keys()) record.joined.add(client);
        record.phase = "opened";
        break;
      case "opened":
        this.#settleJoined();
        this.#atLeast(minimum, record.joined.size);
        record.phase = "vectors";
        break;
      case "vectors":
        this.#atLeast(minimum, record.included.size);
        this.#uploads.clear();
        record.boxes.clear();
        record.phase = server === "active" ? "confirmations" : "answers";
        break;
      case "confirmations":
        this.#atLeast(threshold, record.signatures.size);
        record.phase = "answers";
        break;
      case "answers":
        this.#atLeast(threshold, record.answers.size);
        record.phase = "total";
        break;
      case "total":
      case "done":
      case "failed":
        throw invalidArgument("ResilientServer.closeRound", "a round that is open", record.phase);
    }
    return this.#members();
  }

  #atLeast(least: number, there: number): void {
    if (there >= least) return;
    const { phase } = this.#record;
    this.#record.phase = "failed";
    throw peersLost(phase, `at least ${least} clients`, `${there} of ${this.#plan.clients}`);
  }

  /**
   * What a client gets at the beginning of this round.
   *
   * @throws VeilshareError INVALID_ARGUMENT for a client that is lost, or in the first round, which needs only the sum's id.
   */
  messageFor(client: number): Uint8Array {
    const { phase, adverts, joined, included, signatures } = this.#record;
    if (phase === "adverts" || !this.#isMember(client)) {
      throw invalidArgument("ResilientServer.messageFor", "a client of a round", `${client}`);
    }
    if (phase === "shares") {
      const theirs = this.#view.presentNeighbours(client).map((other) => adverts.get(other) as Uint8Array); // present
      return writeKeys(this.#view.present, this.#view.graphSeed, theirs);
    }
    if (phase === "opened") {
      return writeSetAndItems(
        joined,
        this.#dealersOf(client).map((from) => this.#boxFor(client, from)),
      );
    }
    if (phase === "vectors") return joined.toBytes();
    if (phase === "confirmations" || this.#plan.server === "semi-honest") return included.toBytes();
    const signers = new ClientSet(this.#plan.clients, signatures.keys());
    return writeSetAndItems(
      signers,
      signers.members().map((signer) => signatures.get(signer) as Uint8Array),
    ); // signed
  }

  #boxFor(client: number, from: number): Uint8Array {
    const boxes = this.#record.boxes.get(from) as Uint8Array; // who joined dealt
    const at = shareBoxBytes * this.#view.presentNeighbours(from).indexOf(client); // neighbours are mutual
    return boxes.subarray(at, at + shareBoxBytes);
  }

  /**
   * The total, once all answers are in.
   *
   * @param pool - Where masks are expanded; without one, in this thread.
   * @throws VeilshareError PEERS_LOST when some client's secret has too few shares; PEER_MALFORMED, with the name of the
   *   client that they belong to, when shares do not fit what it committed to and are too many to be corrected;
   *   INVALID_ARGUMENT before, and the second time.
   */
  async total(pool?: Pool, signal?: AbortSignal): Promise<ResilientTotal> {
    const record = this.#record;
    if (record.phase !== "total") {
      throw invalidArgument("ResilientServer.total", "a server that has all answers", record.phase);
    }
    record.phase = "failed";
    const holdersOf = (client: number): readonly number[] => this.#view.holders(client);
    const options = { ...(pool === undefined ? {} : { pool }), ...(signal === undefined ? {} : { signal }) };
    const total = await unmask({ record, plan: this.#plan, names: this.#names, holdersOf }, options);
    record.phase = "done";
    for (const answers of record.answers.values()) answers.fill(0);
    record.answers.clear();
    return total;
  }

  #fault(code: PeerErrorCode, client: number, expected: string, got: string): VeilshareError {
    const party = this.#names[client] ?? String(client);
    return sumFault(code, { party, step: this.#record.phase, expected, got });
  }
}
