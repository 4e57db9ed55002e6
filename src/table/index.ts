export {
  isNumberColumn,
  keyColumn,
  kindOf,
  labelColumn,
  numberColumn,
  type LabelColumnOptions,
  type NumberColumnOptions,
} from "./columns.js";
export { parseTable, type ParseTableOptions } from "./csv-reader.js";
export { formatCsv, type FormatCsvOptions } from "./csv-writer.js";
export { parseJson } from "./json-reader.js";
export {
  columnIndex,
  invalidData,
  placeOf,
  tableFromColumns,
  textColumn,
  type Place,
  type Table,
} from "./table.js";
