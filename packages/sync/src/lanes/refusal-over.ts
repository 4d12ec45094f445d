import { type RawBuilder, sql } from 'kysely'

/** Sets the columns that say why a level is not written: a refusal ends where `isOver`, as nothing else would end it. */
export function refusalOver(isOver: RawBuilder<unknown>): RawBuilder<unknown> {
  const ends = sql`level.problem_code = 'refused' and ${isOver}`
  return sql`problem_code = case when ${ends} then null else level.problem_code end,
      problem = case when ${ends} then null else level.problem end,
      problem_told = case when ${ends} then null else level.problem_told end`
}
