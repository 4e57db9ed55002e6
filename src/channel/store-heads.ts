/**
 * Two parties' stores ask each other for the heads that they remember:
 *
 *   both -> both   ask    what is remembered of the other's store, if anything
 *   both -> both   tell   whether it is known there, and where that store stands now
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../bytes/codec.js";
import { bytesFromHex, bytesToHex } from "../bytes/encoding.js";
import { peerFault } from "../errors.js";
import {
  answerHead,
  rememberedHead,
  rememberHead,
  rolledBack,
  type HeadAnswer,
  type PeerHead,
  type StateStore,
} from "../store/index.js";
import type { Party } from "./party.js";

const idBytes = 16;
const hashBytes = 32;
const headBytes = idBytes + 8 + hashBytes + 8 + 8;
const [askStep, tellStep] = ["store/ask", "store/tell"];

/** What of a party this needs. */
type Ends = Pick<Party, "names" | "send" | "receive">;

/**
 * Compares one's own store with what another party has seen of it, and the other's with what was seen of that. Both call it.
 *
 * @throws VeilshareError STORE_ROLLED_BACK when the own store is older than what the other has seen; PEER_MISMATCH, with
 *   field `store`, when the other's is, or is another one; as `Party.receive` and `StateStore.transact`.
 */
export async function exchangeHeads(party: Ends, peer: number, store: StateStore): Promise<void> {
  const name = party.names[peer] ?? "";
  const asked = rememberedHead(store, name);
  const ask = new ByteWriter().u8(asked === undefined ? 0 : 1);
  writeHead(ask, asked ?? nothing);
  const [theirs] = await Promise.all([
    party.receive(peer, askStep, { byteLength: 1 + headBytes }),
    party.send(peer, askStep, ask.finish()),
  ]);
  const answer = await answerHead(
    store,
    name,
    read(name, askStep, () => readAsk(theirs)),
  );
  const tell = new ByteWriter().u8(answer.known ? 1 : 0);
  writeHead(tell, answer.head);
  const sent = party.send(peer, tellStep, tell.finish());
  if (!answer.known) {
    await sent;
    throw rolledBack(name);
  }
  const [told] = await Promise.all([party.receive(peer, tellStep, { byteLength: 1 + headBytes }), sent]);
  const got = await rememberHead(
    store,
    name,
    asked,
    read(name, tellStep, () => readTell(told)),
  );
  if (got === undefined) return;
  const expected = "the state store that it had, as it was or later";
  throw peerFault("PEER_MISMATCH", { party: name, step: tellStep, field: "store", expected, got });
}

const nothing: PeerHead = {
  store: "00".repeat(idBytes),
  length: 0,
  hash: "00".repeat(hashBytes),
  epoch: 0,
  restores: 0,
};

function writeHead(writer: ByteWriter, { store, length, hash, epoch, restores }: PeerHead): void {
  writer.fixed(bytesFromHex(store, "store", idBytes)).u64(BigInt(length));
  writer
    .fixed(bytesFromHex(hash, "hash", hashBytes))
    .u64(BigInt(epoch))
    .u64(BigInt(restores));
}

function readHead(reader: ByteReader): PeerHead {
  const store = bytesToHex(reader.fixed(idBytes));
  const length = Number(reader.u64());
  const hash = bytesToHex(reader.fixed(hashBytes));
  const [epoch, restores] = [Number(reader.u64()), Number(reader.u64())];
  if (![length, epoch, restores].every(Number.isSafeInteger)) throw new MalformedMessage("expected counts");
  return { store, length, hash, epoch, restores };
}

function readAsk(message: Uint8Array): PeerHead | undefined {
  const reader = new ByteReader(message);
  const isThere = readFlag(reader);
  const head = readHead(reader);
  return isThere ? head : undefined;
}

function readTell(message: Uint8Array): HeadAnswer {
  const reader = new ByteReader(message);
  return { known: readFlag(reader), head: readHead(reader) };
}

function readFlag(reader: ByteReader): boolean {
  const flag = reader.u8();
  if (flag > 1) throw new MalformedMessage("expected 0 or 1");
  return flag === 1;
}

function read<T>(party: string, step: string, decode: () => T): T {
  try {
    return decode();
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    const details = { party, step, expected: "a head of a store", got: "other bytes", cause: thrown };
    throw peerFault("PEER_MALFORMED", details);
  }
}
