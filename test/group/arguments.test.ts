import { expect, it } from "vitest";
import {
  createGroup,
  decodeCheck,
  firstInvalidElement,
  multiply,
  multiplyEach,
  randomScalar,
} from "../../dist/group/index.js";

const none = new Uint8Array(0);

/** Entries with an unknown option, a wrong kind, and no plain object. */
const mistakes: readonly (readonly [string, () => unknown, string])[] = [
  ["createGroup", () => createGroup({ backends: "auto" } as never), "backends"],
  ["createGroup", () => createGroup({ backend: 1 } as never), "backend"],
  ["createGroup", () => createGroup({ backend: null } as never), "backend"],
  ["createGroup", () => createGroup("kernel" as never), "options"],
  ["multiply", () => multiply(none, randomScalar(), { identities: "allow" } as never), "identities"],
  ["multiply", () => multiply(none, randomScalar(), { identity: true } as never), "identity"],
  ["multiplyEach", () => multiplyEach(none, none, { identities: "allow" } as never), "identities"],
  ["multiplyEach", () => multiplyEach(none, none, { identity: null } as never), "identity"],
  ["firstInvalidElement", () => firstInvalidElement(none, { Identity: "allow" } as never), "Identity"],
  ["firstInvalidElement", () => firstInvalidElement(none, "allow" as never), "options"],
  [
    "decodeCheck",
    () => {
      decodeCheck(none, { Identity: "allow" } as never);
    },
    "Identity",
  ],
  [
    "decodeCheck",
    () => {
      decodeCheck(none, { identity: "no" } as never);
    },
    "identity",
  ],
];

it.each(mistakes)("%s refuses a mistake of case %# by name", async (caller, call, field) => {
  const error = await Promise.resolve()
    .then(call)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field });
  expect((error as Error).message.startsWith(`${caller}: `)).toBe(true);
});
