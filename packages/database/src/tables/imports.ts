/** Imports of files: owned by `apps/hub/src/imports`. */

export type ImportState = 'uploading' | 'uploaded' | 'unreadable' | 'checked' | 'applying' | 'done'
export type ImportMode = 'all-or-nothing' | 'good-rows'

export interface ImportJobTable {
  organizationId: string
  importId: string
  what: string
  name: string
  fileName: string
  sheet: string | null
  format: 'csv' | 'xlsx' | null
  encoding: string | null
  bytes: number
  identity: string | null
  digest: string | null
  state: ImportState
  mode: ImportMode | null
  actor: string
  rowsTotal: number
  rowsBad: number
  warnings: number
  isCut: boolean
  zeroed: number
  stocked: number
  preview: unknown
  failure: unknown
  rowsPassed: number
  doneRow: number
  applied: number
  unchanged: number
  skipped: number
  units: number
  fencing: number
  heldUntil: Date | null
  createdAt: Date
  checkedAt: Date | null
  finishedAt: Date | null
}

/** How far a file is that is applied whole; of the try with this `fencing`. */
export interface ImportProgressTable {
  organizationId: string
  importId: string
  fencing: number
  rowsPassed: number
}

export interface ImportPieceTable {
  organizationId: string
  importId: string
  ordinal: number
  content: Buffer
}

export interface ImportProblemTable {
  organizationId: string
  importId: string
  rowNumber: number
  problemId: string
  level: 'error' | 'warning'
  code: string
  columnName: string | null
  value: string | null
  message: string
  cure: string
}

/** What a row of a file of mappings would change; `foreseen`: its number was worked out. */
export interface ImportMappingTable {
  organizationId: string
  importId: string
  rowNumber: number
  listingId: string
  itemBefore: string | null
  unitsBefore: number
  ignoredBefore: string | null
  itemAfter: string | null
  unitsAfter: number
  ignoredAfter: string | null
  shows: number | null
  willShow: number | null
  estimated: boolean
  foreseen: boolean
  conflicts: unknown
}
