export {
  isNumberColumn,
  keyColumn,
  kindOf,
  labelColumn,
  numberColumn,
  type LabelColumnOptions,
  type NumberColumnOptions,
} from "./columns.js";
export {
  featuresOf,
  type Feature,
  type FeatureOptions,
  type Features,
  type FeatureSummary,
} from "./features.js";
export type { NumberNotation } from "./number-notation.js";
export { parseTable, type ParseTableOptions } from "./csv-reader.js";
export { readCsvRows, type CsvRowsOptions } from "./csv-rows.js";
export { formatCsv, type FormatCsvOptions } from "./csv-writer.js";
export { parseJson } from "./json-reader.js";
export { readParquetRows, type ParquetBytes, type ParquetRowsOptions } from "./parquet-rows.js";
export { joinRowsOf, RowKeys, type RowSource, type TableRow } from "./rows.js";
export { textEncodings, type TextEncoding } from "./text-decoder.js";
export type { CsvFormat } from "./csv-format.js";
export { decimalText, scaledInteger } from "./scaled-integer.js";
export {
  columnIndex,
  invalidData,
  placeOf,
  tableFromColumns,
  textColumn,
  type Place,
  type Table,
} from "./table.js";
