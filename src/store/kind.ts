/**
 * Kinds of state. A kind has a name, which says whose it is, and one of three shapes: a *cell* holds one value, a *log* a
 * list of values, a *set* ids of one length. Under a kind, state is addressed by a key: a data set, a peer, a series.
 */

import { canonicalJson, type JsonValue } from "../bytes/canonical-json.js";
import { utf8ToBytes } from "../bytes/encoding.js";
import { JsonRecord } from "../bytes/json-record.js";
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
  return { shape: "cell", name: checkedName(name), ...jsonValues(codec) };
}

/** A kind of log that holds JSON records. */
export function jsonLog<T>(name: string, codec: JsonCodec<T>): LogKind<T> {
  return { shape: "log", name: checkedName(name), ...jsonValues(codec) };
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

function jsonValues<T>({ read, write }: JsonCodec<T>): ValueCodec<T> {
  return {
    // Without `write`, T is plain JSON; canonicalJson refuses anything else.
    encode: (value) => utf8ToBytes(canonicalJson(write === undefined ? (value as JsonValue) : write(value))),
    decode: (bytes) => JsonRecord.parse(new TextDecoder().decode(bytes), read),
  };
}

function checkedName(name: string): string {
  checkText("kind", "a name", name);
  return name;
}

/** Refuses names and keys that a record can't hold. */
export function checkText(caller: string, what: string, text: unknown): void {
  const expected = `${what} of 1 to ${maxNameBytes} bytes of well-formed text`;
  if (typeof text !== "string") throw invalidArgument(caller, expected, typeof text);
  const byteLength = utf8ToBytes(text).length;
  if (text === "" || byteLength > maxNameBytes)
    throw invalidArgument(caller, expected, `${byteLength} bytes`);
  if (/[\uD800-\uDFFF]/u.test(text)) throw invalidArgument(caller, expected, "lone surrogates");
}
