/** One report on its way to one aggregator: the id, the public share, that aggregator's input share, end to end. */

import { MalformedMessage } from "../../bytes/codec.js";
import { concatBytes, copyBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { VeilshareError } from "../../errors.js";
import { nonceBytes } from "../../prio3/messages.js";
import type { Prio3 } from "../../prio3/prio3.js";
import type { InputShare } from "../../prio3/secrets.js";

/** What one aggregator holds of a report. The report's id is its nonce. */
export class ReportShare {
  static {
    printAsRedacted(this);
  }

  readonly #id: Uint8Array;
  readonly #publicShare: Uint8Array;
  readonly #inputShare: InputShare;

  constructor(id: Uint8Array, publicShare: Uint8Array, inputShare: InputShare) {
    this.#id = copyBytes(id);
    this.#publicShare = copyBytes(publicShare);
    this.#inputShare = inputShare;
  }

  /** 16 public bytes, the same at all aggregators. */
  get id(): Uint8Array {
    return copyBytes(this.#id);
  }

  get publicShare(): Uint8Array {
    return copyBytes(this.#publicShare);
  }

  get inputShare(): InputShare {
    return this.#inputShare;
  }
}

/** Bytes of a report for one aggregator. */
export function reportBytes<M, R>({ sizes }: Prio3<M, R>, aggregatorId: number): number {
  const inputShare = aggregatorId === 0 ? sizes.leaderInputShare : sizes.helperInputShare;
  return nonceBytes + sizes.publicShare + inputShare;
}

/** The message of a report. */
export function encodeReport({ id, publicShare, inputShare }: ReportShare): Uint8Array {
  return concatBytes(id, publicShare, inputShare.toBytes());
}

/**
 * Reads a report.
 *
 * @throws MalformedMessage for another length, or an element that is not canonical.
 */
export function decodeReport<M, R>(
  prio3: Prio3<M, R>,
  aggregatorId: number,
  message: Uint8Array,
): ReportShare {
  const expected = reportBytes(prio3, aggregatorId);
  if (message.length !== expected) {
    throw new MalformedMessage(`expected ${expected} bytes, got ${message.length}`);
  }
  const inputAt = nonceBytes + prio3.sizes.publicShare;
  try {
    const inputShare = prio3.decodeInputShare(aggregatorId, message.subarray(inputAt));
    const publicShare = copyBytes(message.subarray(nonceBytes, inputAt));
    return new ReportShare(copyBytes(message.subarray(0, nonceBytes)), publicShare, inputShare);
  } catch (thrown) {
    if (!(thrown instanceof VeilshareError)) throw thrown;
    throw new MalformedMessage("expected canonical elements, got others", { cause: thrown });
  }
}
