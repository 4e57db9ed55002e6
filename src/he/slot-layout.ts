/**
 * Several signed integers in one plaintext: value i stands at bit i x slotBits, and a negative one borrows from the slots
 * above it. Sums and multiples of packed vectors are sums and multiples in every slot, as long as none outgrows its slot.
 */

import { invalidArgument, VeilshareError } from "../errors.js";
import type { PaillierKeyBits } from "./public-key.js";

/** How values stand in plaintexts. */
export interface SlotLayout {
  /** Bits of a slot, its sign among them. */
  readonly slotBits: number;
  /** Values of one plaintext, at least 1. */
  readonly slots: number;
}

/**
 * The layout with as many slots as fit.
 *
 * @param maxAbs - The largest absolute value that any result will have: of the values, times what they are multiplied
 * by, times how many are added.
 * @param slots - Values of one plaintext. Default: as many as fit. 1 where elements get factors of their own.
 * @throws VeilshareError INVALID_ARGUMENT for a negative bound; BOUND_EXCEEDED when so many slots do not fit.
 */
export function slotLayout(keyBits: PaillierKeyBits, maxAbs: bigint, slots?: number): SlotLayout {
  if (typeof maxAbs !== "bigint" || maxAbs < 0n) {
    throw invalidArgument("slotLayout", "maxAbs as a bigint of at least 0", "another");
  }
  // |value| <= 2^(slotBits - 1) - 1 in all slots keeps the whole below 2^(slots x slotBits - 1), and n / 2 is above
  // 2^(keyBits - 2).
  const usableBits = keyBits - 1;
  const slotBits = maxAbs.toString(2).length + 1;
  const most = Math.floor(usableBits / slotBits);
  const chosen = slots ?? most;
  if (!Number.isInteger(chosen) || chosen < (slots === undefined ? 0 : 1)) {
    throw invalidArgument("slotLayout", "slots to be an integer of at least 1", String(slots));
  }
  if (chosen < 1 || chosen > most) {
    const text = `slotLayout: expected ${Math.max(1, chosen)} slots of ${slotBits} bits to fit into ${usableBits} bits`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field: "maxAbs" });
  }
  return { slotBits, slots: chosen };
}

/** The largest absolute value that a slot holds. */
export function slotMaxAbs({ slotBits }: SlotLayout): bigint {
  return (1n << BigInt(slotBits - 1)) - 1n;
}

/** The plaintexts of values that have been checked against the slots' bound; they can be negative. */
export function packed(values: readonly bigint[], { slotBits, slots }: SlotLayout): bigint[] {
  const plaintexts: bigint[] = [];
  for (let start = 0; start < values.length; start += slots) {
    let plaintext = 0n;
    for (let i = Math.min(start + slots, values.length) - 1; i >= start; i--) {
      plaintext = (plaintext << BigInt(slotBits)) + (values[i] as bigint); // start <= i < length
    }
    plaintexts.push(plaintext);
  }
  return plaintexts;
}

/** The values of plaintexts; undefined when anything stands above the last value. */
export function unpacked(
  plaintexts: readonly bigint[],
  length: number,
  { slotBits, slots }: SlotLayout,
): bigint[] | undefined {
  const values: bigint[] = [];
  const width = BigInt(slotBits);
  for (const plaintext of plaintexts) {
    let left = plaintext;
    for (let slot = 0; slot < slots && values.length < length; slot++) {
      const value = BigInt.asIntN(slotBits, left);
      values.push(value);
      left = (left - value) >> width;
    }
    if (left !== 0n) return undefined;
  }
  return values;
}
