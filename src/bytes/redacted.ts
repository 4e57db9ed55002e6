/** How secrets print: by name only, whoever prints them. */

const inspectCustom = Symbol.for("nodejs.util.inspect.custom");

/**
 * Makes every instance of a class print as `Name(redacted)` in template strings, JSON and Node's console. Called from
 * the class's own static block; the secret itself is in #fields, which no printer reaches.
 */
export function printAsRedacted(secretClass: { readonly name: string; readonly prototype: object }): void {
  const print = (): string => `${secretClass.name}(redacted)`;
  for (const key of ["toString", "toJSON", inspectCustom]) {
    Object.defineProperty(secretClass.prototype, key, { value: print, writable: true, configurable: true });
  }
}
