import { describe, expect, it } from "vitest";
import { VeilshareError } from "../../dist/errors.js";
import { parseJson } from "../../dist/table/index.js";
import { describeWithData, readDataJson } from "../support/data.js";

const read = (content: string | Uint8Array): unknown => parseJson(content, { file: "in.json" });

function lineOf(content: string): number | undefined {
  try {
    read(content);
  } catch (thrown) {
    if (thrown instanceof VeilshareError && thrown.code === "INVALID_DATA") return thrown.line;
    throw thrown;
  }
  throw new Error("nothing was refused");
}

describe("parseJson", () => {
  it("reads what JSON.parse reads, with or without a byte order mark", () => {
    expect(read(' {"a": [1, "x", null]} ')).toEqual({ a: [1, "x", null] });
    expect(read(new TextEncoder().encode('\ufeff{"a":1}'))).toEqual({ a: 1 });
  });

  it.each<[string, number]>([
    ["", 1],
    ["\n \n", 3],
    ['{\n "a": 1,\n "b" 2\n}', 3],
    ["[1,\n2,\n]", 3],
    ['{\n"a":1,\n}', 3],
    ["[\n1\n}\n", 3],
    ['"a\nb"', 1],
    ["[1]\n\nx", 3],
    ["[1]\r\n[2]", 2],
    ["{\n1:2}", 2],
    ["[[[\n", 2],
    ["\n[nul]", 2],
    ["]", 1],
  ])("refuses %j at line %i", (text, line) => {
    expect(lineOf(text)).toBe(line);
  });

  it.each<[string, string]>([
    ['{\n "a": 1,\n "b" 2\n}', "in.json:3:6: expected JSON, got something else here"],
    ["[1,\r\n 福,", "in.json:2:2: expected JSON, got something else here"],
    ["[1", "in.json:1:3: expected JSON, got the end of the file"],
  ])("says of %j on which line and at which of its characters", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("refuses nesting a million deep without a stack overflow", () => {
    expect(lineOf("[".repeat(1_000_000))).toBe(1);
    expect(lineOf('{"a":'.repeat(100_000))).toBe(1);
  });

  it("never shows the text", () => {
    try {
      read('{"pcf": SECRETVALUE}');
    } catch (thrown) {
      expect(
        JSON.stringify([(thrown as Error).message, (thrown as Error).cause, (thrown as Error).stack]),
      ).not.toContain("SECRETVALUE");
    }
  });
});

describeWithData("JSONTestSuite", ["badinput/json-test-suite-part-a.json"], () => {
  interface Case {
    readonly name: string;
    readonly expect: "accept" | "reject" | "either";
    readonly bytes_base64: string;
  }
  const cases = readDataJson<Case[]>("badinput/json-test-suite-part-a.json");

  it.each(cases.map((entry) => [entry.expect, entry.name, entry] as const))("%s %s", (wanted, _, entry) => {
    const bytes = Uint8Array.from(Buffer.from(entry.bytes_base64, "base64"));
    let accepted = true;
    try {
      read(bytes);
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: "INVALID_DATA", file: "in.json" });
      expect((thrown as VeilshareError).line).toBeGreaterThanOrEqual(1);
      accepted = false;
    }
    if (wanted !== "either") expect(accepted).toBe(wanted === "accept");
  });
});
