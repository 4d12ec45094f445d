import { type CallOptions, Malformed } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { found } from './envelope.ts'
import { DETAIL_PAGE_SIZE, IN_MAX } from './limits.ts'
import type { PathName } from './paths.ts'
import { type Condition, queryOf } from './query.ts'
import { ask, type Context } from './transport.ts'

/** Names of the fields that an answer is to have, and no others: addresses are never asked for. */
export type Template = { readonly [field: string]: null | Template | readonly [Template] }

export type Search = {
  operation: string
  path: PathName
  facility: string
  template: Template
  options?: CallOptions | undefined
}

/** One page of what the conditions find, by the fields of `sort`. */
export async function searchPage<Row>(
  context: Context,
  search: Search & { where: readonly Condition[]; sort: readonly string[]; size: number; page?: number },
  row: z.ZodType<Row>,
): Promise<{ rows: Row[]; platformTime: Date | undefined }> {
  const { template, where, sort, size, page = 0, ...call } = search
  const { value, response } = await ask(
    context,
    {
      ...call,
      body: {
        Query: queryOf(where),
        Template: template,
        Size: size,
        Page: page,
        ...(sort.length > 0 && { Sort: sort.map((attribute) => ({ attribute, direction: 'asc' })) }),
      },
    },
    found(row),
  )
  if (value.length > size) throw new Malformed(`${search.operation}: more rows came than were asked for`, '')
  return { rows: value, platformTime: response.date }
}

/**
 * Everything that the conditions find, by its key: a row that is added or taken away meanwhile moves no other out of sight,
 * as it would with numbered pages.
 */
export async function searchAll<Row>(
  context: Context,
  search: Search & { where: readonly Condition[]; key: keyof Row & string; isUnique?: boolean },
  row: z.ZodType<Row>,
): Promise<Row[]> {
  const { where, key, isUnique = true, ...rest } = search
  const rows: Row[] = []
  for (let after: string | undefined; ; ) {
    // Several rows may share the last key of a page: they are read again then, and come twice.
    const op = isUnique ? '>' : '>='
    const more: Condition[] = after === undefined ? [] : [{ field: key, op, value: after }]
    const { rows: page } = await searchPage(
      context,
      { ...rest, where: [...where, ...more], sort: [key], size: DETAIL_PAGE_SIZE },
      row,
    )
    rows.push(...page)
    if (page.length < DETAIL_PAGE_SIZE) return rows
    const last = String(page.at(-1)?.[key] ?? '')
    if (last === '' || last === after) throw new Malformed(`${search.operation}: its pages do not go on`, '')
    after = last
  }
}

/** The same for any number of values of one field. */
export async function searchFor<Row>(
  context: Context,
  search: Search & {
    where?: readonly Condition[]
    field: string
    values: readonly string[]
    key: keyof Row & string
    isUnique?: boolean
  },
  row: z.ZodType<Row>,
): Promise<Row[]> {
  const { field, values, where = [], ...rest } = search
  const rows: Row[] = []
  for (let at = 0; at < values.length; at += IN_MAX) {
    const some = values.slice(at, at + IN_MAX)
    rows.push(...(await searchAll(context, { ...rest, where: [{ field, in: some }, ...where] }, row)))
  }
  return rows
}
