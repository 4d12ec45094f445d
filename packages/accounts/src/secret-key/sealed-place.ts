/**
 * Where sealed values lie, told by whoever seals them: so that all of them can be sealed anew by another key. Each such table
 * has a column `key_name`, and the trigger of migration 0075; a test finds those that are missing here.
 */
export type SealedPlace = {
  /** With its schema where that is not `public`. */
  table: string
  /** `sealed` unless it is said. */
  column?: string
  /** The columns of its primary key, in their order. */
  key: readonly string[]
  /** Whether one row may hold megabytes. */
  isLarge?: boolean
  /** What a row's value is bound to. */
  boundTo(row: Record<string, string>): string
}
