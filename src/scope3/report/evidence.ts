/**
 * Evidence that a total is made of the contributors' own numbers: before the amounts are summed, everyone posts a
 * Pedersen commitment to its addends; afterwards the sum of the blindings is opened, and the sum of the commitments must
 * open to the published amounts. Each contributor sees its own commitment in the list and knows that its numbers, no
 * others of its, are in the total; with its opening it can show them to an auditor later.
 *
 *   all -> all    the own commitment                                      (commitment)
 *   all -> all    a random share of the own blinding, a different one each (blinding-share)
 *   all -> all    the sum of the shares received                          (blinding-sum)
 *   all -> all    a hash of what each party sent                          (view)
 *
 * **Security.** Commitments hide perfectly; what is opened, the sum of all blindings, goes with the sum of all vectors,
 * which is opened too. So n - 1 parties together learn no more than from the total. That the sum of the commitments
 * opens does not say that each number is true, or in a range.
 */

import { bytesFromHex, bytesToHex, concatBytes } from "../../bytes/encoding.js";
import type { ProtocolRun } from "../../channel/party.js";
import { AgreedView } from "../../aggregation/agreed-view.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { decodeCheck } from "../../group/ristretto255.js";
import { checkScalar } from "../../group/scalars.js";
import {
  pedersenCommit,
  PedersenOpening,
  pedersenOpens,
  splitPedersenBlinding,
  sumPedersenBlindings,
  sumPedersenCommitments,
} from "../../sharing/pedersen.js";

const elementBytes = 32;
const scalarBytes = 32;
const tag = "scope3-total";

/** What everybody can check a total with, later and without the parties. Plain data. */
export interface TotalEvidence {
  /** Each contributor's commitment, by name, in hexadecimal. */
  readonly commitments: Readonly<Record<string, string>>;
  /** What they open to: the published amounts, in the order in which they were summed, as decimal texts. */
  readonly amounts: readonly string[];
  /** The sum of all blindings, in hexadecimal. */
  readonly blinding: string;
}

/** A commitment on its way from being posted to being opened in the sum. */
export interface PostedCommitments {
  readonly opening: PedersenOpening;
  /** By index of the party, n x 32 bytes. */
  readonly commitments: Uint8Array;
  readonly view: AgreedView;
}

/** Posts the own commitment and collects everyone's. */
export async function postCommitments(run: ProtocolRun, amounts: BigInt64Array): Promise<PostedCommitments> {
  const { commitment, opening } = pedersenCommit(amounts, tag);
  const view = new AgreedView(run);
  const messages = await run.exchange("commitment", commitment, { byteLength: elementBytes });
  checkAll(run, "commitment", messages, checkElement);
  for (const [from, message] of messages.entries()) view.saw(from, message);
  return { opening, commitments: concatBytes(...messages), view };
}

/**
 * Opens the sum of the commitments and checks it against the sum of the amounts.
 *
 * @throws VeilshareError PEER_MALFORMED that names a party whose commitment or blinding is no group element or scalar;
 *   PEER_MISMATCH when one told others other things; PEER_UNEXPECTED when the commitments don't open to the amounts.
 */
export async function openCommitments(
  run: ProtocolRun,
  posted: PostedCommitments,
  sum: BigInt64Array,
): Promise<TotalEvidence> {
  const { view, commitments } = posted;
  const total = sumPedersenCommitments(commitments);
  const shares = splitPedersenBlinding(posted.opening.blinding(), run.size);
  const received = await sendShares(run, shares);
  checkAll(run, "blinding-share", received, checkBlinding);
  const own = sumPedersenBlindings(received);
  const sums = await run.exchange("blinding-sum", own, { byteLength: scalarBytes });
  checkAll(run, "blinding-sum", sums, checkBlinding);
  for (const [from, message] of sums.entries()) view.saw(from, message);
  await view.compare();
  const blinding = sumPedersenBlindings(sums);
  if (!pedersenOpens(total, new PedersenOpening(sum, blinding), tag)) {
    const step = "commitment";
    const text = `scope3-total/${step}: the parties' commitments do not open to the total: at least one party summed other numbers than it committed to`;
    throw new VeilshareError("PEER_UNEXPECTED", text, { step, field: "commitments" });
  }
  const byName = run.names.map((name, index): [string, string] => [
    name,
    bytesToHex(commitments.subarray(index * elementBytes, (index + 1) * elementBytes)),
  ]);
  return {
    commitments: Object.fromEntries(byName),
    amounts: Array.from(sum, String),
    blinding: bytesToHex(blinding),
  };
}

/** Share i goes to party i; what comes back is everyone's share for us. */
async function sendShares(run: ProtocolRun, shares: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const step = "blinding-share";
  const kept = shares[run.index] ?? new Uint8Array(0); // a share for each party, ourselves among them
  const others = shares.flatMap((share, to) => (to === run.index ? [] : [run.send(to, step, share)]));
  const [received] = await Promise.all([run.gather(step, { byteLength: scalarBytes }), Promise.all(others)]);
  return received.map((message, from) => (from === run.index ? kept : message));
}

/** Refuses the first message that is no element or scalar, naming its party. */
function checkAll(
  run: ProtocolRun,
  step: string,
  messages: readonly Uint8Array[],
  check: (message: Uint8Array) => void,
): void {
  for (const [from, message] of messages.entries()) {
    try {
      check(message);
    } catch (thrown) {
      const party = run.names[from] ?? "";
      const text = `scope3-total/${step}: party "${party}": expected a canonical encoding, got another`;
      throw new VeilshareError("PEER_MALFORMED", text, { party, step, cause: thrown });
    }
  }
}

function checkElement(message: Uint8Array): void {
  decodeCheck(message, { identity: "allow" });
}

function checkBlinding(message: Uint8Array): void {
  checkScalar("blinding", message, "allow");
}

/**
 * Checks a total's evidence: that the commitments open to the amounts. Whether the amounts are those of a report, and
 * the commitments those that the contributors posted, is for the caller to compare.
 *
 * @throws VeilshareError INVALID_ARGUMENT for evidence that is not of the stated form.
 */
export function verifyTotalEvidence(evidence: TotalEvidence): boolean {
  const caller = "verifyTotalEvidence";
  const commitments = Object.values(evidence.commitments).map((hex) => commitmentFromHex(hex));
  const amounts = evidence.amounts.map((text) => {
    if (/^-?\d{1,19}$/.test(text)) return BigInt.asIntN(64, BigInt(text));
    throw invalidArgument(caller, "amounts as decimal texts", "another text");
  });
  const opening = new PedersenOpening(
    BigInt64Array.from(amounts),
    bytesFromHex(evidence.blinding, "blinding", scalarBytes),
  );
  return pedersenOpens(sumPedersenCommitments(concatBytes(...commitments)), opening, tag);
}

/** Whether an opening, which its owner kept, is that of a contributor's commitment in the evidence. */
export function verifyContribution(
  evidence: TotalEvidence,
  contributor: string,
  opening: PedersenOpening,
): boolean {
  const hex = Object.hasOwn(evidence.commitments, contributor)
    ? evidence.commitments[contributor]
    : undefined;
  if (hex === undefined)
    throw invalidArgument("verifyContribution", "a contributor of the total", "another name");
  return pedersenOpens(commitmentFromHex(hex), opening, tag);
}

function commitmentFromHex(hex: string): Uint8Array {
  return bytesFromHex(hex, "commitment", elementBytes);
}
