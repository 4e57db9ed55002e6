import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonPlace } from "../../dist/table/json-place.js";

describe("jsonPlace", () => {
  const text = '\n{ "a": [1,\n  { "b": "x\\"]}", "c": null }],\n "a b": {}, "a": [\n true, [ [2] ] ] }';

  it.each([
    [[], 2, 1],
    [["a"], 4, 18],
    [["a", 0], 5, 2],
    [["a", 1, 0, 0], 5, 11],
    [["a b"], 4, 9],
    [["a b", "none"], 4, 9],
    [["a", 7], 4, 18],
    [["a", "x"], 4, 18],
    [["none", "x"], 2, 1],
  ])("finds %j, or what is there on the way to it", (path, line, character) => {
    expect(jsonPlace(text, path)).toEqual({ line, character });
  });

  it("finds, in any document, a value that parses to what JSON.parse has there", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.infiniteStream(fc.nat(5)), (json, steps) => {
        const path: (string | number)[] = [];
        let value: unknown = JSON.parse(json);
        for (const step of steps) {
          if (typeof value !== "object" || value === null || Object.keys(value).length === 0) break;
          const key = Object.keys(value)[step % Object.keys(value).length] ?? "";
          path.push(Array.isArray(value) ? Number(key) : key);
          value = (value as Record<string, unknown>)[key];
        }
        const { line, character } = jsonPlace(json, path);
        const rest = Array.from(
          json
            .split(/\r\n|\r|\n/)
            .slice(line - 1)
            .join("\n"),
        )
          .slice(character - 1)
          .join("");
        expect(rest.startsWith(JSON.stringify(value)) || JSON.stringify(value) === "0").toBe(true);
      }),
    );
  });
});
