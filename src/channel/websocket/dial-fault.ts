/** Why a party could not be dialled: what another attempt may cure, and what only somebody's change of a setting can. */

import { VeilshareError } from "../../errors.js";

const step = "channel/connect";

/** System and TLS faults that stay until somebody changes something, and what that is. */
const finalCauses: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name in the address does not resolve: compare it with the parties file",
  CERT_HAS_EXPIRED: "the certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "give the certificate's authority as certificateAuthorities",
  SELF_SIGNED_CERT_IN_CHAIN: "give the certificate's authority as certificateAuthorities",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "give the certificate's authority as certificateAuthorities",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another name than the address",
  EPROTO: "it does not speak TLS there: compare ws: and wss: in the address",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS there: compare ws: and wss: in the address",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak TLS there: compare ws: and wss: in the address",
};

/** Codes of faults that may pass: nobody listens yet, or who listened left, or was somebody else. */
const passing: readonly string[] = ["CONNECTION_FAILED", "PEER_CLOSED", "PEER_TIMEOUT"];

function causeCode(thrown: unknown): string {
  const cause: unknown = thrown instanceof VeilshareError ? thrown.cause : undefined;
  const code: unknown = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "";
}

/** True for what waiting does not cure. */
export function isFinal(thrown: unknown): boolean {
  if (!(thrown instanceof VeilshareError)) return true;
  // A party that was started anew, while the others have not noticed, is turned away until they have.
  if (thrown.code === "PEER_UNAUTHENTICATED" && thrown.got?.includes("already connected") === true)
    return false;
  return !passing.includes(thrown.code) || Object.hasOwn(finalCauses, causeCode(thrown));
}

/** A failed attempt, as an error that names the party and says what to compare. */
export class DialFault {
  readonly #party: string;
  readonly #address: string;
  readonly #cause: unknown;

  constructor(party: string, address: string, cause: unknown) {
    this.#party = party;
    this.#address = address;
    this.#cause = cause;
  }

  /** For a fault that waiting does not cure. */
  get error(): unknown {
    const hint = finalCauses[causeCode(this.#cause)];
    if (hint === undefined) return this.#cause;
    return this.#make(`${this.#why}; ${hint}`, hint);
  }

  /** For the end of the time. */
  lateError(timeoutMs: number): VeilshareError {
    const hint = `does ${this.#address} answer, and is the party started?`;
    return this.#make(`could not be reached within ${timeoutMs} ms: ${this.#why}`, hint);
  }

  get #why(): string {
    return this.#cause instanceof Error ? this.#cause.message : "no connection";
  }

  #make(what: string, hint: string): VeilshareError {
    const party = this.#party;
    const text = `${step}: party "${party}" ${what}`;
    return new VeilshareError("CONNECTION_FAILED", text, { party, step, hint, cause: this.#cause });
  }
}
