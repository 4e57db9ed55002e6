/** The reference of the hash's steps and of products: every correction by its definition, on BigInt. */

import type { OtOperations } from "../kernels/ot/kernel.js";
import type { OtAreas } from "./reference-areas.js";
import { bitAt } from "./reference-matrix.js";

type Operations = Omit<
  OtOperations,
  "foldFour" | "foldSixteen" | "addSum" | "transpose" | "wipeMatrix" | "hashRows"
>;

/** The operations on a reference kernel's areas. */
export function productOperations(areas: OtAreas): Operations {
  const { delta, bits, first, hash, factors, shares, message } = areas;
  const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [h0, h1] = [view(hash[0]), view(hash[1])];
  const [factorView, shareView, messageView] = [view(factors), view(shares), view(message)];

  /** Calls back for every element, bit and word, with the places of its hash, its word of a row and its correction. */
  const eachCorrection = (
    shape: { readonly elements: number; readonly bits: number; readonly words: number },
    visit: (place: Place) => void,
  ): void => {
    const { elements, words } = shape;
    const blocksARow = Math.ceil(words / 2);
    const rowWords = words === 1 ? 1 : 2 * blocksARow;
    for (let e = 0; e < elements; e++) {
      for (let i = 0; i < shape.bits; i++) {
        for (let t = 0; t < words; t++) {
          const row = e * shape.bits + i;
          const place = {
            row,
            bit: i,
            hashAt: 16 * row * blocksARow + 8 * t,
            wordAt: 8 * (e * rowWords + t),
          };
          visit({ ...place, ...slot(shape, e, i, t) });
        }
      }
    }
  };

  return {
    pairRows: (count) => {
      for (let r = 0; r < count; r++) {
        for (let k = 0; k < 16; k++) {
          const at = 16 * r + k;
          const row = (first[0][at] ?? 0) ^ ((delta[k] ?? 0) & -bitAt(bits, r));
          first[0][at] = row;
          first[1][at] = row ^ (delta[k] ?? 0);
        }
      }
    },
    addTweaks: (count, blocksARow, firstRow, firstBlock, side) => {
      const [from, to] = [view(first[side === 0 ? 0 : 1]), view(hash[side === 0 ? 0 : 1])];
      for (let r = 0; r < count; r++) {
        for (let b = 0; b < blocksARow; b++) {
          const at = 16 * (r * blocksARow + b);
          to.setBigUint64(at, from.getBigUint64(16 * r, true) ^ (firstRow + BigInt(r)), true);
          to.setBigUint64(at + 8, from.getBigUint64(16 * r + 8, true) ^ BigInt(firstBlock + b), true);
        }
      }
    },
    addFirst: (count, blocksARow, side) => {
      const [from, to] = [first[side === 0 ? 0 : 1], hash[side === 0 ? 0 : 1]];
      for (let at = 0; at < 16 * count * blocksARow; at++) {
        const row = Math.floor(at / (16 * blocksARow));
        to[at] = (to[at] ?? 0) ^ (from[16 * row + (at % 16)] ?? 0);
      }
    },
    sendProducts: (elements, elementBits, words) => {
      shares.fill(0);
      message.fill(0);
      eachCorrection({ elements, bits: elementBits, words }, ({ bit, hashAt, wordAt, at, bytes, shift }) => {
        const h = h0.getBigUint64(hashAt, true);
        const correction = h - h1.getBigUint64(hashAt, true) + factorView.getBigUint64(wordAt, true);
        const share = shareView.getBigUint64(wordAt, true) - (h << BigInt(bit));
        shareView.setBigUint64(wordAt, BigInt.asUintN(64, share), true);
        const low = bytes === 8 && shift === 0 && elementBits === 64 ? 64 - bit : 8 * bytes - shift;
        const placed = BigInt.asUintN(low, correction) << BigInt(shift);
        if (bytes === 4) messageView.setUint32(at, Number(placed), true);
        else messageView.setBigUint64(at, messageView.getBigUint64(at, true) | placed, true);
      });
    },
    receiveProducts: (elements, elementBits, words) => {
      shares.fill(0);
      eachCorrection(
        { elements, bits: elementBits, words },
        ({ row, bit, hashAt, wordAt, at, bytes, shift }) => {
          const word =
            bytes === 4 ? BigInt(messageView.getUint32(at, true)) : messageView.getBigUint64(at, true);
          const chosen = bitAt(bits, row) === 1 ? word >> BigInt(shift) : 0n;
          const value = (h0.getBigUint64(hashAt, true) + chosen) << BigInt(bit);
          const share = BigInt.asUintN(64, shareView.getBigUint64(wordAt, true) + value);
          shareView.setBigUint64(wordAt, share, true);
        },
      );
    },
    sendBits: (count) => {
      shares.fill(0);
      message.fill(0);
      for (let r = 0; r < count; r++) {
        const [a, b] = [(hash[0][16 * r] ?? 0) & 1, (hash[1][16 * r] ?? 0) & 1];
        shares[r >> 3] = (shares[r >> 3] ?? 0) | (a << (r & 7));
        message[r >> 3] = (message[r >> 3] ?? 0) | ((a ^ b ^ bitAt(factors, r)) << (r & 7));
      }
    },
    receiveBits: (count) => {
      shares.fill(0);
      for (let r = 0; r < count; r++) {
        const bit = ((hash[0][16 * r] ?? 0) & 1) ^ (bitAt(bits, r) & bitAt(message, r));
        shares[r >> 3] = (shares[r >> 3] ?? 0) | (bit << (r & 7));
      }
    },
    wipeHash: () => {
      for (const area of [delta, bits, ...first, ...hash, factors, shares, message]) area.fill(0);
    },
  };
}

interface Slot {
  /** Where the correction is in the message: 8 bytes, or 4. */
  readonly at: number;
  readonly bytes: 4 | 8;
  /** It begins at this bit of the word. */
  readonly shift: number;
}

interface Place extends Slot {
  readonly row: number;
  readonly bit: number;
  readonly hashAt: number;
  readonly wordAt: number;
}

/** Where the correction of bit i of word t of element e is. */
function slot(
  { elements, bits, words }: { readonly elements: number; readonly bits: number; readonly words: number },
  e: number,
  i: number,
  t: number,
): Slot {
  if (bits !== 64) return { at: 8 * ((e * bits + i) * words + t), bytes: 8, shift: 0 };
  if (i === 32) return { at: 256 * elements * words + 4 * (e * words + t), bytes: 4, shift: 0 };
  const row = i > 32 ? 64 - i : i;
  return { at: 8 * ((32 * e + row) * words + t), bytes: 8, shift: i > 32 ? i : 0 };
}
