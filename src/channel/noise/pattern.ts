/** The handshake patterns of the Noise Protocol Framework rev 34, section 7, as data. */

/** `e`, `s`: a public key is sent. Two letters: Diffie-Hellman of the initiator's and the responder's key, in that order. */
export type Token = "e" | "s" | "ee" | "es" | "se" | "ss";

/** What is known beforehand and what is said. */
export interface HandshakePattern {
  /** Whose static key the other side knows before the handshake. */
  readonly knownStatics: readonly Role[];
  /** Messages in turn, the initiator's first. */
  readonly messages: readonly (readonly Token[])[];
}

/** The side of a handshake; the initiator speaks first. */
export type Role = "initiator" | "responder";

/** The name of a handshake pattern. */
export type PatternName = `${"N" | "X" | "K" | "I"}${"N" | "K" | "X"}`;

/**
 * The twelve fundamental interactive patterns (section 7.5). First letter: the initiator's static key is **N**ot there,
 * **K**nown beforehand, **X**mitted, or transmitted **I**mmediately; second letter: the responder's. Links between
 * parties use KK and XX; the tests replay outside vectors of NN, NK, XK, XX, KK and IK.
 */
export const handshakePatterns: Readonly<Record<PatternName, HandshakePattern>> = {
  NN: { knownStatics: [], messages: [["e"], ["e", "ee"]] },
  NK: {
    knownStatics: ["responder"],
    messages: [
      ["e", "es"],
      ["e", "ee"],
    ],
  },
  NX: { knownStatics: [], messages: [["e"], ["e", "ee", "s", "es"]] },
  XN: { knownStatics: [], messages: [["e"], ["e", "ee"], ["s", "se"]] },
  XK: {
    knownStatics: ["responder"],
    messages: [
      ["e", "es"],
      ["e", "ee"],
      ["s", "se"],
    ],
  },
  XX: { knownStatics: [], messages: [["e"], ["e", "ee", "s", "es"], ["s", "se"]] },
  KN: { knownStatics: ["initiator"], messages: [["e"], ["e", "ee", "se"]] },
  KK: {
    knownStatics: ["initiator", "responder"],
    messages: [
      ["e", "es", "ss"],
      ["e", "ee", "se"],
    ],
  },
  KX: { knownStatics: ["initiator"], messages: [["e"], ["e", "ee", "se", "s", "es"]] },
  IN: {
    knownStatics: [],
    messages: [
      ["e", "s"],
      ["e", "ee", "se"],
    ],
  },
  IK: {
    knownStatics: ["responder"],
    messages: [
      ["e", "es", "s", "ss"],
      ["e", "ee", "se"],
    ],
  },
  IX: {
    knownStatics: [],
    messages: [
      ["e", "s"],
      ["e", "ee", "se", "s", "es"],
    ],
  },
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
