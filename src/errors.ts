/**
 * The one error class of the package. Every failure that a caller may want to handle carries a stable `code`;
 * faults of the caller and faults of another party never share one. A message says what was expected and what
 * arrived as a type or a length: never a secret, never a value of a private input.
 */

/** Faults of the code or data on this machine. */
const callerCodes = [
  /** An argument has the wrong type, length or range. */
  "INVALID_ARGUMENT",
  /** A number does not fit the encoding it is meant for (fixed point, ring, field). */
  "VALUE_OUT_OF_RANGE",
  /** Declared bounds are too large for the ring; nothing was run. */
  "BOUND_EXCEEDED",
  /** A privacy budget does not cover the release; nothing was run. */
  "BUDGET_SPENT",
  /** A result would say too much about too few; it was not opened. */
  "DISCLOSURE_REFUSED",
  /** A file of input data is not as it must be; `file`, `line` and `column` say where. */
  "INVALID_DATA",
  /** A parties file, a key file or a connection setting is not usable. */
  "INVALID_CONFIG",
  /** Another owner of the state store has begun; what was asked for was not recorded, and must not be done. */
  "STORE_FENCED",
  /** The state store could not write: a full disk, a read-only folder. What was asked for must not be done. */
  "STORE_WRITE_FAILED",
  /** The own state store is older than what another party has seen of it, as after a restored backup. */
  "STORE_ROLLED_BACK",
  /** The platform lacks what the call needs. */
  "UNSUPPORTED",
  /** The caller's AbortSignal fired. */
  "ABORTED",
  /** The object was closed before or during the call. */
  "CLOSED",
  /** A worker thread died or threw something unexpected. */
  "WORKER_FAILED",
  /** The protocol's own code threw an error that is not of this package; `cause` has it. */
  "PROTOCOL_FAILED",
  /** A fault of this package. */
  "INTERNAL",
] as const;

/** Faults of another party or of the way to it; `party` names it. */
const peerCodes = [
  /** No connection could be made. */
  "CONNECTION_FAILED",
  /** The party closed its connection, or died. */
  "PEER_CLOSED",
  /** The party was silent, or did not take its step, within the time limit. */
  "PEER_TIMEOUT",
  /** The party's process was started anew: it is not in the session any more, and the session can't go on. */
  "PEER_RESTARTED",
  /** A party (`accuser`) said that it stopped the run, and perhaps because of whom (`accused`): a claim, not a proof. */
  "PEER_ABORTED",
  /** The party does not hold the key that is pinned for its name, or a ciphertext was tampered with. */
  "PEER_UNAUTHENTICATED",
  /** The party runs another protocol, version or session, or has other parameters. */
  "PEER_MISMATCH",
  /** A message is not decodable: length, encoding, point, proof. */
  "PEER_MALFORMED",
  /** A message is well formed but not the one this step awaits: order, repetition, count. */
  "PEER_UNEXPECTED",
  /** The party sent more than the stated maximum. */
  "PEER_FLOODED",
  /** Fewer parties are left than the protocol needs; nothing was revealed. Names no single party. */
  "PEERS_LOST",
] as const;

/** Every code an error of this package can have. */
export type ErrorCode = (typeof callerCodes)[number] | (typeof peerCodes)[number];

/** The codes that mean: another party, or the way to it, is at fault. */
export type PeerErrorCode = (typeof peerCodes)[number];

/** What an error knows besides its message; all fields are safe to log. */
export interface ErrorDetails {
  /** The name of the party at fault, or whose data it is. */
  readonly party?: string;
  /** The protocol step, e.g. `psi/blinded`. */
  readonly step?: string;
  /** The field of the message, option or record. */
  readonly field?: string;
  readonly expected?: string;
  /** A type, length or public value; never a secret. */
  readonly got?: string;
  /** Who stopped the run, in PEER_ABORTED. */
  readonly accuser?: string;
  /** Whom the accuser blames; a claim of the accuser's. */
  readonly accused?: string;
  /** What to compare or change. */
  readonly hint?: string;
  readonly file?: string;
  /** Line in the file, from 1. */
  readonly line?: number;
  /** Column name in the file, or its number from 1 as text. */
  readonly column?: string;
  readonly cause?: unknown;
}

/** An error in a form that structured clone and JSON keep whole. */
export interface PlainError extends Omit<ErrorDetails, "cause"> {
  readonly code: ErrorCode;
  readonly message: string;
}

const detailFields = [
  "party",
  "step",
  "field",
  "expected",
  "got",
  "accuser",
  "accused",
  "hint",
  "file",
  "line",
  "column",
] as const;
const knownCodes: ReadonlySet<string> = new Set([...callerCodes, ...peerCodes]);
const knownPeerCodes: ReadonlySet<string> = new Set(peerCodes);

/** The error that every function of this package throws or rejects with. */
export class VeilshareError extends Error implements Omit<ErrorDetails, "cause"> {
  override readonly name = "VeilshareError";
  readonly code: ErrorCode;
  declare readonly party?: string;
  declare readonly step?: string;
  declare readonly field?: string;
  declare readonly expected?: string;
  declare readonly got?: string;
  declare readonly accuser?: string;
  declare readonly accused?: string;
  declare readonly hint?: string;
  declare readonly file?: string;
  declare readonly line?: number;
  declare readonly column?: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    for (const field of detailFields) {
      const value = details[field];
      if (value !== undefined) Object.defineProperty(this, field, { value, enumerable: true });
    }
  }

  /** True when another party, or the way to it, is at fault. */
  get isPeerFault(): boolean {
    return knownPeerCodes.has(this.code);
  }

  /** The error as a plain object, for a thread boundary, a log or `--json`. */
  toJSON(): PlainError {
    const plain: Record<string, unknown> = { code: this.code, message: this.message };
    for (const field of detailFields) if (this[field] !== undefined) plain[field] = this[field];
    return plain as unknown as PlainError; // built from exactly the fields of PlainError
  }
}

/** All codes, faults of the caller's side first. */
export const errorCodes: readonly ErrorCode[] = [...callerCodes, ...peerCodes];

/** True for a string that is one of the codes. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && knownCodes.has(value);
}

/** The error that a plain object describes; anything else becomes an INTERNAL error. */
export function errorFromPlain(plain: unknown): VeilshareError {
  if (typeof plain === "object" && plain !== null && "code" in plain && isErrorCode(plain.code)) {
    const { code, message, ...details } = plain as PlainError; // fields are re-read one by one by the constructor
    return new VeilshareError(code, message, details);
  }
  return new VeilshareError("INTERNAL", "an error of an unknown kind crossed a thread boundary");
}

/** Anything thrown, as an error of this package; what is one already is returned as it is. */
export function toVeilshareError(thrown: unknown): VeilshareError {
  if (thrown instanceof VeilshareError) return thrown;
  const message = thrown instanceof Error ? thrown.message : "a value that is not an Error was thrown";
  return new VeilshareError("INTERNAL", message, { cause: thrown });
}

/** An INVALID_ARGUMENT error in the package's one sentence form. */
export function invalidArgument(caller: string, expected: string, got: string): VeilshareError {
  return new VeilshareError("INVALID_ARGUMENT", `${caller}: expected ${expected}, got ${got}`, {
    expected,
    got,
  });
}

/** What another party did otherwise than it should have, and where. */
export interface PeerFaultDetails {
  /** The party's name. */
  readonly party: string;
  /** The whole step, e.g. `psi/sizes`. */
  readonly step: string;
  readonly field?: string;
  readonly expected: string;
  /** A type, a length or a public value. */
  readonly got: string;
  readonly cause?: unknown;
}

/** The error for a party that did something else than it should have, in the package's one sentence form. */
export function peerFault(code: PeerErrorCode, details: PeerFaultDetails): VeilshareError {
  const { step, party, field, expected, got } = details;
  const where = field === undefined ? "" : `, ${field}`;
  return new VeilshareError(
    code,
    `${step}: party "${party}"${where}: expected ${expected}, got ${got}`,
    details,
  );
}

/**
 * Text of another party, fit to stand in a message: short, and without control, format and bidirectional characters, which
 * could hide or feign something where it is read.
 */
export function printable(text: string): string {
  const escape = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
  return text.slice(0, 80).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escape);
}
