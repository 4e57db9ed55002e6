import { expect, it } from "vitest";
import { VeilshareError } from "../../dist/errors.js";
import {
  readEmissionFactors,
  readFootprints,
  readProductFootprints,
  type EmissionFactor,
} from "../../dist/scope3/index.js";
import { formatCsv, parseTable } from "../../dist/table/index.js";
import { describeWithData, readData, readDataJson } from "../support/data.js";

/** Runs a reader on hostile input: a result or a typed refusal of one line that does not show the input. */
function survives(action: () => unknown, input: string): "read" | "refused" {
  try {
    action();
    return "read";
  } catch (thrown) {
    if (!(thrown instanceof VeilshareError)) throw thrown;
    expect(thrown.code).toBe("INVALID_DATA");
    expect(thrown.message).not.toMatch(/[\n\r\u2028\u2029]/);
    if (input.length > 12) expect(thrown.message).not.toContain(input);
    return "refused";
  }
}

const files = ["badinput/naughty-strings-part-a.json", "badinput/json-test-suite-part-a.json"];

describeWithData("hostile strings and JSON", [...files, "carbon/pact_demo_footprints_v3.json"], () => {
  const naughty = readDataJson<string[]>("badinput/naughty-strings-part-a.json").filter(
    (text) => !text.includes("\0"),
  );

  it("no JSON test case is taken for a product footprint, and none crashes the reader", () => {
    const cases = readDataJson<{ name: string; bytes_base64: string }[]>(
      "badinput/json-test-suite-part-a.json",
    );
    for (const { bytes_base64: base64 } of cases) {
      const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
      const outcome = survives(() => {
        expect(readProductFootprints(bytes, { file: "f.json" })).toEqual([]); // an empty array holds none
      }, "");
      expect(["read", "refused"]).toContain(outcome);
    }
  });

  it("no hostile string in any member of a product footprint crashes the reader or shows in an error", () => {
    const [document] = JSON.parse(readData("carbon/pact_demo_footprints_v3.json")) as [
      Record<string, unknown>,
    ];
    const pcf = document["pcf"] as Record<string, unknown>;
    for (const text of naughty) {
      for (const name of Object.keys(document)) {
        survives(
          () => readProductFootprints(JSON.stringify([{ ...document, [name]: text }]), { file: "f" }),
          text,
        );
      }
      for (const name of Object.keys(pcf)) {
        const hostile = JSON.stringify([{ ...document, pcf: { ...pcf, [name]: text } }]);
        survives(() => readProductFootprints(hostile, { file: "f" }), text);
      }
    }
  });

  it("no hostile string in any cell of an activity or factor table crashes the reader or shows in an error", () => {
    const factor: EmissionFactor = {
      code: "1",
      title: "t",
      kgPerUnit: "1",
      currency: "USD",
      priceYear: 2022,
    };
    const activity = { supplier: "A", category: "1", naics: "1", spend_usd: "1", primary_share: "" };
    const factors = {
      "2017 NAICS Code": "111110",
      "2017 NAICS Title": "t",
      GHG: "All GHGs",
      Unit: "kg CO2e/2022 USD, purchaser price",
      "Supply Chain Emission Factors with Margins": "1",
    };
    for (const text of naughty) {
      for (const column of Object.keys(activity)) {
        const row = { ...activity, [column]: text };
        const table = parseTable(formatCsv(Object.keys(row), [Object.values(row)], { formulas: "keep" }), {
          file: "s.csv",
        });
        survives(() => readFootprints(table, { factors: new Map([["1", factor]]) }), text);
      }
      for (const column of Object.keys(factors)) {
        const row = { ...factors, [column]: text };
        const table = parseTable(formatCsv(Object.keys(row), [Object.values(row)], { formulas: "keep" }), {
          file: "f.csv",
        });
        survives(() => readEmissionFactors(table), text);
      }
    }
  });
});
