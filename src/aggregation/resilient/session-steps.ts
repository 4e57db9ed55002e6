/** What both drivers of a resilient sum need: the protocol's name, the other party, the first and the last message. */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import type { ProtocolRun } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import { sumIdBytes } from "./seeds.js";

/** Name and version of the protocol between the server and one client. */
export const resilientProtocol = { name: "veilshare/resilient-sum", version: 2 } as const;

/** The other party's index. */
export function peerOf(caller: string, run: ProtocolRun): number {
  if (run.size !== 2) throw invalidArgument(caller, "a session of server and client", `${run.size} parties`);
  return 1 - run.index;
}

/** What the server says first. */
export interface Welcome {
  readonly sumId: Uint8Array;
  /** The client's index. */
  readonly index: number;
}

/** Bytes of an encoded {@link Welcome}. */
export const welcomeBytes: number = sumIdBytes + 4;

/** The encoding of a welcome. */
export function writeWelcome({ sumId, index }: Welcome): Uint8Array {
  return new ByteWriter().fixed(sumId).u32(index).finish();
}

/** The welcome of `welcomeBytes` bytes. */
export function readWelcome(bytes: Uint8Array): Welcome {
  const reader = new ByteReader(bytes);
  return { sumId: reader.fixed(sumIdBytes), index: reader.u32() };
}

/** What the server says last: how many are in the total. */
export function writeEnd(contributors: number): Uint8Array {
  return new ByteWriter().u32(contributors).finish();
}

/** @throws MalformedMessage for another length or a number beyond the clients. */
export function readEnd(bytes: Uint8Array, clients: number): number {
  const reader = new ByteReader(bytes);
  const contributors = reader.u32();
  reader.end();
  if (contributors > clients) throw new MalformedMessage(`expected at most ${clients}, got ${contributors}`);
  return contributors;
}
