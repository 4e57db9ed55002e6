/** What the encodings of all kinds of shares have in common: version, kind, and the id of the sharing. */

import { ByteReader, ByteWriter, MalformedMessage } from "../bytes/codec.js";
import { equalBytes } from "../bytes/encoding.js";
import { VeilshareError } from "../errors.js";

/** Bytes of the public random name that all shares of one split carry. */
export const sharingIdBytes = 16;

/** Shares are numbered with 16 bits. */
export const maxShares = 65_535;

const encodingVersion = 1;

/** What an encoding is of. */
export type ShareKind = "additive-seed" | "additive-words" | "shamir" | "feldman-commitment";

const kindNumbers: Readonly<Record<ShareKind, number>> = {
  "additive-seed": 1,
  "additive-words": 2,
  shamir: 3,
  "feldman-commitment": 4,
};

/** Begins an encoding. */
export function writeHeader(kind: ShareKind, id: Uint8Array): ByteWriter {
  return new ByteWriter().u8(encodingVersion).u8(kindNumbers[kind]).fixed(id);
}

/**
 * Reads an encoding from its header to its end.
 *
 * @throws VeilshareError INVALID_ARGUMENT for another version or kind, missing or trailing bytes, or whatever `read`
 * refuses.
 */
export function readShare<K extends ShareKind, T>(
  caller: string,
  bytes: Uint8Array,
  kinds: readonly K[],
  read: (reader: ByteReader, header: { readonly kind: K; readonly id: Uint8Array }) => T,
): T {
  try {
    const reader = new ByteReader(bytes);
    const version = reader.u8();
    if (version !== encodingVersion) throw new MalformedMessage(`expected version 1, got ${version}`);
    const number = reader.u8();
    const kind = kinds.find((candidate) => kindNumbers[candidate] === number);
    if (kind === undefined) throw new MalformedMessage(`expected ${kinds.join(" or ")}, got kind ${number}`);
    const share = read(reader, { kind, id: reader.fixed(sharingIdBytes) });
    reader.end();
    return share;
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    throw new VeilshareError("INVALID_ARGUMENT", `${caller}: ${error.message}`, { cause: error });
  }
}

/**
 * Refuses shares of different splits, and a share given twice.
 *
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function checkOneSharing(
  caller: string,
  shares: readonly { readonly index: number; readonly id: Uint8Array }[],
): void {
  const indices = new Set<number>();
  for (const [i, share] of shares.entries()) {
    const first = shares[0] ?? share;
    if (!equalBytes(share.id, first.id)) {
      throw new VeilshareError(
        "INVALID_ARGUMENT",
        `${caller}: share ${i} is of another sharing than share 0`,
        {
          field: String(i),
        },
      );
    }
    if (indices.has(share.index)) {
      throw new VeilshareError(
        "INVALID_ARGUMENT",
        `${caller}: the share with index ${share.index} is given twice`,
        {
          field: String(i),
        },
      );
    }
    indices.add(share.index);
  }
}
