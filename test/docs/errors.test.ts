import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorCodes, VeilshareError } from "../../dist/errors.js";

const page = readFileSync("docs/errors.md", "utf8");
const rows = [...page.matchAll(/^\| `([A-Z_]+)`\s*\|([^|]*)\|([^|]*)\|$/gm)].map(
  ([, code = "", cause = "", action = ""]) => ({
    code,
    cause: cause.trim(),
    action: action.trim(),
  }),
);

describe("the page of errors", () => {
  it("has every code once, in the order of the source, with a cause and an action", () => {
    expect(rows.map(({ code }) => code)).toEqual(errorCodes);
    for (const { cause, action } of rows) {
      expect(cause.length).toBeGreaterThan(10);
      expect(action.length).toBeGreaterThan(10);
    }
  });

  it("tells faults of this side from those of another party as the class does", () => {
    const [ours = "", theirs = ""] = page.split("## Faults of another party");
    for (const code of errorCodes) {
      expect((new VeilshareError(code, "x").isPeerFault ? theirs : ours).includes(`| \`${code}\``)).toBe(
        true,
      );
    }
  });
});
