/**
 * The messages of a lookup session, and each party's steps as functions from a message to a message. What a session is:
 *
 *   client <-> server   the run's parameters: server, public key, epoch
 *   server  -> client   terms      the set's description, and how many keys a request may have
 *   client <-> server   want, download, entries, removed: see `downloads.ts`
 *   then as often as the client likes:
 *   client  -> server   request    a blinded element for each distinct key; an empty request ends the session
 *   server  -> client   answer     evaluated elements and one proof, or a refusal by a budget
 *   client  -> server   prefixes   those of the tags, ascending, each once; only with buckets
 *   server  -> client   bucket     for each prefix: its entries and what proves them; only with buckets
 *
 * A reader throws {@link MalformedMessage} for what no honest party sends; the drivers name party and step.
 */

import { wipe } from "../../bytes/wipe.js";
import type { ByteRows } from "../../bytes/byte-rows.js";
import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { VeilshareError } from "../../errors.js";
import { elementBytes, invalidElementRow, voprf } from "../../group/index.js";
import type { RandomSource } from "../../random/csprng.js";
import { EntryKey } from "../set/entry.js";
import type { Bucket } from "../set/prefix-tree.js";
import {
  checkBucket,
  decodeInfo,
  encodeInfo,
  infoBytes,
  type PublishedSet,
  type SetInfo,
} from "../set/published-set.js";
import { readRefusal, refusalBytes, writeRefusal, type LookupRefusal } from "./refusal.js";

/** What a server says first. */
export interface Terms {
  readonly info: SetInfo;
  /** Most keys of one request. */
  readonly maxKeys: number;
}

/** Length of encoded {@link Terms}. */
export const termsBytes: number = infoBytes + 2;

/** What a server answers to a request. */
export type Answer =
  | { readonly kind: "evaluated"; readonly evaluation: voprf.VoprfEvaluation }
  | ({ readonly kind: "refused" } & LookupRefusal);

const answerKinds = { evaluated: 0, refused: 1 } as const;
const proofBytes = 64;
const pathNodeBytes = 32;

/** Server: the first message. */
export function encodeTerms({ info, maxKeys }: Terms): Uint8Array {
  return new ByteWriter().fixed(encodeInfo(info)).u16(maxKeys).finish();
}

/** Client: reads the first message. */
export function decodeTerms(message: Uint8Array): Terms {
  const reader = new ByteReader(message);
  const info = decodeInfo(reader.fixed(infoBytes));
  const maxKeys = reader.u16();
  reader.end();
  if (maxKeys === 0) throw new MalformedMessage("expected at least one key a request, got 0");
  return { info, maxKeys };
}

/**
 * Client: blinds distinct keys.
 *
 * @param keys - As `encodeItems` gives them, each once.
 * @returns What to send (`blinded`), and what finishes it.
 */
export function request(keys: ByteRows, random: RandomSource): voprf.VoprfRequest {
  return voprf.blind(keys, random);
}

/**
 * Server: answers a request for which evaluations were granted.
 *
 * @throws MalformedMessage for a bad encoding or the identity.
 */
export function answer(key: voprf.OprfKey, blinded: Uint8Array, random: RandomSource): Answer {
  try {
    return { kind: "evaluated", evaluation: voprf.evaluate(key, blinded, random) };
  } catch (thrown) {
    const row = invalidElementRow(thrown);
    if (row === undefined) throw thrown;
    throw new MalformedMessage(
      `expected canonical ristretto255 encodings other than the identity, got another in row ${row}`,
    );
  }
}

/** The bytes of an answer. */
export function encodeAnswer(given: Answer): Uint8Array {
  const writer = new ByteWriter().u8(answerKinds[given.kind]);
  if (given.kind === "evaluated") {
    return writer.fixed(given.evaluation.evaluated).fixed(given.evaluation.proof).finish();
  }
  return writeRefusal(writer, given).finish();
}

/** Largest answer to a request of so many keys. */
export function maxAnswerBytes(keys: number): number {
  return 1 + Math.max(refusalBytes, keys * elementBytes + proofBytes);
}

/** Client: reads the answer to a request of so many keys. */
export function decodeAnswer(message: Uint8Array, keys: number): Answer {
  const reader = new ByteReader(message);
  const kind = reader.u8();
  if (kind === answerKinds.refused) return { kind: "refused", ...readRefusal(reader) };
  if (kind !== answerKinds.evaluated)
    throw new MalformedMessage(`expected an answer, got one of kind ${kind}`);
  const evaluated = reader.remaining - proofBytes;
  if (evaluated !== keys * elementBytes) {
    const got = `${reader.remaining} bytes`;
    throw new MalformedMessage(`expected ${keys} evaluated elements and a proof, got ${got}`);
  }
  return {
    kind: "evaluated",
    evaluation: { evaluated: reader.fixed(evaluated), proof: reader.fixed(proofBytes) },
  };
}

/**
 * Client: checks the proof against the pinned key, and gives what each key's entry is found and opened with.
 *
 * @throws MalformedMessage when the proof does not hold or an element is bad.
 */
export function finish(
  sent: voprf.VoprfRequest,
  evaluation: voprf.VoprfEvaluation,
  info: SetInfo,
): EntryKey[] {
  const outputs = finalized(sent, { ...evaluation, publicKey: info.publicKey });
  const keys: EntryKey[] = [];
  for (let at = 0; at < outputs.length; at += voprf.oprfOutputBytes) {
    keys.push(new EntryKey(outputs.subarray(at, at + voprf.oprfOutputBytes), info));
  }
  wipe(outputs);
  sent.wipe();
  return keys;
}

function finalized(
  sent: voprf.VoprfRequest,
  given: voprf.VoprfEvaluation & { readonly publicKey: Uint8Array },
): Uint8Array {
  try {
    return sent.finalize(given);
  } catch (thrown) {
    if (!(thrown instanceof VeilshareError) || thrown.code !== "INVALID_ARGUMENT") throw thrown;
    throw new MalformedMessage(
      `expected ${thrown.expected ?? "an honest evaluation"}, got ${thrown.got ?? "another"}`,
    );
  }
}

/** Client: the prefixes to ask for. */
export function encodePrefixes(prefixes: readonly number[]): Uint8Array {
  const writer = new ByteWriter();
  for (const prefix of prefixes) writer.u32(prefix);
  return writer.finish();
}

/** Server: reads the prefixes that a client asks for after a request of so many keys. */
export function decodePrefixes(message: Uint8Array, bits: number, keys: number): number[] {
  const reader = new ByteReader(message);
  const prefixes: number[] = [];
  while (reader.remaining > 0) {
    const prefix = reader.u32();
    const before = prefixes.at(-1) ?? -1;
    if (prefix <= before || prefix >= 2 ** bits) {
      throw new MalformedMessage(
        `expected ascending prefixes of ${bits} bits, got another at ${prefixes.length}`,
      );
    }
    prefixes.push(prefix);
  }
  if (prefixes.length === 0 || prefixes.length > keys) {
    throw new MalformedMessage(`expected 1 to ${keys} prefixes, got ${prefixes.length}`);
  }
  return prefixes;
}

/** Bytes of a bucket's message besides its entries. */
export function bucketProofBytes(bits: number): number {
  return bits * pathNodeBytes;
}

/** Server: the message with one bucket. */
export function encodeBucket(set: PublishedSet, bits: number, prefix: number): Uint8Array {
  const { path, entries } = set.bucket(bits, prefix);
  return new ByteWriter().fixed(path).fixed(entries).finish();
}

/** Client: reads a bucket and checks it against the set's digest. */
export async function decodeBucket(
  message: Uint8Array,
  info: SetInfo,
  { bits, prefix }: Pick<Bucket, "bits" | "prefix">,
): Promise<Bucket> {
  const reader = new ByteReader(message);
  const path = reader.fixed(bucketProofBytes(bits));
  const bucket = { bits, prefix, entries: reader.fixed(reader.remaining) };
  await checkBucket(info, bucket, path);
  return bucket;
}
