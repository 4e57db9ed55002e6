/**
 * Answers that are fixed before the other party's are seen: each party commits to its own, then both are sent, then the
 * commitments are opened. Without it, whoever answers last could hand back what it was told and be believed to have
 * everything: its own doubled values are all that an answer has to be.
 *
 * Source: a hash commitment, hiding and binding where SHA-256 is a random oracle: M. Bellare, P. Rogaway, "Random Oracles
 * are Practical", ACM CCS 1993.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { ByteWriter } from "../bytes/codec.js";
import { equalBytes } from "../bytes/encoding.js";
import { eventLoopTurn } from "../parallel/event-loop.js";
import { randomBytes } from "../random/csprng.js";
import type { FlatValues } from "./common-items.js";
import {
  answerBatches,
  exchangeDone,
  inStep,
  psiFault,
  peerOf,
  receiveDoubled,
  sendAnswers,
  steps,
  together,
  type ExchangeContext,
} from "./exchange.js";
import type { ValueIndex } from "./value-index.js";

const label = "veilshare/psi/answers/v1";
const nonceBytes = 32;

const commitmentBytes = 32;

/** Few enough bytes that a long list does not keep signs of life from leaving. */
const bytesPerTurn = 2 ** 20;

/** A commitment, and what opens it. */
export interface Commitment {
  readonly bytes: Uint8Array;
  readonly nonce: Uint8Array;
}

/** Commits to the answers to the peer's items, in the order in which they will be sent. */
export async function commitTo(
  context: ExchangeContext,
  values: ValueIndex,
  order?: Uint32Array,
): Promise<Commitment> {
  const nonce = randomBytes(nonceBytes);
  const digest = await digestOf(answerBatches(context, values, order));
  return { nonce, bytes: commitment(context, context.run.index, nonce, digest) };
}

/**
 * Refuses answers that are not those that the peer had committed to.
 *
 * @throws VeilshareError PEER_UNEXPECTED.
 */
export async function checkOpening(
  context: ExchangeContext,
  committed: Uint8Array,
  { answers, nonce }: { readonly answers: FlatValues; readonly nonce: Uint8Array },
): Promise<void> {
  const digest = await digestOf(pieces(answers.bytes));
  if (equalBytes(commitment(context, peerOf(context.run), nonce, digest), committed)) return;
  const expected = "the answers that it had committed to";
  throw psiFault(context.run, "PEER_UNEXPECTED", "doubled", expected, "others");
}

/** Tells the peer that the answers are fixed. */
export async function sendCommitment({ run, stage }: ExchangeContext, { bytes }: Commitment): Promise<void> {
  await run.send(peerOf(run), stage + steps.commitment, bytes);
}

/** Waits for the peer's commitment. */
export function receiveCommitment({ run, stage }: ExchangeContext): Promise<Uint8Array> {
  return run.receive(peerOf(run), stage + steps.commitment, { byteLength: commitmentBytes });
}

/** Tells the peer what opens the commitment. */
export async function sendOpening({ run, stage }: ExchangeContext, { nonce }: Commitment): Promise<void> {
  await run.send(peerOf(run), stage + steps.opening, nonce);
}

/** Waits for what opens the peer's commitment. */
export function receiveOpening({ run, stage }: ExchangeContext): Promise<Uint8Array> {
  return run.receive(peerOf(run), stage + steps.opening, { byteLength: nonceBytes });
}

/** Both parties' answers, fixed by both before either is sent; the end of the exchange too. */
export async function exchangeCommitted(
  context: ExchangeContext,
  ownItems: number,
  values: ValueIndex,
): Promise<FlatValues> {
  const { run, stage } = context;
  const own = await commitTo(context, values);
  const shape = { byteLength: commitmentBytes };
  const committed = (await run.exchange(stage + steps.commitment, own.bytes, shape))[peerOf(run)];
  const [, answers] = await together(run, [
    inStep("doubled", sendAnswers(context, values)),
    inStep("doubled", receiveDoubled(context, ownItems)),
  ]);
  const nonce = await exchangeDone(context, own.nonce);
  await checkOpening(context, committed as Uint8Array, { answers, nonce }); // one message a party
  return answers;
}

function commitment(
  { run, stage }: ExchangeContext,
  sender: number,
  nonce: Uint8Array,
  digest: Uint8Array,
): Uint8Array {
  const statement = new ByteWriter()
    .text(label)
    .bytes(run.sessionId)
    .u8(sender)
    .text(stage)
    .fixed(nonce)
    .fixed(digest)
    .finish();
  return sha256(statement);
}

async function digestOf(batches: Iterable<Uint8Array>): Promise<Uint8Array> {
  const hash = sha256.create();
  let sinceTurn = 0;
  for (const batch of batches) {
    hash.update(batch);
    sinceTurn += batch.length;
    if (sinceTurn < bytesPerTurn) continue;
    sinceTurn = 0;
    await eventLoopTurn();
  }
  return hash.digest();
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  const size = 65_536;
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
