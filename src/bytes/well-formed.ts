/** Texts that UTF-8 can stand for. */

/** A lone surrogate is no character: an encoder would replace it, and two different texts would become one. */
const loneSurrogate = /\p{Surrogate}/u;

/** Whether UTF-8 can stand for a text. */
export function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text);
}
