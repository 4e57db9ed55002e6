/**
 * The shortest exact intersection by commutative blinding (Meadows 1986; Huberman, Franklin, Hogg 1999), for rivals that
 * offer only the arithmetic: both parties in one process, one after the other, without any network.
 */

/** A party's secret and what it does with it, many items a call. Encodings are 32 bytes. */
export interface BlindingParty {
  /** Item by item, a point that depends on the item's text alone, times the secret. */
  hashAndMultiply(items: readonly string[]): Uint8Array[];
  /** Another party's points times the secret. */
  multiply(elements: readonly Uint8Array[]): Uint8Array[];
}

/** What the receiver learns, and the bytes of all messages. */
export interface MinimalResult {
  readonly common: number;
  readonly bytes: number;
}

/** The receiver's items that the sender has too. */
export function minimalPsi(
  createParty: () => BlindingParty,
  receiverItems: readonly string[],
  senderItems: readonly string[],
): MinimalResult {
  const [receiver, sender] = [createParty(), createParty()];
  const request = receiver.hashAndMultiply(receiverItems);
  const answer = sender.multiply(request);
  // Sorted, so that its order says nothing of the sender's list.
  const senderList = sender.hashAndMultiply(senderItems).sort((a, b) => Buffer.compare(a, b));
  const known = new Set(receiver.multiply(senderList).map(text));
  let common = 0;
  for (const element of answer) if (known.has(text(element))) common += 1;
  return { common, bytes: 32 * (request.length + answer.length + senderList.length) };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
