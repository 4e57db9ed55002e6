/**
 * A Noise handshake with 25519, ChaChaPoly and SHA256, seen from one side: a state machine without I/O. Whoever drives
 * it carries {@link HandshakeState.writeMessage}'s bytes to the other side's {@link HandshakeState.readMessage}, in turn.
 *
 *   KK, between parties that know each other's static keys    XX, between strangers
 *     -> s                                                      -> e
 *     <- s                                                      <- e, ee, s, es
 *     ...                                                       -> s, se
 *     -> e, es, ss
 *     <- e, ee, se
 *
 * Adversary: active on the wire; reads, drops, changes, repeats and invents messages. Each pattern's guarantees, message
 * by message, are in section 7.7.
 *
 * Source: The Noise Protocol Framework, revision 34 (2018-07-11), sections 4, 5 and 7.
 */

import { concatBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import type { CipherState } from "./cipher-state.js";
import { dhBytes, KeyPair } from "./key-pair.js";
import { staticKeyNeeds, type HandshakePattern, type Role, type Token } from "./pattern.js";
import { SymmetricState } from "./symmetric-state.js";

/** Largest Noise message (section 3). */
export const maxNoiseMessageBytes = 65_535;

/** What one side brings to a handshake. */
export interface HandshakeOptions {
  /** One of `handshakePatterns`. */
  readonly pattern: HandshakePattern;
  readonly role: Role;
  /** Public bytes that both sides must have alike, or the handshake fails. Default: none. */
  readonly prologue?: Uint8Array;
  /** Own static key pair, where the pattern has one. */
  readonly staticKeys?: KeyPair;
  /** The other side's static public key, where the pattern has it known beforehand. */
  readonly remoteStaticKey?: Uint8Array;
  /** Makes the ephemeral key pair; replaced only to replay published vectors. */
  readonly generateKeys?: () => KeyPair;
}

/** What a finished handshake gives. */
export interface HandshakeResult {
  readonly sending: CipherState;
  readonly receiving: CipherState;
  /** 32 bytes, the same at both sides and at no other pair (section 11.2). */
  readonly handshakeHash: Uint8Array;
  /** The other side's static public key, where the pattern has one. */
  readonly remoteStaticKey: Uint8Array | undefined;
}

/** One side of a handshake in progress. After any failure it must be thrown away; it refuses further use. */
export class HandshakeState {
  static {
    printAsRedacted(this);
  }

  readonly #role: Role;
  readonly #pattern: HandshakePattern;
  readonly #symmetric: SymmetricState;
  readonly #generateKeys: () => KeyPair;
  readonly #static: KeyPair | undefined;
  #ephemeral: KeyPair | undefined;
  #remoteStatic: Uint8Array | undefined;
  #remoteEphemeral: Uint8Array | undefined;
  #nextMessage = 0;
  #broken = false;

  /** @throws VeilshareError INVALID_ARGUMENT when a key that the pattern needs is missing, or one it has no use for is given. */
  constructor(options: HandshakeOptions) {
    this.#role = options.role;
    this.#pattern = options.pattern;
    checkStaticKeys(options, this.#pattern);
    this.#static = options.staticKeys;
    this.#remoteStatic = options.remoteStaticKey?.slice();
    this.#generateKeys = options.generateKeys ?? (() => KeyPair.generate());
    this.#symmetric = new SymmetricState(`Noise_${options.pattern.name}_25519_ChaChaPoly_SHA256`);
    this.#symmetric.mixHash(options.prologue ?? new Uint8Array(0));
    for (const owner of ["initiator", "responder"] as const) {
      if (!this.#pattern.knownStatics.includes(owner)) continue;
      const key = owner === this.#role ? this.#static?.publicKey : this.#remoteStatic;
      this.#symmetric.mixHash(present(key));
    }
  }

  /** True once all messages of the pattern have passed. */
  get finished(): boolean {
    return this.#nextMessage === this.#pattern.messages.length;
  }

  /** True when this side speaks next. */
  get ownTurn(): boolean {
    return !this.finished && (this.#nextMessage % 2 === 0) === (this.#role === "initiator");
  }

  /** A copy of the other side's static public key, once it is known and proven by the message that was read last. */
  get remoteStaticKey(): Uint8Array | undefined {
    return this.#remoteStatic?.slice();
  }

  /**
   * The next message of this side, with a payload that is as secret as the pattern makes it at this point.
   *
   * @throws VeilshareError INVALID_ARGUMENT out of turn or when the message would be longer than 65,535 bytes.
   */
  writeMessage(payload: Uint8Array = new Uint8Array(0)): Uint8Array {
    const tokens = this.#begin(true, "writeMessage");
    const parts: Uint8Array[] = [];
    for (const token of tokens) {
      if (token === "e") {
        this.#ephemeral = this.#generateKeys();
        parts.push(this.#ephemeral.publicKey);
        this.#symmetric.mixHash(this.#ephemeral.publicKey);
      } else if (token === "s") {
        parts.push(this.#symmetric.encryptAndHash(present(this.#static).publicKey));
      } else {
        this.#mixAgreement(token);
      }
    }
    parts.push(this.#symmetric.encryptAndHash(payload));
    const message = concatBytes(...parts);
    if (message.length > maxNoiseMessageBytes) {
      throw invalidArgument("writeMessage", "a message of at most 65535 bytes", `${message.length} bytes`);
    }
    this.#end();
    return message;
  }

  /**
   * The payload of the other side's next message.
   *
   * @throws VeilshareError PEER_UNAUTHENTICATED when the message is short, was made or changed by somebody without the
   * keys, belongs to another handshake or prologue, or holds a key of small order. INVALID_ARGUMENT out of turn.
   */
  readMessage(message: Uint8Array): Uint8Array {
    const tokens = this.#begin(false, "readMessage");
    let rest = message;
    const take = (byteLength: number): Uint8Array => {
      if (rest.length < byteLength || message.length > maxNoiseMessageBytes) {
        const text = `a handshake message of ${message.length} bytes is too short or too long`;
        throw new VeilshareError("PEER_UNAUTHENTICATED", text);
      }
      const taken = rest.slice(0, byteLength);
      rest = rest.subarray(byteLength);
      return taken;
    };
    for (const token of tokens) {
      if (token === "e") {
        this.#remoteEphemeral = take(dhBytes);
        this.#symmetric.mixHash(this.#remoteEphemeral);
      } else if (token === "s") {
        const sealed = take(dhBytes + this.#symmetric.overheadBytes);
        this.#remoteStatic = this.#symmetric.decryptAndHash(sealed);
      } else {
        this.#mixAgreement(token);
      }
    }
    const payload = this.#symmetric.decryptAndHash(take(rest.length));
    this.#end();
    return payload;
  }

  /**
   * The keys for everything after the handshake.
   *
   * @throws VeilshareError INVALID_ARGUMENT before the last message has passed.
   */
  split(): HandshakeResult {
    if (!this.finished || this.#broken) {
      throw invalidArgument("split", "a finished handshake", "one that is not");
    }
    const { initiatorToResponder, responderToInitiator } = this.#symmetric.split();
    const initiator = this.#role === "initiator";
    return {
      sending: initiator ? initiatorToResponder : responderToInitiator,
      receiving: initiator ? responderToInitiator : initiatorToResponder,
      handshakeHash: this.#symmetric.handshakeHash,
      remoteStaticKey: this.#remoteStatic?.slice(),
    };
  }

  /**
   * 32 secret bytes that both sides and nobody else have after the handshake, for a purpose named by a label that is not empty.
   *
   * @throws VeilshareError INVALID_ARGUMENT before the last message has passed.
   */
  exportSecret(label: string): Uint8Array {
    if (!this.finished || this.#broken || label === "") {
      throw invalidArgument("exportSecret", "a finished handshake and a label", "one that is not, or none");
    }
    return this.#symmetric.exportSecret(label);
  }

  /** The tokens of the message that is due; until {@link HandshakeState.#end} the handshake counts as broken. */
  #begin(own: boolean, caller: string): readonly Token[] {
    const tokens = this.#pattern.messages[this.#nextMessage];
    if (tokens === undefined || this.ownTurn !== own || this.#broken) {
      throw invalidArgument(caller, "a handshake at this side's turn", "another state");
    }
    this.#broken = true;
    return tokens;
  }

  #end(): void {
    this.#broken = false;
    this.#nextMessage += 1;
  }

  /** Section 5.3: the first letter is the initiator's key, the second the responder's. */
  #mixAgreement(token: Exclude<Token, "e" | "s">): void {
    const [initiators, responders] = token as unknown as readonly [string, string]; // a two-letter string
    const own = this.#role === "initiator" ? initiators : responders;
    const remote = this.#role === "initiator" ? responders : initiators;
    const ownKeys = present(own === "e" ? this.#ephemeral : this.#static);
    const remoteKey = present(remote === "e" ? this.#remoteEphemeral : this.#remoteStatic);
    this.#symmetric.mixKey(ownKeys.agree(remoteKey));
  }
}

function checkStaticKeys(options: HandshakeOptions, pattern: HandshakePattern): void {
  const needs = staticKeyNeeds(pattern, options.role);
  const { staticKeys, remoteStaticKey } = options;
  const say = (needed: boolean, what: string): string =>
    `${needed ? "" : "no "}${what} for ${options.pattern.name}`;
  if (needs.own !== (staticKeys !== undefined)) {
    throw invalidArgument("HandshakeState", say(needs.own, "own static key"), needs.own ? "none" : "one");
  }
  if (needs.remote !== (remoteStaticKey !== undefined)) {
    const got = needs.remote ? "none" : "one";
    throw invalidArgument("HandshakeState", say(needs.remote, "remote static key"), got);
  }
  if (remoteStaticKey !== undefined && remoteStaticKey.length !== dhBytes) {
    throw invalidArgument("HandshakeState", "a public key of 32 bytes", `${remoteStaticKey.length} bytes`);
  }
}

/** A key whose presence the pattern guarantees at this point. */
function present<T>(key: T | undefined): T {
  if (key === undefined) throw new VeilshareError("INTERNAL", "HandshakeState: the pattern lacks a key");
  return key;
}
