/**
 * Authenticates the other end of a transport and encrypts everything that passes.
 *
 * Both ends run {@link secureTransport}, one as initiator, one as responder. With pinned keys the handshake is Noise KK:
 * each proves the static key that the other has for its name. Without, it is XX: each sends its static key and the other's
 * `verifyPeer` decides. See handshake-message.ts for the messages.
 *
 * Adversary: controls the network entirely, and may be any party but the two. It learns from the cleartext preamble the
 * two names and the session label, and from the rest lengths and times; with XX, an active one may also learn the
 * responder's public key. Later loss of both static keys does not open recorded sessions (Noise rev 34,
 * section 7.7: everything after the handshake has source property 2, sender authentication resistant to key-compromise
 * impersonation, and destination property 5, strong forward secrecy, in KK as in XX).
 *
 * Source: The Noise Protocol Framework, revision 34, sections 5.3, 7.5, 7.7, 9.1 and 14 (prologue, session termination).
 */

import { MalformedMessage } from "../../bytes/codec.js";
import { bytesToHex, concatBytes, equalBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { invalidArgument, toVeilshareError, VeilshareError } from "../../errors.js";
import type { Identity } from "../identity/identity.js";
import { withinLimits } from "../../waiting/wait.js";
import type { Transport } from "../transport.js";
import {
  decodeHandshakeMessage,
  encodeHandshakeMessage,
  type HandshakeMessage,
  type RefusalReason,
} from "./handshake-message.js";
import { HandshakeState } from "./handshake-state.js";
import { NoiseTransport } from "./noise-transport.js";
import { handshakePatterns, type Role } from "./pattern.js";
import {
  decodePreamble,
  encodePreamble,
  handleBytes,
  handshakeVersion,
  maxLabelBytes,
  type LinkPattern,
  type Preamble,
  type ResumeRequest,
} from "./preamble.js";

/** A party as it proved itself: the name it claims and the key it holds. */
export interface VerifiedPeer {
  readonly name: string;
  /** X25519 public key, 64 hexadecimal digits. */
  readonly publicKey: string;
}

/** How the other end is recognised. */
export type Trust =
  /** Noise KK: the public key (32 bytes) that must belong to each name. */
  | { readonly pinnedKeys: ReadonlyMap<string, Uint8Array> }
  /** Noise XX: asked with the name that the other end claims and the key that it proved; `false` refuses. */
  | { readonly verifyPeer: (peer: VerifiedPeer) => boolean | Promise<boolean> };

/** What {@link secureTransport} needs besides a transport. */
export interface SecureTransportOptions {
  readonly role: Role;
  readonly identity: Identity;
  readonly trust: Trust;
  /** The name of the other end. A responder may leave it out: then any name that `trust` knows may call. */
  readonly peer?: string;
  /** Keeps sessions apart that the same parties run side by side; public. At most 256 bytes. Default: empty. */
  readonly sessionLabel?: string;
  /** For the whole handshake. Default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Asked by a responder after the other end has proved itself; `false` turns it away as one too many. */
  readonly admit?: (peer: string) => boolean;
}

/** What both ends of a connection keep to go on with it over another one. */
export interface ResumeTicket {
  /** Names the connection to its ends; public. */
  readonly handle: Uint8Array;
  /** 32 secret bytes of the first handshake. */
  readonly secret: Uint8Array;
  /** The other end's static public key, hexadecimal. */
  readonly publicKey: string;
}

/** How a link's connection may be gone on with; for links only. */
export interface ResumptionOptions {
  /** Offers, or takes up the offer, to go on after a cut. */
  readonly offer?: boolean;
  /** For an initiator that goes on: the ticket, the session's id, and the number of this attempt. */
  readonly resume?: {
    readonly ticket: ResumeTicket;
    readonly sessionId: Uint8Array;
    readonly attempt: number;
  };
  /** For a responder: the connection of a handle with this party, unless the attempt is not a new one. */
  readonly find?: (
    peer: string,
    request: ResumeRequest,
  ) => { readonly ticket: ResumeTicket; readonly sessionId: Uint8Array } | undefined;
}

/** A transport to a party that has proved itself. */
export interface SecuredTransport {
  readonly transport: Transport;
  readonly peer: VerifiedPeer;
}

/** A transport of a link. */
export interface SecuredLink extends SecuredTransport {
  readonly transport: NoiseTransport;
  /** For a new connection that both ends can go on with. */
  readonly ticket: ResumeTicket | undefined;
  /** The handle of the connection that this one goes on with. */
  readonly resumed: Uint8Array | undefined;
}

const step = "channel/handshake";

/**
 * Runs the handshake over a transport that must not be used for anything else, and gives the encrypted one.
 *
 * @throws VeilshareError PEER_UNAUTHENTICATED when the other end does not hold the key for its name or turned us away,
 * PEER_MISMATCH for another version, pattern or session label, PEER_MALFORMED for anything that is no handshake,
 * PEER_CLOSED, PEER_TIMEOUT, ABORTED; the transport is closed then.
 */
export async function secureTransport(
  transport: Transport,
  options: SecureTransportOptions,
): Promise<SecuredTransport> {
  const { transport: safe, peer } = await secureLink(transport, options, {});
  return { transport: safe, peer };
}

/** {@link secureTransport} for a connection that may be gone on with, or that goes on with another. */
export async function secureLink(
  transport: Transport,
  options: SecureTransportOptions,
  resumption: ResumptionOptions,
): Promise<SecuredLink> {
  checkOptions(options);
  const handshake = new Handshake(transport, options, resumption);
  const { timeoutMs = 30_000, signal } = options;
  try {
    const done = options.role === "initiator" ? handshake.initiate() : handshake.respond();
    return await withinLimits(done, {
      timeoutMs,
      signal,
      onTimeout: () => handshake.fault("PEER_TIMEOUT", `no finished handshake within ${timeoutMs} ms`),
    });
  } catch (thrown) {
    const error = handshake.explain(thrown);
    if (options.role === "responder") await handshake.refuse(error);
    void transport.close(); // never rejects
    throw error;
  }
}

function checkOptions(options: SecureTransportOptions): void {
  if (options.role === "initiator" && options.peer === undefined) {
    throw invalidArgument("secureTransport", "the peer's name for an initiator", "none");
  }
  const labelBytes = utf8ToBytes(options.sessionLabel ?? "").length;
  if (labelBytes > maxLabelBytes) {
    throw invalidArgument(
      "secureTransport",
      `a session label of at most ${maxLabelBytes} bytes`,
      `${labelBytes}`,
    );
  }
  const { trust, peer } = options;
  if ("pinnedKeys" in trust && peer !== undefined && !trust.pinnedKeys.has(peer)) {
    throw invalidArgument("secureTransport", "a pinned key for the peer", "none");
  }
}

/** Fault codes of the one who is refused. */
const refusalFaults: Readonly<Record<RefusalReason, readonly [VeilshareError["code"], string]>> = {
  unauthenticated: [
    "PEER_UNAUTHENTICATED",
    "it does not accept our name with our key, or we have another key for it",
  ],
  version: ["PEER_MISMATCH", "it speaks another version of the handshake"],
  pattern: ["PEER_MISMATCH", "it wants pinned keys where we do not, or the other way round"],
  session: ["PEER_MISMATCH", "it is in a session with another label"],
  duplicate: ["PEER_UNAUTHENTICATED", "somebody with our name and key is already connected"],
  over: ["PEER_RESTARTED", "it is not, or no longer, in the session that we were in"],
};

/** Purposes of what is exported from a handshake. */
const secretLabel = "veilshare link secret v1";
const handleLabel = "veilshare link handle v1";

/** The payload of the second message of a responder that takes up the offer. */
const taken = Uint8Array.of(1);
const nothing = new Uint8Array(0);

/** One run of the handshake. */
class Handshake {
  readonly #transport: Transport;
  readonly #options: SecureTransportOptions;
  readonly #pattern: LinkPattern;
  readonly #resumption: ResumptionOptions;
  #peer: string | undefined;
  #refusal: RefusalReason = "unauthenticated";
  /** Whether both ends can go on with the connection after a cut. */
  #resumable = false;
  /** The connection that this one goes on with, if it does. */
  #resumed: ResumeTicket | undefined;

  constructor(transport: Transport, options: SecureTransportOptions, resumption: ResumptionOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#resumption = resumption;
    this.#pattern = "pinnedKeys" in options.trust ? "KK" : "XX";
    this.#peer = options.peer;
  }

  async initiate(): Promise<SecuredLink> {
    const { identity, sessionLabel = "", peer = "" } = this.#options; // checkOptions made sure of the peer
    const { offer = false, resume } = this.#resumption;
    const offered = offer ? "offered" : "none";
    const preamble = encodePreamble({
      version: handshakeVersion,
      pattern: this.#pattern,
      sessionLabel,
      initiator: identity.name,
      responder: peer,
      resumption: resume === undefined ? offered : { handle: resume.ticket.handle, attempt: resume.attempt },
    });
    this.#resumed = resume?.ticket;
    const state = this.#state(prologueOf(preamble, resume), peer);
    await this.#send({ kind: "first", preamble, noise: state.writeMessage() });
    const payload = state.readMessage((await this.#receive("noise")).noise);
    if (payload.length > 0 && (!offer || resume !== undefined || !equalBytes(payload, taken))) {
      throw new MalformedMessage("expected a handshake without such a payload");
    }
    this.#resumable = payload.length > 0;
    if (this.#pattern === "XX") {
      await this.#verify(state, peer); // before the third message gives our own key away
      await this.#send({ kind: "noise", noise: state.writeMessage() });
    }
    return this.#confirm(state, peer);
  }

  async respond(): Promise<SecuredLink> {
    const first = await this.#receive("first");
    const preamble = decodePreamble(first.preamble);
    const peer = preamble.initiator;
    this.#checkPreamble(preamble);
    this.#peer = peer;
    const found = this.#find(preamble);
    this.#resumed = found?.ticket;
    this.#resumable = preamble.resumption === "offered" && this.#resumption.offer === true;
    const state = this.#state(prologueOf(first.preamble, found), peer);
    this.#readNoise(state, first);
    await this.#send({ kind: "noise", noise: state.writeMessage(this.#resumable ? taken : nothing) });
    if (this.#pattern === "XX") {
      this.#readNoise(state, await this.#receive("noise"));
      await this.#verify(state, peer);
    }
    return this.#confirm(state, peer);
  }

  #checkPreamble(preamble: Preamble): void {
    const { identity, peer, sessionLabel = "", trust } = this.#options;
    const differs = (reason: RefusalReason, field: string): VeilshareError => {
      this.#refusal = reason;
      return this.fault("PEER_MISMATCH", `another ${field} than ours`, field);
    };
    if (preamble.version !== handshakeVersion) throw differs("version", "handshake version");
    if (preamble.pattern !== this.#pattern) throw differs("pattern", "handshake pattern");
    if (preamble.sessionLabel !== sessionLabel) throw differs("session", "session label");
    const known = !("pinnedKeys" in trust) || trust.pinnedKeys.has(preamble.initiator);
    if (
      !known ||
      preamble.initiator === identity.name ||
      (peer !== undefined && preamble.initiator !== peer)
    ) {
      throw this.fault("PEER_UNAUTHENTICATED", "a name that is not expected here");
    }
    if (preamble.responder !== identity.name) {
      throw this.fault("PEER_UNAUTHENTICATED", "a call for somebody else");
    }
  }

  /** The connection that the caller wants to go on with, if it wants to. */
  #find({ initiator, resumption }: Preamble): ReturnType<NonNullable<ResumptionOptions["find"]>> {
    if (typeof resumption === "string") return undefined;
    const found = this.#resumption.find?.(initiator, resumption);
    if (found !== undefined) return found;
    this.#refusal = "over";
    throw this.fault("PEER_RESTARTED", "a call to go on with a connection that is none of ours");
  }

  #state(prologue: Uint8Array, peer: string): HandshakeState {
    const { role, identity, trust } = this.#options;
    const pinned = "pinnedKeys" in trust ? trust.pinnedKeys.get(peer) : undefined;
    return new HandshakeState({
      pattern: handshakePatterns[this.#pattern],
      role,
      prologue,
      staticKeys: identity.keys,
      ...(pinned === undefined ? {} : { remoteStaticKey: pinned }),
    });
  }

  #readNoise(state: HandshakeState, message: { readonly noise: Uint8Array }): void {
    const payload = state.readMessage(message.noise);
    if (payload.length > 0) throw new MalformedMessage("expected a handshake without payloads");
  }

  async #verify(state: HandshakeState, name: string): Promise<void> {
    const { trust, identity } = this.#options;
    const key = state.remoteStaticKey;
    if (!("verifyPeer" in trust) || key === undefined)
      throw new VeilshareError("INTERNAL", "handshake: no key");
    const resumed = this.#resumed;
    if (resumed !== undefined) {
      if (bytesToHex(key) === resumed.publicKey) return; // its owner was accepted before
      throw this.fault("PEER_UNAUTHENTICATED", "another key than before the cut");
    }
    const own = equalBytes(key, identity.keys.publicKey);
    if (own || !(await trust.verifyPeer({ name, publicKey: bytesToHex(key) }))) {
      throw this.fault("PEER_UNAUTHENTICATED", "a key that was not accepted for its name");
    }
  }

  /** READY both ways; the responder admits in between. */
  async #confirm(state: HandshakeState, peer: string): Promise<SecuredLink> {
    const { sending, receiving, remoteStaticKey } = state.split();
    const send = (): Promise<void> =>
      this.#send({ kind: "ready", sealed: sending.encrypt(nothing, nothing) });
    const receive = async (): Promise<void> => {
      const { sealed } = await this.#receive("ready");
      if (receiving.decrypt(nothing, sealed).length > 0)
        throw new MalformedMessage("expected nothing, sealed");
    };
    if (this.#options.role === "initiator") {
      await send();
      await receive();
    } else {
      await receive();
      if (this.#resumed === undefined && this.#options.admit?.(peer) === false) {
        this.#refusal = "duplicate";
        throw this.fault("PEER_UNAUTHENTICATED", "a second connection of a party that is connected");
      }
      await send();
    }
    const publicKey = bytesToHex(remoteStaticKey ?? nothing);
    return {
      transport: new NoiseTransport(peer, this.#transport, sending, receiving),
      peer: { name: peer, publicKey },
      ticket: this.#resumable ? ticketOf(state, publicKey) : undefined,
      resumed: this.#resumed?.handle,
    };
  }

  async #send(message: HandshakeMessage): Promise<void> {
    await this.#transport.send(encodeHandshakeMessage(message));
  }

  async #receive<K extends HandshakeMessage["kind"]>(
    kind: K,
  ): Promise<Extract<HandshakeMessage, { readonly kind: K }>> {
    const bytes = await this.#transport.receive();
    if (bytes === undefined) throw this.fault("PEER_CLOSED", "a closed connection during the handshake");
    const message = decodeHandshakeMessage(bytes);
    if (message.kind === "refusal") {
      const [code, reason] = refusalFaults[message.reason];
      throw this.fault(code, `a refusal: ${reason}`);
    }
    if (message.kind !== kind) {
      throw this.fault("PEER_UNEXPECTED", `a "${message.kind}" message where "${kind}" was due`);
    }
    return message as Extract<HandshakeMessage, { readonly kind: K }>; // its kind was just compared
  }

  /** Tells the caller in one byte why it is turned away; only for faults of its own. */
  async refuse(error: VeilshareError): Promise<void> {
    if (!refusedCodes.includes(error.code)) return;
    const message = encodeHandshakeMessage({ kind: "refusal", reason: this.#refusal });
    await this.#transport.send(message).catch(() => undefined); // it may have left already
  }

  fault(code: VeilshareError["code"], got: string, field?: string): VeilshareError {
    const party = this.#peer;
    const who = party === undefined ? "an unknown caller" : `party "${party}"`;
    return new VeilshareError(code, `${step}: ${who}: got ${got}`, {
      step,
      got,
      ...(party === undefined ? {} : { party }),
      ...(field === undefined ? {} : { field }),
    });
  }

  /** Whatever went wrong, as an error that names the party and this step. */
  explain(thrown: unknown): VeilshareError {
    if (thrown instanceof MalformedMessage) return this.fault("PEER_MALFORMED", thrown.message);
    const error = toVeilshareError(thrown);
    return error.step === undefined && error.isPeerFault ? this.fault(error.code, error.message) : error;
  }
}

/** Faults of a caller's of which it is told. */
const refusedCodes: readonly string[] = ["PEER_UNAUTHENTICATED", "PEER_MISMATCH", "PEER_RESTARTED"];

/** What both ends must have alike: for one who goes on, the secret of the first handshake besides the preamble. */
function prologueOf(
  preamble: Uint8Array,
  resume: { readonly ticket: ResumeTicket; readonly sessionId: Uint8Array } | undefined,
): Uint8Array {
  if (resume === undefined) return preamble;
  return concatBytes(preamble, resume.sessionId, resume.ticket.secret);
}

function ticketOf(state: HandshakeState, publicKey: string): ResumeTicket {
  const handle = state.exportSecret(handleLabel).slice(0, handleBytes);
  return { handle, secret: state.exportSecret(secretLabel), publicKey };
}
