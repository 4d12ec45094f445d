export { authorNow, inTheNameOf, takingBack, UNEXPECTED } from './author.ts'
export { systemTiming, type Timing } from './clock.ts'
export { codeOf, DatabaseProblem, listProblems, type ProblemCode } from './errors.ts'
export type { Listener, ListenOptions } from './listen.ts'
export { type MigrateOptions, migrate } from './migrations.ts'
export { type Database, type OpenOptions, openDatabase } from './open-database.ts'
export { schemaVersion } from './schema-version.ts'
export { lastly } from './statements.ts'
export { refreshStatistics } from './statistics.ts'
export type * from './tables.ts'
export {
  inOneTrip,
  inTransaction,
  isTransient,
  type TransactionCounters,
  type TransactionOptions,
} from './transactions.ts'
export { arrayOf, type ColumnType, unnestRows } from './unnest.ts'
export { readWall, type WallState } from './wall.ts'
