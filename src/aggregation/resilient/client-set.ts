/** A subset of the clients of a sum, as one bit a client: who is still there, who is in the total. */

import { MalformedMessage } from "../../bytes/codec.js";
import { invalidArgument } from "../../errors.js";

/** Bytes of an encoded set. */
export function clientSetBytes(clients: number): number {
  return Math.ceil(clients / 8);
}

/** A set of client indices from 0 to `clients` - 1. */
export class ClientSet {
  /** How many clients there are at all. */
  readonly clients: number;
  readonly #bits: Uint8Array;
  #size = 0;

  constructor(clients: number, members: Iterable<number> = []) {
    this.clients = clients;
    this.#bits = new Uint8Array(clientSetBytes(clients));
    for (const member of members) this.add(member);
  }

  /**
   * The set of an encoding: bit i % 8 of byte i / 8 stands for client i.
   *
   * @throws MalformedMessage for another length or a bit beyond the last client.
   */
  static fromBytes(bytes: Uint8Array, clients: number): ClientSet {
    if (bytes.length !== clientSetBytes(clients)) {
      throw new MalformedMessage(`expected a set of ${clientSetBytes(clients)} bytes, got ${bytes.length}`);
    }
    const set = new ClientSet(clients);
    for (let i = 0; i < 8 * bytes.length; i++) {
      if ((((bytes[i >> 3] as number) >> (i & 7)) & 1) === 0) continue; // i >> 3 is below the length
      if (i >= clients) throw new MalformedMessage(`expected clients below ${clients}, got ${i}`);
      set.add(i);
    }
    return set;
  }

  get size(): number {
    return this.#size;
  }

  has(client: number): boolean {
    return (((this.#bits[client >> 3] ?? 0) >> (client & 7)) & 1) === 1;
  }

  add(client: number): void {
    if (!Number.isInteger(client) || client < 0 || client >= this.clients) {
      throw invalidArgument("ClientSet", `a client from 0 to ${this.clients - 1}`, String(client));
    }
    if (this.has(client)) return;
    this.#bits[client >> 3] = (this.#bits[client >> 3] ?? 0) | (1 << (client & 7));
    this.#size += 1;
  }

  /** All members, ascending. */
  members(): number[] {
    const members: number[] = [];
    for (let i = 0; i < this.clients; i++) if (this.has(i)) members.push(i);
    return members;
  }

  isSubsetOf(other: ClientSet): boolean {
    return this.#bits.every((byte, i) => (byte & ~(other.#bits[i] ?? 0)) === 0);
  }

  toBytes(): Uint8Array {
    return this.#bits.slice();
  }
}
