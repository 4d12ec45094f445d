import { type ConnectorContext, FILE_KEPT_DAYS, type LoggedFile, Unavailable } from '@plimsoll/connector-kit'
import type { Definition, InFeed } from './definition.ts'
import { type ReadFile, readFile } from './read-file.ts'
import { knownCondition, placeOf } from './received.ts'
import type { ReadRow } from './rows.ts'
import type { Credentials, Settings } from './settings.ts'
import { knownState } from './shipments.ts'

const DAY_MS = 86_400_000

export type Context = ConnectorContext<Settings, Credentials>

/** What was read of a file stays so for its connection's definition; so many rows are remembered by a process. */
const ROWS_MAX = 400_000
const remembered = new Map<string, ReadFile<InFeed>>()
let rowsRemembered = 0

/** The files of a feed, read and judged, as far back as they are looked through. */
export async function filesOf<Name extends InFeed>(
  name: Name,
  { context, definition }: { context: Context; definition: Definition },
): Promise<ReadFile<Name>[]> {
  if (definition.feeds[name] === undefined) return []
  const { log } = filesIn(context)
  const days = Math.min(definition.memoryDays, FILE_KEPT_DAYS)
  const keptFrom = new Date(context.now() - days * DAY_MS)
  const files = await log.list({ direction: 'in', feeds: [name], keptFrom })
  const read: ReadFile<Name>[] = []
  for (const file of files) read.push(await readOnce(name, file, { context, definition }))
  return read
}

async function readOnce<Name extends InFeed>(
  name: Name,
  file: LoggedFile,
  { context, definition }: { context: Context; definition: Definition },
): Promise<ReadFile<Name>> {
  const feed = definition.feeds[name]
  if (feed === undefined) throw new TypeError(`${name} is not described`)
  // By what it says and how it is read; whose it is makes no difference.
  const key = `${name} ${file.digest} ${context.settings.definition}`
  const known = remembered.get(key)
  // Written under this key alone.
  if (known !== undefined) return { ...(known as ReadFile<Name>), file }
  const content = await filesIn(context).log.read(file.position)
  const raw = await readFile(name, feed, { file, content, now: context.now() })
  const judged = { ...raw, rows: raw.rows.map((row) => judge(name, row, definition)) }
  rowsRemembered += judged.rows.length + 1
  if (rowsRemembered > ROWS_MAX) {
    remembered.clear()
    rowsRemembered = judged.rows.length + 1
  }
  remembered.set(key, judged as unknown as ReadFile<InFeed>)
  return judged
}

/** Words that only the definition explains; one that it does not explain parks the row. */
export function judge<Name extends InFeed>(
  name: Name,
  read: ReadRow<Name>,
  { feeds, locations }: Pick<Definition, 'locations'> & { feeds: Partial<Definition['feeds']> },
): ReadRow<Name> {
  if ('problem' in read) return read
  const { locationId, state, condition, onHand, available, change }: Judged = read.row
  const refuse = (problem: string): ReadRow<Name> => ({ number: read.number, problem })
  if (name !== 'items' && name !== 'shipments' && placeOf(locationId, locations) === undefined)
    return refuse(
      locationId === undefined
        ? 'locationId: there are several, say which'
        : `locationId: there is no "${locationId}" in \`locations\``,
    )
  if (
    name === 'shipments' &&
    state !== undefined &&
    knownState(state, feeds.shipments?.states ?? {}) === undefined
  )
    return refuse(`state: \`states\` does not say what "${state}" means`)
  // An empty cell is not zero, and not absent either: that would be zero with some (I12).
  if (name === 'levels' && onHand === undefined && available === undefined && change === undefined)
    return refuse('onHand: neither this nor `available` nor `change` is there')
  const conditions =
    name === 'receipts'
      ? feeds.receipts?.conditions
      : name === 'returns'
        ? feeds.returns?.conditions
        : undefined
  if (conditions !== undefined && knownCondition(condition, conditions) === undefined)
    return refuse(`condition: \`conditions\` does not say what "${condition}" means`)
  return read
}

/** Of whichever feed a row is. */
type Judged = {
  onHand?: number | undefined
  available?: number | undefined
  change?: number | undefined
  locationId?: string | undefined
  state?: string | undefined
  condition?: string | undefined
}

/** @throws Unavailable where the connection is only being tried */
export function filesIn({ files }: Context): NonNullable<Context['files']> {
  if (files === undefined) throw new Unavailable('Files are read once the connection is made.', false)
  return files
}
