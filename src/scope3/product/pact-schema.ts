/**
 * The members that the PACT Technical Specifications require of a product footprint, as facts.
 *
 * **Source.** OpenAPI schemas of PACT 3.0, 2.3 and, for 2.0 to 2.2, what those have in common, `required` lists of `ProductFootprint` and `CarbonFootprint`.
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

/** The lines of versions that are read: 2.0 to 2.2, 2.3, and 3.x. */
export type SpecificationLine = "2.0" | "2.3" | "3";

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

const documents2: Fields = {
  ...bothDocuments,
  version: "count",
  comment: "anyText",
  productCategoryCpc: "anyText",
};

const carbon2: Fields = {
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
};

/** Members that came later are optional in the versions before. */
function withoutMembers(fields: Fields, later: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !later.includes(name)));
}

/** Members of `ProductFootprint`. */
export const documentFields: Readonly<Record<SpecificationLine, Fields>> = {
  "2.0": withoutMembers(documents2, ["status"]),
  "2.3": documents2,
  "3": bothDocuments,
};

/** Members of `CarbonFootprint`. What is optional in one line and required in another is checked where it is given. */
export const carbonFields: Readonly<Record<SpecificationLine, Fields>> = {
  "2.0": withoutMembers(carbon2, ["ipccCharacterizationFactorsSources", "boundaryProcessesDescription"]),
  "2.3": carbon2,
  "3": {
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
