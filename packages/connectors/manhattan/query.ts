import { Invalid } from '@plimsoll/connector-kit'

/**
 * The text that Manhattan's searches take as `Query`: `ItemId = 'X' and OnHand > '0'`. Values come from shops and people, so
 * none reaches it but through `quoted`.
 */
export type Condition = { field: string; op: '=' | '>' | '>=' | '<='; value: string } | InList

type InList = { field: string; in: readonly string[] }

/**
 * Conditions that all hold. An empty list finds everything.
 * @throws Invalid for a value that cannot be asked for: see `isAskable`
 */
export function queryOf(conditions: readonly Condition[]): string {
  return conditions.map(textOf).join(' and ')
}

function textOf(condition: Condition): string {
  if (!/^[A-Za-z]+(\.[A-Za-z]+)?$/.test(condition.field))
    throw new TypeError(`"${condition.field}" is no field`)
  if (!('in' in condition)) return `${condition.field} ${condition.op} ${quoted(condition.value)}`
  if (condition.in.length === 0) throw new TypeError('a list to look for has something in it')
  return `${condition.field} in (${condition.in.map(quoted).join(',')})`
}

/**
 * Between single quotation marks, those within doubled: every mark has its partner, so that whatever the value holds stays
 * within marks, with a platform that knows the doubling and with one that does not.
 */
function quoted(value: string): string {
  if (!isAskable(value))
    throw new Invalid('Manhattan cannot be asked for an id with a backslash or a control character.', 'id')
  return `'${value.replaceAll("'", "''")}'`
}

/**
 * Whether a search can name it. Not with a backslash: nobody says whether one takes away the meaning of the mark behind it.
 * Nor with control characters, lone surrogates or nothing at all.
 */
export function isAskable(value: string): boolean {
  return value !== '' && value.length <= 200 && value.isWellFormed() && !/[\\\p{Cc}\u2028\u2029]/u.test(value)
}

/** As its searches take moments: UTC, without saying so. */
export function momentOf(at: Date): string {
  return at.toISOString().replace('Z', '')
}
