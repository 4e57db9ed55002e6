import { inspect } from "node:util";
import { expect } from "vitest";

/** Expects a secret to print as `Name(redacted)` in a template string, in JSON and in Node's console, also nested. */
export function expectRedacted(secret: object): void {
  const name = `${secret.constructor.name}(redacted)`;
  const asText = secret as unknown as string; // what a template string does with any object
  expect(`kept: ${asText}`).toBe(`kept: ${name}`);
  expect(JSON.stringify({ secret })).toBe(JSON.stringify({ secret: name }));
  expect(inspect(secret, { showHidden: true, depth: 9 })).toBe(name);
  expect(inspect([secret])).toBe(`[ ${name} ]`);
  expect(Object.values(secret)).toEqual([]);
}
