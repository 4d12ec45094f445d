import {
  type ConnectorError,
  type ExternalLevel,
  Invalid,
  isConnectorError,
  type LevelWrite,
  Malformed,
  NotFound,
  Unavailable,
  type WriteOutcome,
  writeGroups,
} from '@plimsoll/connector-kit'
import type { Definition } from './definition.ts'
import { inChunks, keyOf, readLevels } from './levels.ts'
import { toError } from './refusals.ts'
import type { Client } from './requests.ts'
import { readQuantity, readWrite, type WriteRow } from './rows.ts'

export const QUANTITY_MAX = 1_000_000_000

type Writing = { client: Client; definition: Definition; signal: AbortSignal | undefined }

/** One outcome for every write. What the platform echoes or shows afterwards decides, never its status. */
export async function setLevels(writes: readonly LevelWrite[], writing: Writing): Promise<WriteOutcome[]> {
  const refused: WriteOutcome[] = []
  const possible: LevelWrite[] = []
  for (const write of writes) {
    const error = whyImpossible(write, writing.definition)
    if (error === undefined) possible.push(write)
    else refused.push({ writeId: write.writeId, kind: 'refused', error })
  }
  if (possible.length === 0) return refused
  const { writes: how } = writing.definition
  const isSingle = how.by === 'one'
  const sent = await writeGroups(
    inChunks(possible, isSingle ? 1 : how.most),
    (some) => (isSingle ? writeOne(some, writing) : writeMany(some, writing)),
    // Batches go one after the other: what an earlier one has done is known before the next one leaves.
    { inTurn: !isSingle },
  )
  return [...refused, ...(how.proof === 'read-back' ? await readBack(possible, sent, writing) : sent)]
}

/** Not yet known: the request was taken, and the number has to be read. */
const UNPROVED = -1

async function writeOne([write]: readonly LevelWrite[], writing: Writing): Promise<WriteOutcome[]> {
  const { client, definition, signal } = writing
  const { writes: how } = definition
  if (write === undefined || how.by !== 'one') throw new TypeError('the definition writes many at once')
  const { writeId, stockUnitId, locationId, quantity } = write
  const { content } = await client.call({
    operation: 'setLevels',
    field: 'writes.request',
    request: how.request,
    values: { stockUnitId, locationId, quantity: String(quantity), writeId },
    input: write,
    signal,
  })
  if (how.proof === 'read-back' || how.quantity === undefined)
    return [{ writeId, kind: 'applied', quantity: UNPROVED }]
  const value = await client.evaluateOne('writes.quantity', how.quantity, content)
  const shown = readQuantity('writes.quantity', { value })
  if (shown === undefined)
    throw new Malformed(
      `writes.quantity: the answer names no quantity for ${stockUnitId}.`,
      JSON.stringify(content) ?? '',
    )
  return [{ writeId, kind: 'applied', quantity: shown }]
}

async function writeMany(some: readonly LevelWrite[], writing: Writing): Promise<WriteOutcome[]> {
  const { client, definition, signal } = writing
  const { request } = definition.writes
  const { content } = await client.call({
    operation: 'setLevels',
    field: 'writes.request',
    request,
    values: { writeId: some[0]?.writeId ?? '' },
    input: request.csvBody === undefined ? { writes: some } : some,
    signal,
  })
  return await readOutcomes(some, content, writing)
}

async function readOutcomes(
  writes: readonly LevelWrite[],
  content: unknown,
  { client, definition }: Writing,
): Promise<WriteOutcome[]> {
  const { writes: how } = definition
  if (how.by !== 'many' || how.rows === undefined || how.map === undefined)
    return writes.map(({ writeId }) => ({ writeId, kind: 'applied', quantity: UNPROVED }))
  const rows = await client.evaluateOne('writes.rows', how.rows, content)
  if (!Array.isArray(rows))
    throw new Malformed('writes.rows: the answer has no list there.', JSON.stringify(content) ?? '')
  const mapped = await client.evaluateEach('writes.map', how.map, rows)
  const onlyLocation = definition.locations.length === 1 ? definition.locations[0]?.id : undefined
  const byKey = new Map(
    mapped
      .map((row) => readWrite('writes.map', row))
      .map((row) => [keyOf({ ...row, locationId: row.locationId ?? onlyLocation ?? '' }), row]),
  )
  return writes.map((write) => toOutcome(write, byKey.get(keyOf(write)), definition))
}

function toOutcome(
  write: LevelWrite,
  row: WriteRow | undefined,
  { errors, writes: how }: Definition,
): WriteOutcome {
  const { writeId, stockUnitId } = write
  if (row?.error !== undefined) {
    const refusal = { code: row.error, message: row.message }
    const said = row.message ?? `The platform refused it: ${row.error}.`
    const named = toError(refusal, errors, { operation: 'setLevels', detail: {} })
    // What is not about one row ends the call; here only the row was refused.
    const error =
      named !== undefined && isAboutOneRow(named) ? named : new Invalid(said, 'quantity', { code: row.error })
    return { writeId, kind: 'refused', error }
  }
  if (how.proof === 'read-back') return { writeId, kind: 'applied', quantity: UNPROVED }
  if (row?.quantity === undefined)
    throw new Malformed(`writes.map: the answer says nothing of ${stockUnitId}.`, JSON.stringify(row) ?? '')
  return { writeId, kind: 'applied', quantity: row.quantity }
}

/** The platform took it and said no more: what it shows now is what became of it. */
async function readBack(
  writes: readonly LevelWrite[],
  sent: readonly WriteOutcome[],
  writing: Writing,
): Promise<WriteOutcome[]> {
  const unproved = new Set(sent.flatMap((each) => (each.kind === 'applied' ? [each.writeId] : [])))
  const asked = writes.filter(({ writeId }) => unproved.has(writeId))
  const shown = new Map((await readSent(asked, writing)).map((level) => [keyOf(level), level.quantity]))
  const proved = asked.map((write): WriteOutcome => {
    const { writeId, stockUnitId } = write
    const quantity = shown.get(keyOf(write))
    if (quantity !== undefined) return { writeId, kind: 'applied', quantity }
    const error = shown.has(keyOf(write))
      ? new Invalid(`The platform does not count ${stockUnitId}.`, 'quantity')
      : new NotFound(`The platform has no ${stockUnitId}.`)
    return { writeId, kind: 'refused', error }
  })
  return [...sent.filter(({ writeId }) => !unproved.has(writeId)), ...proved]
}

/** The writes have left: whatever keeps us from reading them back, they are unknown and not unsent. */
async function readSent(asked: readonly LevelWrite[], writing: Writing): Promise<ExternalLevel[]> {
  try {
    return await readLevels(asked, writing)
  } catch (cause) {
    if (!isConnectorError(cause)) throw cause
    throw new Unavailable(`What was written could not be read back: ${cause.message}`, true, { cause })
  }
}

function whyImpossible(
  { quantity, locationId }: LevelWrite,
  { locations }: Definition,
): ConnectorError | undefined {
  if (!Number.isSafeInteger(quantity) || quantity < 0 || quantity > QUANTITY_MAX)
    return new Invalid(`${quantity} is no quantity: 0 to ${QUANTITY_MAX}.`, 'quantity')
  if (!locations.some(({ id }) => id === locationId))
    return new NotFound(`The definition has no location "${locationId}".`)
  return undefined
}

function isAboutOneRow({ kind }: ConnectorError): boolean {
  return kind === 'invalid' || kind === 'not-found' || kind === 'conflict'
}
