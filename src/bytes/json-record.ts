/**
 * The strict reader of stored JSON records: every field is asked for by name and type, and what nobody asked for is
 * refused. It throws {@link MalformedMessage}; who reads names the file or the party.
 */

import { MalformedMessage } from "./codec.js";

/** Bounds of a number, both ends included. */
export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
}

/** One JSON object, read field by field. */
export class JsonRecord {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #unread: Set<string>;

  private constructor(value: unknown, what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new MalformedMessage(`${what}: expected an object, got ${typeOf(value)}`);
    }
    this.#fields = new Map(Object.entries(value));
    this.#unread = new Set(this.#fields.keys());
  }

  /**
   * What `read` makes of a JSON text, all of whose fields it must have read.
   *
   * @throws MalformedMessage for text that is no JSON object, a field of another type or range, and fields left over.
   */
  static parse<T>(text: string, read: (record: JsonRecord) => T): T {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new MalformedMessage("expected JSON text, got another text");
    }
    return JsonRecord.#whole(value, "record", read);
  }

  static #whole<T>(value: unknown, what: string, read: (record: JsonRecord) => T): T {
    const record = new JsonRecord(value, what);
    const result = read(record);
    const [stranger] = record.#unread;
    if (stranger !== undefined) throw new MalformedMessage(`${what}: expected no field "${stranger}"`);
    return result;
  }

  /** True when the field is there. */
  has(field: string): boolean {
    return this.#fields.has(field);
  }

  /** Names of all fields, for a record that is a map. */
  names(): string[] {
    return [...this.#fields.keys()];
  }

  text(field: string): string {
    const value = this.#take(field);
    if (typeof value !== "string") throw unfit(field, "text", value);
    return value;
  }

  boolean(field: string): boolean {
    const value = this.#take(field);
    if (typeof value !== "boolean") throw unfit(field, "true or false", value);
    return value;
  }

  /** A finite number. */
  number(field: string, { min = -Infinity, max = Infinity }: NumberRange = {}): number {
    const value = this.#take(field);
    if (typeof value !== "number" || !Number.isFinite(value)) throw unfit(field, "a finite number", value);
    if (value < min || value > max) throw unfit(field, `a number from ${min} to ${max}`, value);
    return value;
  }

  /** An integer that a double holds exactly; from 0 unless said otherwise. */
  integer(field: string, { min = 0, max = Number.MAX_SAFE_INTEGER }: NumberRange = {}): number {
    const value = this.number(field, { min, max });
    if (!Number.isSafeInteger(value)) throw unfit(field, "an integer", value);
    return value;
  }

  /** An integer of any size from 0, which JSON holds as decimal text. */
  bigint(field: string): bigint {
    const value = this.text(field);
    if (!/^(0|[1-9]\d{0,99})$/.test(value)) throw new MalformedMessage(`${field}: expected decimal digits`);
    return BigInt(value);
  }

  /** A list of texts. */
  texts(field: string): string[] {
    const list = this.#list(field);
    const texts = list.filter((item): item is string => typeof item === "string");
    if (texts.length !== list.length) throw new MalformedMessage(`${field}: expected texts only`);
    return texts;
  }

  /** A list of texts that are all different. */
  distinctTexts(field: string): string[] {
    const texts = this.texts(field);
    if (new Set(texts).size !== texts.length) throw new MalformedMessage(`${field}: expected each text once`);
    return texts;
  }

  /** A list of finite numbers. */
  numbers(field: string): number[] {
    const list = this.#list(field);
    const numbers = list.filter((item): item is number => Number.isFinite(item));
    if (numbers.length !== list.length) throw new MalformedMessage(`${field}: expected finite numbers only`);
    return numbers;
  }

  /** A record within the record. */
  record<T>(field: string, read: (record: JsonRecord) => T): T {
    return JsonRecord.#whole(this.#take(field), field, read);
  }

  /** A list of records. */
  records<T>(field: string, read: (record: JsonRecord) => T): T[] {
    return this.#list(field).map((item, i) => JsonRecord.#whole(item, `${field}[${i}]`, read));
  }

  #list(field: string): unknown[] {
    const value = this.#take(field);
    if (!Array.isArray(value)) throw unfit(field, "a list", value);
    return value as unknown[]; // what it holds is checked by the caller
  }

  #take(field: string): unknown {
    if (!this.#fields.has(field)) throw new MalformedMessage(`${field}: expected the field, got none`);
    this.#unread.delete(field);
    return this.#fields.get(field);
  }
}

function unfit(field: string, expected: string, value: unknown): MalformedMessage {
  return new MalformedMessage(`${field}: expected ${expected}, got ${typeOf(value)}`);
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}
