/** The handshake patterns of the Noise Protocol Framework rev 34, section 7, as data. */

/** `e`, `s`: a public key is sent. Two letters: Diffie-Hellman of the initiator's and the responder's key, in that order. */
export type Token = "e" | "s" | "ee" | "es" | "se" | "ss";

/** What is known beforehand and what is said. */
export interface HandshakePattern {
  /** As it stands in the protocol's name, e.g. `KK`. */
  readonly name: string;
  /** Whose static key the other side knows before the handshake. */
  readonly knownStatics: readonly Role[];
  /** Messages in turn, the initiator's first. */
  readonly messages: readonly (readonly Token[])[];
}

/** The side of a handshake; the initiator speaks first. */
export type Role = "initiator" | "responder";

/** The name of a handshake pattern that links use. */
export type PatternName = "KK" | "XX";

/** The two fundamental patterns (section 7.5) of links: between parties that know each other's keys, and between strangers. */
export const handshakePatterns: Readonly<Record<PatternName, HandshakePattern>> = {
  KK: {
    name: "KK",
    knownStatics: ["initiator", "responder"],
    messages: [
      ["e", "es", "ss"],
      ["e", "ee", "se"],
    ],
  },
  XX: { name: "XX", knownStatics: [], messages: [["e"], ["e", "ee", "s", "es"], ["s", "se"]] },
};

/** Which static keys one side must bring. */
export interface StaticKeyNeeds {
  /** The own key pair. */
  readonly own: boolean;
  /** The other side's public key. */
  readonly remote: boolean;
}

/** Which static keys `role` must bring to a handshake of this pattern. */
export function staticKeyNeeds(pattern: HandshakePattern, role: Role): StaticKeyNeeds {
  const other: Role = role === "initiator" ? "responder" : "initiator";
  const sendsStatic = pattern.messages.some(
    (tokens, i) => tokens.includes("s") && (i % 2 === 0) === (role === "initiator"),
  );
  return {
    own: sendsStatic || pattern.knownStatics.includes(role),
    remote: pattern.knownStatics.includes(other),
  };
}
