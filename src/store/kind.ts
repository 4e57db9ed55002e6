/**
 * Kinds of state. A kind has a name, which says whose it is, and one of three shapes: a *cell* holds one value, a *log* a
 * list of values, a *set* ids of one length. Under a kind, state is addressed by a key: a data set, a peer, a series.
 */

import { checkArgument, checkOptions, type RulesOf } from "../checks/options.js";
import { callback, optional, rule } from "../checks/rules.js";
import { canonicalJson, type JsonValue } from "../bytes/canonical-json.js";
import { MalformedMessage } from "../bytes/codec.js";
import { utf8ToBytes } from "../bytes/encoding.js";
import { JsonRecord } from "../bytes/json-record.js";
import { isWellFormed } from "../bytes/well-formed.js";
import { invalidArgument } from "../errors.js";

/** Most bytes of a kind's name, or of a key, as UTF-8. */
export const maxNameBytes = 1024;

/** What all kinds have. */
export interface Kind {
  readonly shape: "cell" | "log" | "set";
  /** E.g. `veilshare/dp-release`. */
  readonly name: string;
}

/** How values of a kind become bytes. */
export interface ValueCodec<T> {
  readonly encode: (value: T) => Uint8Array;
  /** Throws `MalformedMessage` for bytes that are none. */
  readonly decode: (bytes: Uint8Array) => T;
}

/** One value by key; putting another replaces it. */
export interface CellKind<T> extends Kind, ValueCodec<T> {
  readonly shape: "cell";
}

/** A list of values by key. */
export interface LogKind<T> extends Kind, ValueCodec<T> {
  readonly shape: "log";
}

/** A set of ids by key. */
export interface SetKind extends Kind {
  readonly shape: "set";
  /** Bytes of each id. */
  readonly byteLength: number;
}

/** Plain data as JSON keeps it. */
export type JsonObject = Readonly<Record<string, JsonValue | undefined>>;

/** How a kind of JSON records is read and, where its values are not plain JSON already, written. */
export interface JsonCodec<T> {
  /** Reads all fields of a record; a field that it does not ask for is refused. */
  readonly read: (record: JsonRecord) => T;
  /** Default: the value as it is, which must be plain JSON then. */
  readonly write?: (value: T) => JsonObject;
}

/** A kind of cell that holds JSON records. */
export function jsonCell<T>(name: string, codec: JsonCodec<T>): CellKind<T> {
  return { shape: "cell", name: checkedName(name), ...jsonValues(name, codec) };
}

/** A kind of log that holds JSON records. */
export function jsonLog<T>(name: string, codec: JsonCodec<T>): LogKind<T> {
  return { shape: "log", name: checkedName(name), ...jsonValues(name, codec) };
}

/**
 * A kind of set, of ids of so many bytes; what is longer or guessable is hashed by who uses it.
 *
 * @param byteLength - From 8 to 64.
 */
export function idSet(name: string, byteLength: number): SetKind {
  if (!Number.isInteger(byteLength) || byteLength < 8 || byteLength > 64) {
    throw invalidArgument("idSet", "ids of 8 to 64 bytes", String(byteLength));
  }
  return { shape: "set", name: checkedName(name), byteLength };
}

const codecRules: RulesOf<JsonCodec<unknown>> = { read: callback, write: optional(callback) };

function jsonValues<T>(name: string, codec: JsonCodec<T>): ValueCodec<T> {
  checkOptions<JsonCodec<unknown>>("kind", codec as JsonCodec<unknown>, codecRules);
  const { read, write } = codec;
  const decode = (bytes: Uint8Array): T => JsonRecord.parse(new TextDecoder().decode(bytes), read);
  const encode = (value: T): Uint8Array => {
    // Without `write`, T is plain JSON; canonicalJson refuses anything else.
    const bytes = utf8ToBytes(canonicalJson(write === undefined ? (value as JsonValue) : write(value)));
    try {
      decode(bytes); // what could not be read again would spoil the store
    } catch (thrown) {
      if (!(thrown instanceof MalformedMessage)) throw thrown;
      throw invalidArgument("StateStore", `a value that "${name}" reads`, thrown.message);
    }
    return bytes;
  };
  return { encode, decode };
}

function checkedName(name: string): string {
  checkText("kind", "a name", name);
  return name;
}

const kindRule = rule(
  "a kind, as jsonCell, jsonLog or idSet makes it",
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "shape" in value &&
    "name" in value &&
    typeof value.name === "string",
);

/** Refuses what is no kind, and a kind of another shape than is written. */
export function checkKind(kind: Kind, shape?: Kind["shape"]): void {
  checkArgument("StateStore", "kind", kind, kindRule);
  if (shape === undefined || kind.shape === shape) return;
  throw invalidArgument("StateStore", `"${kind.name}" to be a ${shape}`, `a ${kind.shape}`);
}

/** Refuses names and keys that a record can't hold. */
export function checkText(caller: string, what: string, text: unknown): void {
  const expected = `${what} of 1 to ${maxNameBytes} bytes of well-formed text`;
  if (typeof text !== "string") throw invalidArgument(caller, expected, typeof text);
  const byteLength = utf8ToBytes(text).length;
  if (text === "" || byteLength > maxNameBytes)
    throw invalidArgument(caller, expected, `${byteLength} bytes`);
  if (!isWellFormed(text)) throw invalidArgument(caller, expected, "lone surrogates");
}
