/** Why keys may match nothing: what one's own look like says which agreement about spelling may be missing. */

/** So many keys are looked at. */
const looksAt = 10_000;

const traits: readonly (readonly [advice: string, has: (key: string) => boolean])[] = [
  ["blanks around them (trim)", (key) => key !== key.trim()],
  ["blanks inside", (key) => /\S\s+\S/.test(key)],
  ["capital letters (does the other side have them too?)", (key) => key !== key.toLowerCase()],
  ["letters composed of several characters (NFD)", (key) => key !== key.normalize("NFC")],
  ["characters of full or half width", (key) => key.normalize("NFC") !== key.normalize("NFKC")],
  ["invisible characters", (key) => /[\u00ad\u200b-\u200f\u2060\ufeff]/.test(key)],
  ["characters that were lost in decoding (U+FFFD: another encoding?)", (key) => key.includes("\ufffd")],
  ["UTF-8 that was read as Windows-1252 (another encoding?)", (key) => /Ã[\u0080-\u00bf]|â€/.test(key)],
  ["leading zeros (does the other side keep them?)", (key) => /^0\d/.test(key)],
  [
    "numbers with a decimal point or exponent (from a spreadsheet?)",
    (key) => /^\d+(?:\.0+|\.\d+[eE]\+\d+)$/.test(key),
  ],
];

/** Printing ASCII without capitals that begins with no digit has none of them. */
const traitless = /^[!-/:-@[-~][!-@[-~]*$/;

/** Looks at keys as they pass. */
export class KeyTraits {
  #seen = 0;
  readonly #counts = new Uint32Array(traits.length);

  /** True when it looks at no more keys. */
  get hasSeenEnough(): boolean {
    return this.#seen >= looksAt;
  }

  add(fields: readonly string[]): void {
    if (this.hasSeenEnough) return;
    this.#seen += 1;
    if (fields.every((key) => traitless.test(key))) return;
    for (const [at, [, has]] of traits.entries()) {
      if (fields.some(has)) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    }
  }

  /** What a person should look at when nothing matches; counts, and no key. */
  advice(): readonly string[] {
    return traits.flatMap(([advice], at) => {
      const count = this.#counts[at] ?? 0;
      return count === 0 ? [] : [`${count} of the first ${this.#seen} keys have ${advice}`];
    });
  }
}
