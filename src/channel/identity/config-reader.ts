/** Strict reading of the two small JSON files: unknown fields, wrong types and odd values are refused by name. */

import { VeilshareError } from "../../errors.js";
import { jsonFault } from "../../table/json-fault.js";
import { isPartyName, nameRule } from "../names.js";

/** A value inside a file, and how to name it in an error. */
export class ConfigReader {
  readonly #value: unknown;
  readonly #file: string;
  readonly #path: string;

  private constructor(value: unknown, file: string, path: string) {
    this.#value = value;
    this.#file = file;
    this.#path = path;
  }

  /** @throws VeilshareError INVALID_CONFIG when the text is not JSON. */
  static parse(text: string, file: string): ConfigReader {
    // Editors of Windows put a byte order mark before it.
    const json = text.startsWith("\ufeff") ? text.slice(1) : text;
    try {
      return new ConfigReader(JSON.parse(json), file, "");
    } catch {
      // The parser's own message may quote the text, and with it a secret key.
      const { line, character, got } = jsonFault(json);
      const message = `${file}:${line}:${character}: expected JSON, got ${got}`;
      throw new VeilshareError("INVALID_CONFIG", message, { file, line, got });
    }
  }

  /** The value as an object that has no other fields than these. */
  object(allowed: readonly string[]): ConfigObject {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.#fault("a JSON object", kindOf(value));
    }
    return new ConfigObject(value as Readonly<Record<string, unknown>>, allowed, this.#file, this.#path);
  }

  /** The items of the value, which must be an array. */
  array(): ConfigReader[] {
    if (!Array.isArray(this.#value)) throw this.#fault("a JSON array", kindOf(this.#value));
    return this.#value.map((item, i) => new ConfigReader(item, this.#file, `${this.#path}[${i}]`));
  }

  /** The reader of a member, for {@link ConfigObject}. */
  static member(value: unknown, file: string, path: string): ConfigReader {
    return new ConfigReader(value, file, path);
  }

  #fault(expected: string, got: string): VeilshareError {
    return configFault(this.#file, this.#path === "" ? "the whole file" : this.#path, expected, got);
  }
}

/** An object inside a file. */
export class ConfigObject {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #allowed: readonly string[];
  readonly #file: string;
  readonly #path: string;

  constructor(
    members: Readonly<Record<string, unknown>>,
    allowed: readonly string[],
    file: string,
    path: string,
  ) {
    this.#members = members;
    this.#allowed = allowed;
    this.#file = file;
    this.#path = path;
  }

  has(field: string): boolean {
    return Object.hasOwn(this.#members, field);
  }

  member(field: string): ConfigReader {
    return ConfigReader.member(this.#get(field), this.#file, this.path(field));
  }

  /** The path of a field from the top of the file, e.g. `parties[1].name`. */
  path(field: string): string {
    return this.#path === "" ? field : `${this.#path}.${field}`;
  }

  /** A party's name. */
  name(field: string): string {
    const value = this.#get(field);
    if (!isPartyName(value)) throw this.fault(field, nameRule, kindOf(value));
    return value;
  }

  /** A 32-byte key as lower-case hexadecimal text. */
  hexKey(field: string): string {
    const value = this.#get(field);
    if (typeof value !== "string" || !isHexKey(value)) {
      throw this.fault(field, "64 hexadecimal digits", kindOf(value));
    }
    return value.toLowerCase();
  }

  /** A date or time of ISO 8601, as it is written. */
  time(field: string): string {
    const value = this.#get(field);
    const isTime =
      typeof value === "string" &&
      /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(\.\d+)?Z)?$/.test(value) &&
      !Number.isNaN(Date.parse(value));
    if (!isTime)
      throw this.fault(field, "a date or time such as 2026-01-31 or 2026-01-31T12:00:00Z", kindOf(value));
    return value;
  }

  /** A number that must be this one. */
  constant(field: string, expected: number): void {
    const value = this.#get(field);
    if (value !== expected) throw this.fault(field, String(expected), kindOf(value));
  }

  /** A `ws:` or `wss:` address without credentials, query or fragment. */
  address(field: string): string {
    const value = this.#get(field);
    if (typeof value !== "string" || !isAddress(value)) {
      throw this.fault(field, "ws://host:port or wss://host:port", kindOf(value));
    }
    return value;
  }

  /** Refuses fields that the file has no use for. */
  end(): void {
    for (const field of Object.keys(this.#members)) {
      if (this.#allowed.includes(field)) continue;
      const known = this.#allowed.map((name) => `"${name}"`).join(", ");
      throw this.fault(JSON.stringify(field.slice(0, 64)), `only the fields ${known}`, "another");
    }
  }

  fault(field: string, expected: string, got: string): VeilshareError {
    return configFault(this.#file, this.path(field), expected, got);
  }

  #get(field: string): unknown {
    return this.has(field) ? this.#members[field] : undefined;
  }
}

/** Whether a text is a key of 32 bytes, in hexadecimal digits. */
export function isHexKey(text: string): boolean {
  return /^[0-9a-fA-F]{64}$/.test(text);
}

/** True for the address of a party. */
export function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const plain = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  return (url.protocol === "ws:" || url.protocol === "wss:") && url.hostname !== "" && plain;
}

function configFault(file: string, field: string, expected: string, got: string): VeilshareError {
  const message = `${file}: ${field}: expected ${expected}, got ${got}`;
  return new VeilshareError("INVALID_CONFIG", message, { file, field, expected, got });
}

/** The kind of a value, which is all that an error says of it. */
function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return `a text of ${value.length} characters`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
