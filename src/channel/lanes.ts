/** Steps of some parties of a session under one prefix: who they are, and the messages between them. */

import { checkArgument } from "../checks/options.js";
import { bytes, integer, kindOf, object, optional, text } from "../checks/rules.js";
import { invalidArgument, peerFault, printable, VeilshareError } from "../errors.js";
import type { MessageShape } from "./party.js";
import type { SessionCore } from "./session-core.js";

const payloadRule = bytes();
const lengthRule = optional(integer(0));
const shapeRule = object({
  byteLength: lengthRule,
  maxByteLength: lengthRule,
  multipleOf: optional(integer(1)),
});

/** The messages whose steps begin with a prefix, between some parties of a session. */
export class Lanes {
  readonly core: SessionCore;
  /** Indices in the session, ascending. */
  readonly members: readonly number[];
  readonly prefix: string;
  /** Own position among the members. */
  readonly index: number;
  readonly names: readonly string[];

  constructor(core: SessionCore, members: readonly number[], prefix: string) {
    this.core = core;
    this.members = members;
    this.prefix = prefix;
    this.index = members.indexOf(core.index);
    this.names = members.map((member) => core.names[member] as string); // members are indices of names
  }

  /** The same parties under a longer prefix. */
  under(label: string): Lanes {
    return new Lanes(this.core, this.members, this.prefix + label);
  }

  /** Some of the parties, given by their indices in the session. */
  among(members: readonly number[]): Lanes {
    return new Lanes(this.core, members, `${this.prefix}[${members.join(",")}]`);
  }

  indexOf(party: number | string): number {
    const index = typeof party === "string" ? this.names.indexOf(party) : party;
    if (!Number.isInteger(index) || index < 0 || index >= this.names.length) {
      const expected = `one of ${this.names.map((name) => `"${name}"`).join(", ")}`;
      const got = typeof party === "number" ? String(party) : kindOf(party);
      throw invalidArgument("party", expected, got);
    }
    return index;
  }

  /** The index in the session. */
  member(index: number): number {
    return this.members[this.indexOf(index)] as number; // indexOf checked the range
  }

  async send(to: number, step: string, payload: Uint8Array): Promise<void> {
    checkArgument("send", "step", step, text);
    checkArgument("send", "payload", payload, payloadRule);
    await this.core.send(this.member(to), this.prefix + step, payload);
  }

  async receive(from: number, step: string, shape: MessageShape = {}): Promise<Uint8Array> {
    checkArgument("receive", "step", step, text);
    checkArgument("receive", "shape", shape, shapeRule);
    const fullStep = this.prefix + step;
    const message = await this.core.receive(this.member(from), fullStep);
    const expected = shapeFault(message.length, shape);
    if (expected === undefined) return message;
    const party = this.names[from] as string; // the index was checked above
    const got = `${message.length} bytes`;
    throw peerFault("PEER_MALFORMED", { party, step: fullStep, expected, got });
  }

  async broadcast(step: string, payload: Uint8Array): Promise<void> {
    await Promise.all(this.#others().map((to) => this.send(to, step, payload)));
  }

  async gather(step: string, shape?: MessageShape): Promise<Uint8Array[]> {
    return Promise.all(
      this.names.map((_, from) =>
        from === this.index ? Promise.resolve(new Uint8Array(0)) : this.receive(from, step, shape),
      ),
    );
  }

  async exchange(step: string, payload: Uint8Array, shape?: MessageShape): Promise<Uint8Array[]> {
    const [, messages] = await Promise.all([this.broadcast(step, payload), this.gather(step, shape)]);
    messages[this.index] = payload.slice();
    return messages;
  }

  #others(): number[] {
    return this.names.map((_, index) => index).filter((index) => index !== this.index);
  }

  /** Does something while the others are told that this party works. */
  working<T>(work: () => Promise<T>): Promise<T> {
    return this.core.working(
      this.members.filter((_, i) => i !== this.index),
      work,
    );
  }

  /**
   * Forgets the steps: they must not be used again.
   *
   * @throws VeilshareError PEER_UNEXPECTED when a party sent more than was taken.
   */
  release(): void {
    const untaken = this.core.release(this.prefix);
    if (untaken === undefined) return;
    const { party } = untaken;
    const label = printable(untaken.label); // the party chose the end of it
    const sentence = `${label}: party "${party}" sent more messages than the protocol has`;
    throw new VeilshareError("PEER_UNEXPECTED", sentence, { party, step: label });
  }
}

/** What the shape wants, when a length does not have it. */
function shapeFault(byteLength: number, shape: MessageShape): string | undefined {
  if (shape.byteLength !== undefined && byteLength !== shape.byteLength) return `${shape.byteLength} bytes`;
  if (shape.maxByteLength !== undefined && byteLength > shape.maxByteLength)
    return `at most ${shape.maxByteLength} bytes`;
  if (shape.multipleOf !== undefined && byteLength % shape.multipleOf !== 0)
    return `a multiple of ${shape.multipleOf} bytes`;
  return undefined;
}
