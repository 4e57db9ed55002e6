import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesToHex } from "../../../dist/bytes/encoding.js";
import { VeilshareError } from "../../../dist/errors.js";
import {
  formatKeyFile,
  generateIdentity,
  parseKeyFile,
  parsePartiesFile,
  signingKeysOf,
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
  const a = { name: "a", keys: [{ link: key }] };
  const b = {
    name: "b",
    keys: [
      { link: otherKey, signing: "01".repeat(32), from: "2025-01-01", until: "2026-01-01" },
      { signing: "02".repeat(32), from: "2026-01-01T00:00:00Z" },
    ],
    address: "wss://b.example:8443/path",
  };
  const version = 2;
  const withKey = (change: object): object => ({
    version,
    parties: [{ ...a, keys: [{ link: key, ...change }] }, b],
  });

  it("gives its entries in order, keys in lower case", () => {
    const text = JSON.stringify({ version, parties: [{ ...a, keys: [{ link: key.toUpperCase() }] }, b] });
    expect(parsePartiesFile(text, file)).toEqual([a, b]);
  });

  it("may begin with a byte order mark, and says where it is no JSON", () => {
    const text = JSON.stringify({ version, parties: [a, b] });
    expect(parsePartiesFile(`\ufeff${text}`, file)).toEqual([a, b]);
    expect(() => parsePartiesFile('{\n  "parties": [,', file)).toThrow(
      "some/file.json:2:15: expected JSON, got something else here",
    );
  });

  it("of version 1 is refused with the line to change and what to write there", () => {
    const old = { parties: [a, b].map(({ name }) => ({ name, publicKey: key })) };
    const text = JSON.stringify(old, undefined, 2);
    const expected = { code: "INVALID_CONFIG", file, field: "version", line: 5 };
    expect(() => parsePartiesFile(text, file)).toThrow(expect.objectContaining(expected) as Error);
    expect(() => parsePartiesFile(text, file)).toThrow(/some\/file\.json:5: expected "version": 2 .*"keys"/);
  });

  it("says which keys hold when, by links and by signatures", () => {
    const entries = parsePartiesFile(JSON.stringify({ version, parties: [a, b] }), file);
    const at = (time: string): string[] => signingKeysOf(entries.slice(1), Date.parse(time)).map(bytesToHex);
    expect(at("2025-06-01")).toEqual(["01".repeat(32)]);
    expect(at("2026-01-01")).toEqual(["02".repeat(32)]);
    const none = expect.objectContaining({ code: "INVALID_CONFIG", party: "b" }) as Error;
    expect(() => at("2024-12-31T23:59:59Z")).toThrow(none);
    expect(() => signingKeysOf(entries)).toThrow(expect.objectContaining({ party: "a" }) as Error);
  });

  it.each<[string, unknown, string | undefined]>([
    ["no JSON", undefined, undefined],
    ["an array", [], "the whole file"],
    ["null", null, "the whole file"],
    ["no parties", { version }, "parties"],
    ["parties that are no array", { version, parties: { a } }, "parties"],
    ["one party", { version, parties: [a] }, "parties"],
    ["a field too many", { version, parties: [a, b], session: 1 }, '"session"'],
    ["an entry that is no object", { version, parties: [a, 7] }, "parties[1]"],
    [
      "an entry with a field too many",
      { version, parties: [a, { ...b, secretKey: key }] },
      'parties[1]."secretKey"',
    ],
    ["another version", { version: 3, parties: [a, b] }, "version"],
    ["an entry without a name", { version, parties: [a, { keys: [{ link: otherKey }] }] }, "parties[1].name"],
    ["a name that is a number", { version, parties: [{ ...a, name: 7 }, b] }, "parties[0].name"],
    ["an empty name", { version, parties: [{ ...a, name: "" }, b] }, "parties[0].name"],
    ["a name with a control character", { version, parties: [{ ...a, name: "a\nb" }, b] }, "parties[0].name"],
    ["a name of 65 letters", { version, parties: [{ ...a, name: "a".repeat(65) }, b] }, "parties[0].name"],
    ["no keys", { version, parties: [{ ...a, keys: [] }, b] }, "parties[0].keys"],
    ["a key of neither purpose", { version, parties: [{ ...a, keys: [{}] }, b] }, "parties[0].keys[0]"],
    ["a short key", withKey({ link: "ab" }), "parties[0].keys[0].link"],
    ["a key that is not hexadecimal", withKey({ signing: "zz".repeat(32) }), "parties[0].keys[0].signing"],
    ["a key that is null", withKey({ link: null }), "parties[0].keys[0].link"],
    ["a key with a field too many", withKey({ secret: key }), 'parties[0].keys[0]."secret"'],
    ["a time that is none", withKey({ from: "soon" }), "parties[0].keys[0].from"],
    [
      "a time before it begins",
      withKey({ from: "2026-02-01", until: "2026-01-01" }),
      "parties[0].keys[0].until",
    ],
    ["a name twice", { version, parties: [a, { ...b, name: "a" }] }, "parties[1].name"],
    ["names that differ by case only", { version, parties: [a, { ...b, name: "A" }] }, "parties[1].name"],
    [
      "a key twice",
      { version, parties: [a, { ...b, keys: [{ link: key.toUpperCase() }] }] },
      "parties[1].keys[0].link",
    ],
    ["an http address", { version, parties: [{ ...a, address: "http://a" }, b] }, "parties[0].address"],
    [
      "an address with a password",
      { version, parties: [{ ...a, address: "ws://u:p@a" }, b] },
      "parties[0].address",
    ],
    [
      "an address with a query",
      { version, parties: [{ ...a, address: "ws://a/?x=1" }, b] },
      "parties[0].address",
    ],
    ["an address that is none", { version, parties: [{ ...a, address: "a:80" }, b] }, "parties[0].address"],
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
    expect(parsed.signingKey.exportSecretKey()).toEqual(identity.signingKey.exportSecretKey());
  });

  it.each([
    ["without a name", { name: undefined }, "name"],
    ["without its secret key", { secretKey: undefined }, "secretKey"],
    ["with a short secret key", { secretKey: "00" }, "secretKey"],
    ["with the public key of another", { publicKey: key }, "publicKey"],
    ["without its signing key", { signingSecretKey: undefined }, "signingSecretKey"],
    ["with the signing key of another", { signingPublicKey: key }, "signingPublicKey"],
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
