/** The public face of the files package. */
export {
  type Column,
  type Columns,
  cell,
  code,
  codes,
  date,
  flag,
  instant,
  oneOf,
  optional,
  type RowOf,
  required,
  text,
  whole,
} from './columns.ts'
export { type WrittenCell, writeCsv } from './csv-write.ts'
export { type Encoding, EncodingDetector } from './encoding.ts'
export { type FileErrorCode, FileProblem, fileErrors, type RowProblem, rowProblem } from './errors.ts'
export { type Header, normalizeName } from './header.ts'
export { RowKeys } from './row-keys.ts'
export {
  detectFormat,
  detectFormatOf,
  type FileFormat,
  type ReadRow,
  readRows,
  readTable,
  type Table,
  type TableSource,
} from './table.ts'
export { COLUMNS_MAX, ROWS_MAX, type TableRow } from './table-row.ts'
export { listSheets } from './xlsx/read.ts'
export { writeXlsx } from './xlsx/write.ts'
export { writeZip, type ZippedFile } from './zip-write.ts'
