import { type InFeed, inFeeds } from './feed-fields.ts'

/** A description of a warehouse while a person writes it: what stands in the fields, and the JSON that it comes to. */
export type Json = Record<string, unknown>
export type Place = { id: string; name: string }
export type FeedDraft = {
  /** All but the map, as the description has it. */
  terms: Json
  /** A field of ours by the expression that finds it; empty ones are left out. */
  fields: Readonly<Record<string, string>>
  /** One expression that makes them all, in place of `fields`. */
  whole: string | undefined
}
export type OutDraft = {
  /** All but the content. */
  terms: Json
  /** Of a table: what each column says. */
  columns: readonly { name: string; text: string }[]
  /** One expression that says it all, in place of `columns`. */
  whole: string | undefined
}
export type Draft = {
  places: readonly Place[]
  feeds: Readonly<Partial<Record<InFeed, FeedDraft>>>
  requests: OutDraft | undefined
  /** What no screen shows stays as it is. */
  rest: Json
}

export const emptyDraft: Draft = {
  places: [{ id: 'default', name: 'Warehouse' }],
  feeds: {},
  requests: undefined,
  rest: {},
}

/** A name of a column as an expression finds it. */
export function toExpression(column: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(column) && !/^(and|or|in|true|false|null|function)$/.test(column))
    return column
  return column.includes('`') ? `$lookup($, ${JSON.stringify(column)})` : `\`${column}\``
}

/** The column that an expression is nothing but, if it is. */
export function columnIn(text: string, columns: readonly string[]): string | undefined {
  const looked = /^\$lookup\(\$, ("(?:[^"\\]|\\.)*")\)$/.exec(text)?.[1]
  return columns.find(
    (column) =>
      toExpression(column) === text || text === `\`${column}\`` || looked === JSON.stringify(column),
  )
}

/** The part of the description for one feed. */
export function feedOf({ terms, fields, whole }: FeedDraft): Json {
  const written = Object.entries(fields).filter(([, text]) => text.trim() !== '')
  return { ...withoutEmpty(terms), map: whole ?? { fields: Object.fromEntries(written) } }
}

/** The part of the description for what is told. */
export function outOf({ terms, columns, whole }: OutDraft): Json {
  return { ...withoutEmpty(terms), content: whole ?? contentOf(columns) }
}

/** A row for each line of the order. In `text`, `line` is that line and all else is of the order. */
export function contentOf(columns: OutDraft['columns']): string {
  const cells = columns
    .filter(({ name, text }) => name.trim() !== '' && text.trim() !== '')
    .map(({ name, text }) => `${JSON.stringify(name)}: $o.(${inOrder(text)})`)
  return `($o := $; $map(lines, function($line) {{ ${cells.join(', ')} }}))`
}

/** `line.sku` is of the line that the row is about. */
function inOrder(text: string): string {
  return text.replaceAll(/(?<![\w.$`])line\b(?!s)/g, '$line')
}

/** The whole description. */
export function toDefinition(draft: Draft): Json {
  const { feeds: otherFeeds, out: otherOut, ...rest } = draft.rest
  const feeds = inFeeds.flatMap((name): [string, Json][] => {
    const feed = draft.feeds[name]
    return feed === undefined ? [] : [[name, feedOf(feed)]]
  })
  const out = { ...(otherOut as Json | undefined) }
  delete out['shipment-requests']
  return {
    ...rest,
    locations: draft.places,
    feeds: Object.fromEntries(feeds),
    out: { ...out, ...(draft.requests !== undefined && { 'shipment-requests': outOf(draft.requests) }) },
  }
}

/** A description that there is, as it stands in the fields. @throws Error where it is no JSON */
export function toDraft(definition: string): Draft {
  const { locations, ...rest } = JSON.parse(definition) as Json
  const feeds = Object.entries((rest.feeds ?? {}) as Record<string, Json>).map(([name, feed]) => [
    name,
    toFeedDraft(feed),
  ])
  const requests = ((rest.out ?? {}) as Record<string, Json>)['shipment-requests']
  return {
    places: (locations as Place[] | undefined) ?? emptyDraft.places,
    feeds: Object.fromEntries(feeds),
    requests: requests === undefined ? undefined : toOutDraft(requests),
    rest,
  }
}

function toFeedDraft({ map, ...terms }: Json): FeedDraft {
  if (typeof map === 'string') return { terms, fields: {}, whole: map }
  const { fields, columns } = (map ?? {}) as {
    fields?: Record<string, string>
    columns?: Record<string, string>
  }
  const named = Object.entries(columns ?? {}).map(([field, column]) => [field, toExpression(column)])
  return { terms, fields: fields ?? Object.fromEntries(named), whole: undefined }
}

/** Only what was written by `contentOf` comes apart again; anything else is an expression of its own. */
function toOutDraft({ content, ...terms }: Json): OutDraft {
  const text = String(content ?? '')
  const columns = columnsIn(text)
  return { terms, columns: columns ?? [], whole: columns === undefined ? text : undefined }
}

function columnsIn(text: string): OutDraft['columns'] | undefined {
  const inside = /^\(\$o := \$; \$map\(lines, function\(\$line\) \{\{ ([\s\S]*) \}\}\)\)$/.exec(text)?.[1]
  if (inside === undefined) return undefined
  const columns = inside.split(/, (?="(?:[^"\\]|\\.)*": \$o\.\()/).map((cell) => {
    const [, name = '', expression = ''] = /^("(?:[^"\\]|\\.)*"): \$o\.\(([\s\S]*)\)$/.exec(cell) ?? []
    return name === ''
      ? undefined
      : { name: JSON.parse(name) as string, text: expression.replaceAll('$line', 'line') }
  })
  const found = columns.flatMap((each) => (each === undefined ? [] : [each]))
  // What does not come to the same again was not written so.
  return contentOf(found) === text ? found : undefined
}

function withoutEmpty(terms: Json): Json {
  return Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== '' && value !== undefined))
}
