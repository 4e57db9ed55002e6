import { describe, expect, it } from "vitest";
import { readProductFootprint, readProductFootprints } from "../../dist/scope3/index.js";
import { carbonFields, documentFields } from "../../dist/scope3/product/pact-schema.js";
import { describeWithData, readData } from "../support/data.js";
import { expectError } from "../support/expect-error.js";

const file = "pcf.json";

/** A document as PACT 3.0 has it; everything the specification requires and nothing else. */
function version3(): Record<string, unknown> {
  return {
    id: "f4b1225a-bd44-4c8e-861d-079e4e1dfd69",
    specVersion: "3.0.1",
    created: "2024-10-31T00:00:00Z",
    status: "Active",
    companyName: "Invented Ltd",
    companyIds: ["urn:uuid:1"],
    productDescription: "",
    productIds: ["urn:gtin:1"],
    productNameCompany: "Ethanol",
    pcf: {
      declaredUnitOfMeasurement: "liter",
      declaredUnitAmount: "12.5",
      productMassPerDeclaredUnit: "9.86",
      referencePeriodStart: "2023-01-01T00:00:00Z",
      referencePeriodEnd: "2024-01-01T00:00:00+01:00",
      pcfExcludingBiogenicUptake: "2.0",
      pcfIncludingBiogenicUptake: "-14.22",
      fossilGhgEmissions: "1",
      fossilCarbonContent: "0",
      ipccCharacterizationFactors: ["AR6"],
      crossSectoralStandards: ["PACT-3.0"],
      exemptedEmissionsPercent: "5.3",
    },
  };
}

function version23(): Record<string, unknown> {
  return {
    ...version3(),
    specVersion: "2.3.0",
    version: 0,
    comment: "",
    productCategoryCpc: "011-99000",
    pcf: {
      declaredUnit: "kilogram",
      unitaryProductAmount: "12.5",
      referencePeriodStart: "2023-01-01T00:00:00Z",
      referencePeriodEnd: "2024-01-01T00:00:00Z",
      pCfExcludingBiogenic: "1.80",
      fossilGhgEmissions: "1",
      fossilCarbonContent: "0",
      biogenicCarbonContent: "0",
      characterizationFactors: "AR6",
      ipccCharacterizationFactorsSources: ["AR6"],
      crossSectoralStandardsUsed: ["GHG Protocol Product standard"],
      boundaryProcessesDescription: "",
      exemptedEmissionsPercent: 0,
      exemptedEmissionsDescription: "",
      packagingEmissionsIncluded: true,
      primaryDataShare: 56.12,
    },
  };
}

type Edit = Readonly<Record<string, unknown>>;
const edited = (document: Record<string, unknown>, top: Edit, pcf: Edit = {}): string =>
  JSON.stringify({ ...document, pcf: { ...(document["pcf"] as object), ...pcf }, ...top });
const read = (text: string, validAt?: Date): unknown =>
  readProductFootprint(text, { file, ...(validAt === undefined ? {} : { validAt }) });

describe("readProductFootprint", () => {
  it("reads version 3: kg for the declared amount of units", () => {
    expect(read(edited(version3(), {}, { primaryDataShare: "14.5" }))).toEqual({
      id: "f4b1225a-bd44-4c8e-861d-079e4e1dfd69",
      specVersion: "3.0.1",
      companyName: "Invented Ltd",
      productName: "Ethanol",
      unit: "liter",
      amount: "12.5",
      kgPerDeclaredUnit: "2.0",
      primaryDataShare: "14.5",
    });
  });

  it("reads version 2.3: kg for one declared unit", () => {
    expect(read(JSON.stringify(version23()))).toMatchObject({
      unit: "kilogram",
      amount: "1",
      kgPerDeclaredUnit: "1.80",
      primaryDataShare: "56.12",
    });
  });

  it.each(["2.0.0", "2.1.0", "2.2.1-20240410"])(
    "reads version %s, in which some members came later",
    (specVersion) => {
      const later = {
        ipccCharacterizationFactorsSources: undefined,
        boundaryProcessesDescription: undefined,
      };
      const old = edited(version23(), { specVersion, status: undefined }, later);
      expect(read(old)).toMatchObject({ specVersion, unit: "kilogram", kgPerDeclaredUnit: "1.80" });
      expect(read(edited(version23(), { specVersion }))).toMatchObject({ specVersion });
      const wrong = edited(version23(), { specVersion }, { boundaryProcessesDescription: 7 });
      const column = "pcf.boundaryProcessesDescription";
      expectError(() => read(wrong), "INVALID_DATA", { file, column });
      expectError(() => read(edited(version23(), { specVersion, status: "Deprecated" })), "INVALID_DATA", {
        file,
        column: "status",
      });
      for (const name of Object.keys(carbonFields["2.0"])) {
        expectError(() => read(edited(version23(), { specVersion }, { [name]: undefined })), "INVALID_DATA");
      }
    },
  );

  it("takes optional members that are null for members that are not there", () => {
    const nothing = {
      geographyCountry: null,
      geographyCountrySubdivision: null,
      dqi: null,
      primaryDataShare: null,
    };
    const text = edited(
      version3(),
      { validityPeriodEnd: null },
      { ...nothing, geographyRegionOrSubregion: "Europe" },
    );
    expect(read(text)).toEqual(read(edited(version3(), {})));
  });

  it.each(Object.keys(documentFields["3"]))("refuses version 3 without %s", (name) => {
    const column = name;
    expectError(() => read(edited(version3(), { [name]: undefined })), "INVALID_DATA", { file, column });
  });

  it.each(Object.keys(carbonFields["3"]))("refuses version 3 without pcf.%s", (name) => {
    const error = expectError(() => read(edited(version3(), {}, { [name]: undefined })), "INVALID_DATA", {
      file,
      column: `pcf.${name}`,
    });
    expect(error.got).toBe("nothing");
  });

  it.each(Object.keys(carbonFields["2.3"]))("refuses version 2.3 without pcf.%s", (name) => {
    const column = `pcf.${name}`;
    expectError(() => read(edited(version23(), {}, { [name]: undefined })), "INVALID_DATA", { file, column });
  });

  it.each<[string, Edit, Edit, string]>([
    ["a deprecated document", { status: "Deprecated" }, {}, "status"],
    ["version 1.0", { specVersion: "1.0.0" }, {}, "specVersion"],
    ["version 4", { specVersion: "4.0.0" }, {}, "specVersion"],
    ["no list of ids", { productIds: [] }, {}, "productIds"],
    ["a negative footprint", {}, { pcfExcludingBiogenicUptake: "-1" }, "pcf.pcfExcludingBiogenicUptake"],
    ["a footprint as a number", {}, { pcfExcludingBiogenicUptake: 1.75 }, "pcf.pcfExcludingBiogenicUptake"],
    ["a footprint NaN", {}, { pcfExcludingBiogenicUptake: "NaN" }, "pcf.pcfExcludingBiogenicUptake"],
    ["an amount of 0", {}, { declaredUnitAmount: "0" }, "pcf.declaredUnitAmount"],
    ["an unknown unit", {}, { declaredUnitOfMeasurement: "gallon" }, "pcf.declaredUnitOfMeasurement"],
    ["a date without zone", {}, { referencePeriodStart: "2023-01-01" }, "pcf.referencePeriodStart"],
    ["a date that is none", {}, { referencePeriodEnd: "2023-13-41T00:00:00Z" }, "pcf.referencePeriodEnd"],
    [
      "two geographies",
      {},
      { geographyCountry: "DE", geographyRegionOrSubregion: "Europe" },
      "pcf.geographyCountry",
    ],
    ["a share above 100", {}, { primaryDataShare: "100.1" }, "pcf.primaryDataShare"],
    ["a pcf that is a list", { pcf: [] }, {}, "pcf"],
  ])("refuses %s", (_, top, pcf, column) => {
    const error = expectError(() => read(edited(version3(), top, pcf)), "INVALID_DATA", { file, column });
    expect(error.message).toMatch(/^pcf\.json:1:\d+: column "/);
  });

  it("refuses a footprint out of its validity period, where it is asked to look", () => {
    const text = edited(version3(), {
      validityPeriodStart: "2024-01-01T00:00:00Z",
      validityPeriodEnd: "2025-01-01T00:00:00Z",
    });
    expect(read(text, new Date("2024-06-01T00:00:00Z"))).toBeDefined();
    const late = new Date("2025-06-01T00:00:00Z");
    expectError(() => read(text, late), "INVALID_DATA", { column: "validityPeriodEnd" });
    // Without a period: three years from the end of the reference period.
    expect(read(edited(version3(), {}), new Date("2026-12-31T00:00:00Z"))).toBeDefined();
    expectError(() => read(edited(version3(), {}), new Date("2027-01-02T00:00:00Z")), "INVALID_DATA");
  });

  it.each(["[]", "null", "3", '"x"', "{}", '{"__proto__":{"specVersion":"3.0.0"}}', "[1]", '{"data":{}}'])(
    "refuses %s",
    (text) => {
      expectError(() => read(text), "INVALID_DATA", { file });
    },
  );

  it("refuses an id that is there twice", () => {
    const twice = JSON.stringify([version3(), version3()]);
    expectError(() => readProductFootprints(twice, { file }), "INVALID_DATA", { column: "[1].id", line: 1 });
  });
});

describeWithData("the PACT demo footprints", ["carbon/pact_demo_footprints_v3.json"], () => {
  it("are 1.75, 1.80 and 2.05 kg a liter", () => {
    const footprints = readProductFootprints(readData("carbon/pact_demo_footprints_v3.json"), { file });
    expect(
      footprints.map(({ kgPerDeclaredUnit, unit, amount }) => [kgPerDeclaredUnit, amount, unit]),
    ).toEqual([
      ["1.75", "1", "liter"],
      ["1.80", "1", "liter"],
      ["2.05", "1", "liter"],
    ]);
  });
});
