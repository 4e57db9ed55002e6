/**
 * The members that the PACT Technical Specifications require of a product footprint, as facts.
 *
 * **Source.** OpenAPI schemas of PACT 3.0 and 2.3, `required` lists of `ProductFootprint` and `CarbonFootprint`.
 */

/** How a member must look; a list of texts for an enumeration. */
export type FieldType =
  | "text"
  | "anyText"
  | "date"
  | "decimal"
  | "signedDecimal"
  | "positive"
  | "percent"
  | "count"
  | "flag"
  | "list"
  | "object"
  | readonly string[];

/** The versions that are read, by their first number. */
export type SpecificationMajor = 2 | 3;

type Fields = Readonly<Record<string, FieldType>>;

const units2 = [
  "liter",
  "kilogram",
  "cubic meter",
  "kilowatt hour",
  "megajoule",
  "ton kilometer",
  "square meter",
] as const;
const units3 = [...units2, "piece", "hour", "megabit second"] as const;

const bothDocuments: Fields = {
  id: "text",
  specVersion: "text",
  created: "date",
  status: ["Active", "Deprecated"],
  companyName: "text",
  companyIds: "list",
  productDescription: "anyText",
  productIds: "list",
  productNameCompany: "text",
  pcf: "object",
};

/** Members of `ProductFootprint`. */
export const documentFields: Readonly<Record<SpecificationMajor, Fields>> = {
  2: { ...bothDocuments, version: "count", comment: "anyText", productCategoryCpc: "anyText" },
  3: bothDocuments,
};

/** Members of `CarbonFootprint`. */
export const carbonFields: Readonly<Record<SpecificationMajor, Fields>> = {
  2: {
    declaredUnit: units2,
    unitaryProductAmount: "positive",
    referencePeriodStart: "date",
    referencePeriodEnd: "date",
    pCfExcludingBiogenic: "decimal",
    fossilGhgEmissions: "decimal",
    fossilCarbonContent: "decimal",
    biogenicCarbonContent: "decimal",
    characterizationFactors: "text",
    ipccCharacterizationFactorsSources: "list",
    crossSectoralStandardsUsed: "list",
    boundaryProcessesDescription: "anyText",
    exemptedEmissionsPercent: "percent",
    exemptedEmissionsDescription: "anyText",
    packagingEmissionsIncluded: "flag",
  },
  3: {
    declaredUnitOfMeasurement: units3,
    declaredUnitAmount: "positive",
    productMassPerDeclaredUnit: "decimal",
    referencePeriodStart: "date",
    referencePeriodEnd: "date",
    pcfExcludingBiogenicUptake: "decimal",
    pcfIncludingBiogenicUptake: "signedDecimal",
    fossilGhgEmissions: "decimal",
    fossilCarbonContent: "decimal",
    ipccCharacterizationFactors: "list",
    crossSectoralStandards: "list",
    exemptedEmissionsPercent: "percent",
  },
};
