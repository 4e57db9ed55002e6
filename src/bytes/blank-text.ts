/** What counts as nothing where people type: a field of it identifies nobody. */

/**
 * Anything but white space, control characters, characters that Unicode says to draw as nothing (zero-width space, soft
 * hyphen, byte order mark, Hangul filler), and the blank pattern of Braille.
 */
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Control}\u2800]/u;

/** True for a text with nothing to see in it; the empty one is. */
export function isBlankText(text: string): boolean {
  const first = text.charCodeAt(0); // NaN for the empty text
  if (first > 0x20 && first < 0x7f) return false; // nearly all keys
  return !visible.test(text);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The same for a text of `length` bytes of UTF-8 that begins at `start`. */
export function isBlankField(bytes: Uint8Array, start: number, length: number): boolean {
  const first = length === 0 ? 0 : (bytes[start] as number); // within the bytes
  if (first > 0x20 && first < 0x7f) return false; // nearly all keys
  return isBlankText(decoder.decode(bytes.subarray(start, start + length)));
}
