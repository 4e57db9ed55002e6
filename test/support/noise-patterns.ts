/** The twelve fundamental patterns of the Noise Protocol Framework (rev 34, section 7.5): links use two, vectors replay six. */

import { handshakePatterns, type HandshakePattern } from "../../dist/channel/noise/index.js";

/** Initiator's letter, responder's letter: **N**ot there, **K**nown, **X**mitted, transmitted **I**mmediately. */
export type FundamentalName = `${"N" | "X" | "K" | "I"}${"N" | "K" | "X"}`;

const others: Readonly<Record<Exclude<FundamentalName, "KK" | "XX">, Omit<HandshakePattern, "name">>> = {
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
  KN: { knownStatics: ["initiator"], messages: [["e"], ["e", "ee", "se"]] },
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

/** All twelve by name; KK and XX are the package's own. */
export const fundamentalPatterns: Readonly<Record<FundamentalName, HandshakePattern>> = {
  ...handshakePatterns,
  ...(Object.fromEntries(
    Object.entries(others).map(([name, pattern]) => [name, { name, ...pattern }]),
  ) as Record<keyof typeof others, HandshakePattern>), // the same keys
};
