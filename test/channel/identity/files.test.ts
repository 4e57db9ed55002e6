import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VeilshareError } from "../../../dist/errors.js";
import {
  formatKeyFile,
  generateIdentity,
  parseKeyFile,
  parsePartiesFile,
} from "../../../dist/channel/index.js";
import { describeWithData, readDataJson } from "../../support/data.js";

const file = "some/file.json";
const key = "ab".repeat(32);
const otherKey = "cd".repeat(32);
const refused = (field: string | undefined): Error =>
  expect.objectContaining({
    code: "INVALID_CONFIG",
    file,
    ...(field === undefined ? {} : { field }),
  }) as Error;

describe("a parties file", () => {
  const a = { name: "a", publicKey: key };
  const b = { name: "b", publicKey: otherKey, address: "wss://b.example:8443/path" };

  it("gives its entries in order, keys in lower case", () => {
    const text = JSON.stringify({ parties: [{ ...a, publicKey: key.toUpperCase() }, b] });
    expect(parsePartiesFile(text, file)).toEqual([a, b]);
  });

  it("may begin with a byte order mark, and says where it is no JSON", () => {
    const text = JSON.stringify({ parties: [a, b] });
    expect(parsePartiesFile(`\ufeff${text}`, file)).toEqual([a, b]);
    expect(() => parsePartiesFile('{\n  "parties": [,', file)).toThrow(
      "some/file.json:2:15: expected JSON, got something else here",
    );
  });

  it.each<[string, unknown, string | undefined]>([
    ["no JSON", undefined, undefined],
    ["an array", [], "the whole file"],
    ["null", null, "the whole file"],
    ["no parties", {}, "parties"],
    ["parties that are no array", { parties: { a } }, "parties"],
    ["one party", { parties: [a] }, "parties"],
    ["a field too many", { parties: [a, b], session: 1 }, '"session"'],
    ["an entry that is no object", { parties: [a, 7] }, "parties[1]"],
    ["an entry with a field too many", { parties: [a, { ...b, secretKey: key }] }, 'parties[1]."secretKey"'],
    ["an entry without a name", { parties: [a, { publicKey: key }] }, "parties[1].name"],
    ["a name that is a number", { parties: [{ ...a, name: 7 }, b] }, "parties[0].name"],
    ["an empty name", { parties: [{ ...a, name: "" }, b] }, "parties[0].name"],
    ["a name with a control character", { parties: [{ ...a, name: "a\nb" }, b] }, "parties[0].name"],
    ["a name of 65 letters", { parties: [{ ...a, name: "a".repeat(65) }, b] }, "parties[0].name"],
    ["a short key", { parties: [{ ...a, publicKey: "ab" }, b] }, "parties[0].publicKey"],
    [
      "a key that is not hexadecimal",
      { parties: [{ ...a, publicKey: "zz".repeat(32) }, b] },
      "parties[0].publicKey",
    ],
    ["a key that is null", { parties: [{ ...a, publicKey: null }, b] }, "parties[0].publicKey"],
    ["a name twice", { parties: [a, { ...b, name: "a" }] }, "parties[1].name"],
    ["names that differ by case only", { parties: [a, { ...b, name: "A" }] }, "parties[1].name"],
    ["a key twice", { parties: [a, { ...b, publicKey: key.toUpperCase() }] }, "parties[1].publicKey"],
    ["an http address", { parties: [{ ...a, address: "http://a" }, b] }, "parties[0].address"],
    ["an address with a password", { parties: [{ ...a, address: "ws://u:p@a" }, b] }, "parties[0].address"],
    ["an address with a query", { parties: [{ ...a, address: "ws://a/?x=1" }, b] }, "parties[0].address"],
    ["an address that is none", { parties: [{ ...a, address: "a:80" }, b] }, "parties[0].address"],
  ])("with %s is refused by file and field", (_, value, field) => {
    const text = value === undefined ? '{"parties": [' : JSON.stringify(value);
    expect(() => parsePartiesFile(text, file)).toThrow(refused(field));
  });
});

describe("a key file", () => {
  const whole = (): Record<string, unknown> =>
    JSON.parse(formatKeyFile(generateIdentity("bank"))) as Record<string, unknown>;

  it("comes back as the identity it was made of", () => {
    const identity = generateIdentity("bank 2");
    const parsed = parseKeyFile(formatKeyFile(identity), file);
    expect(parsed.entry()).toEqual(identity.entry());
    expect(parsed.keys.exportSecretKey()).toEqual(identity.keys.exportSecretKey());
  });

  it.each([
    ["without a name", { name: undefined }, "name"],
    ["without its secret key", { secretKey: undefined }, "secretKey"],
    ["with a short secret key", { secretKey: "00" }, "secretKey"],
    ["with the public key of another", { publicKey: key }, "publicKey"],
    ["with a field too many", { comment: "mine" }, '"comment"'],
  ])("%s is refused by file and field", (_, change, field) => {
    expect(() => parseKeyFile(JSON.stringify({ ...whole(), ...change }), file)).toThrow(refused(field));
  });

  it("that is broken is refused without a word of what is in it", () => {
    const text = formatKeyFile(generateIdentity("bank"));
    const secret = (JSON.parse(text) as { secretKey: string }).secretKey;
    for (const broken of [
      text.slice(0, -5),
      text.replace(secret, `${secret}0`),
      text.replace(secret, secret.slice(1)),
    ]) {
      const error = ((): unknown => {
        try {
          return parseKeyFile(broken, file);
        } catch (thrown) {
          return thrown;
        }
      })() as VeilshareError;
      expect(error.code).toBe("INVALID_CONFIG");
      expect(`${error.message}${JSON.stringify(error)}${String(error.cause)}`).not.toContain(
        secret.slice(8, 40),
      );
    }
  });
});

it("arbitrary JSON is a file or refused with INVALID_CONFIG, never anything else", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      for (const parse of [parsePartiesFile, parseKeyFile]) {
        try {
          parse(text, file);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: "INVALID_CONFIG", file });
        }
      }
    }),
  );
});

const suite = "badinput/json-test-suite-part-a.json";
describeWithData("texts of the JSON test suite", [suite], () => {
  it("are refused with INVALID_CONFIG, all of them", () => {
    const texts = JSON.stringify(readDataJson<unknown>(suite)).match(/"(?:[^"\\]|\\.)*"/g) ?? [];
    expect(texts.length).toBeGreaterThan(160);
    for (const text of texts) {
      expect(() => parsePartiesFile(JSON.parse(text) as string, file)).toThrow(VeilshareError);
    }
  });
});
