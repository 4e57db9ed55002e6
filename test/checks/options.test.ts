import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkArgument, checkOptions, poolRule, signalRule } from "../../dist/checks/options.js";
import {
  bigint,
  bytes,
  callback,
  either,
  flag,
  integer,
  kindOf,
  listOf,
  number,
  object,
  oneOf,
  optional,
  recordOf,
  text,
  type Rule,
} from "../../dist/checks/rules.js";
import { createPool } from "../../dist/parallel/index.js";

interface Options {
  readonly reveal: string;
  readonly signal?: AbortSignal;
  readonly limits?: { readonly connectTimeoutMs?: number };
}

const rules = {
  reveal: oneOf("both", "receiver"),
  signal: optional(signalRule),
  limits: optional(object({ connectTimeoutMs: optional(integer(1)) })),
};

const check = (given: unknown): void => {
  checkOptions("intersect", given as Options, rules);
};

describe("checkOptions", () => {
  it("takes known names with fitting values, and leaves out what may be left out", () => {
    check({ reveal: "both" });
    check({ reveal: "receiver", signal: AbortSignal.timeout(10), limits: {} });
    check({ reveal: "both", signal: undefined, limits: { connectTimeoutMs: 5 } });
    check(Object.assign(Object.create(null) as object, { reveal: "both" }));
  });

  it.each([
    [{ reveals: "both" }, "reveals", /did you mean "reveal"/],
    [{ reveal: "both", limits: { connectTimeout: 1 } }, "limits.connectTimeout", /"connectTimeoutMs"/],
    [{ reveal: "none" }, "reveal", /one of "both", "receiver"/],
    [{ reveal: "both", limits: { connectTimeoutMs: 0.5 } }, "limits.connectTimeoutMs", /integer/],
    [{ reveal: "both", signal: {} }, "signal", /AbortSignal/],
    [{ reveal: "both", [Symbol("x")]: 1 }, "Symbol(x)", /unknown name/],
    [[], "options", /plain object/],
    [new Map(), "options", /class Map/],
    ["both", "options", /plain object/],
    [() => "both", "options", /plain object/],
    [new Date(0), "options", /class Date/],
    [null, "options", /null/],
    [undefined, "reveal", /nothing/],
  ])("refuses %o, naming %s", (given, field, message) => {
    expect(() => {
      check(given);
    }).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT", field }));
    expect(() => {
      check(given);
    }).toThrow(message);
  });

  it("refuses every name that is not in the list", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        fc.pre(!Object.hasOwn(rules, name) && name !== "__proto__");
        expect(() => {
          check({ reveal: "both", [name]: 1 });
        }).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
      }),
    );
  });

  it("says nothing of a value but its kind", () => {
    const secret = "correct horse battery staple";
    const rulesOfAll: readonly Rule[] = [
      flag,
      callback,
      integer(),
      number(),
      bytes(32),
      bigint(),
      listOf(flag),
    ];
    for (const rule of rulesOfAll) {
      const given = [secret, [secret], { secret }];
      for (const value of given) {
        expect(rule.faultOf(value)).toBeDefined();
        expect(JSON.stringify(rule.faultOf(value))).not.toContain("horse");
      }
    }
  });
});

describe("checkArgument", () => {
  it("names the argument and the place inside it", () => {
    const rows = listOf(recordOf(either(text, number())));
    expect(() => {
      checkArgument("join", "rows", [{ a: 1 }, { b: true }], rows);
    }).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT", field: "rows[1].b" }));
    checkArgument("join", "rows", [{ a: 1 }, { b: "x" }], rows);
  });

  it("knows a pool from what looks a little like one", async () => {
    const pool = createPool({ workers: 0 });
    checkArgument("intersect", "pool", pool, poolRule);
    expect(poolRule.faultOf({ map: () => 1 })).toBeDefined();
    await pool.close();
  });

  it("tells kinds apart that callers mix up", () => {
    expect(kindOf(NaN)).toBe("NaN");
    expect(kindOf(new Uint8Array(3))).toBe("a Uint8Array of 3 bytes");
    expect(kindOf([1])).toBe("an array of 1");
    expect(integer(0, 5).faultOf(6)?.expected).toBe("an integer from 0 to 5");
    expect(bigint(0n, 5n).faultOf(6)).toBeDefined();
    expect(bytes().faultOf([1, 2])).toBeDefined();
  });
});
