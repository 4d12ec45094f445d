import {
  CALL_CLASSES,
  type Http,
  isConnectorError,
  Malformed,
  type TicketOutcome,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import {
  type FeedRequest,
  fromTicket,
  outcomeOf,
  readResults,
  toFeedFile,
  toTicket,
} from './quantity-feed.ts'
import { scopes } from './scopes.ts'
import type { Answer, Transport } from './transport.ts'
import { unpack } from './unpack.ts'
import type { XmlElement } from './xml.ts'

/** From so many increases of listings of other tools on, a file is sent; fewer go four in a call. */
export const FEED_FROM = 200
/** Rows of one file: far below its 15 MB, and settled within seconds. */
export const FEED_MAX = 2_000

const TASKS_KEPT = 20
const UPLOAD_TIMEOUT_MS = 60_000
const PATH = '/sell/feed/v1/task'

/** Results of files that eBay is done with: they never change, and are fetched once. */
export type KnownResults = Map<string, ReadonlyMap<number, XmlElement>>
type Feeding = { transport: Transport; signal?: AbortSignal | undefined }

/** 400 files a day: where none is left the writes go another way rather than wait for one. */
export function isFeedOpen({ budgets }: Pick<Http, 'budgets'>): boolean {
  return budgets.isReady({ cost: 1, ...CALL_CLASSES.increase, operation: 'setLevels.feed' })
}

/** A task, which alone does nothing. @throws what surely changed nothing */
export async function createTask({ transport, signal }: Feeding): Promise<string> {
  const { headers } = await transport.send(
    {
      operation: 'setLevels.feed',
      method: 'POST',
      path: PATH,
      body: { feedType: 'LMS_REVISE_INVENTORY_STATUS', schemaVersion: '1451' },
      scope: scopes.inventory,
      signal,
    },
    [201, 202],
  )
  const taskId = headers.location?.split('/').at(-1)
  if (!taskId)
    throw new Malformed('setLevels: eBay does not name the task it made', headers.location ?? '', false)
  return taskId
}

/** Its file, with which it begins. Where the answer is lost the task itself says whether the file came. */
export async function uploadFile(
  requests: readonly FeedRequest[],
  { taskId, siteId, boundary }: { taskId: string; siteId: number; boundary: string },
  { transport, signal }: Feeding,
): Promise<void> {
  await transport.send(
    {
      operation: 'setLevels.feed.upload',
      method: 'POST',
      path: `${PATH}/${encodeURIComponent(taskId)}/upload_file`,
      file: { name: 'quantities.xml', type: 'text/xml', text: toFeedFile(requests, siteId), boundary },
      scope: scopes.inventory,
      timeoutMs: UPLOAD_TIMEOUT_MS,
      signal,
    },
    [200, 202],
  )
}

/** Each row's ticket. */
export function toAccepted(requests: readonly FeedRequest[], taskId: string): WriteOutcome[] {
  return requests.flatMap(({ messageId, rows }) =>
    rows.map(
      ({ write, unit }): WriteOutcome => ({
        writeId: write.writeId,
        kind: 'accepted',
        ticket: toTicket({
          taskId,
          messageId,
          itemId: unit.itemId,
          sku: unit.sku,
          quantity: write.quantity,
        }),
      }),
    ),
  )
}

/** What became of accepted rows by now. */
export async function readOutcomes(
  tickets: readonly string[],
  known: KnownResults,
  feeding: Feeding,
): Promise<TicketOutcome[]> {
  const asked = tickets.map((ticket) => ({ ticket, row: fromTicket(ticket) }))
  const told = new Map<string, Told>()
  for (const taskId of new Set(asked.flatMap(({ row }) => row?.taskId ?? []))) {
    told.set(taskId, await readTask(taskId, known, feeding))
  }
  return asked.map(({ ticket, row }): TicketOutcome => {
    const task = row === undefined ? undefined : told.get(row.taskId)
    if (row === undefined || task === undefined || task.kind === 'unknown') return { ticket, kind: 'unknown' }
    if (task.kind === 'working') return { ticket, kind: 'accepted' }
    if (task.kind === 'never-began') return { ticket, kind: 'untouched' }
    return { ticket, ...outcomeOf(row, task.results.get(row.messageId)) }
  })
}

type Told =
  | { kind: 'working' }
  /** Its file never came. */
  | { kind: 'never-began' }
  /** Not known any more, or failed as a whole: what it did is for the levels to say. */
  | { kind: 'unknown' }
  | { kind: 'done'; results: ReadonlyMap<number, XmlElement> }

const task = z.object({ status: z.string(), creationDate: z.iso.datetime({ offset: true }).nullish() })

/** A file that has not come by then never comes: the calls are synchronous. */
const COMES_WITHIN_MS = 5 * 60_000

async function readTask(taskId: string, known: KnownResults, { transport, signal }: Feeding): Promise<Told> {
  const path = `${PATH}/${encodeURIComponent(taskId)}`
  const call = { method: 'GET', scope: scopes.inventory, signal } as const
  let found: Answer<z.infer<typeof task>>
  try {
    found = await transport.ask({ ...call, operation: 'outcomes', path }, task)
  } catch (error) {
    if (isConnectorError(error) && (error.kind === 'not-found' || error.kind === 'invalid'))
      return { kind: 'unknown' }
    throw error
  }
  const { status, creationDate } = found.data
  switch (status) {
    case 'COMPLETED':
    case 'COMPLETED_WITH_ERROR':
    case 'PARTIALLY_PROCESSED': {
      const results = known.get(taskId)
      if (results !== undefined) return { kind: 'done', results }
      const file = await transport.send({
        ...call,
        operation: 'outcomes.download',
        path: `${path}/download_result_file`,
        wantsBytes: true,
      })
      const told = readResults(unpack(file.bytes ?? Buffer.from(file.text), 'outcomes.download'))
      const [oldest] = known.keys()
      if (known.size >= TASKS_KEPT && oldest !== undefined) known.delete(oldest)
      known.set(taskId, told)
      return { kind: 'done', results: told }
    }
    case 'CREATED': {
      const ageMs = creationDate ? (found.date?.getTime() ?? 0) - Date.parse(creationDate) : 0
      return { kind: ageMs > COMES_WITHIN_MS ? 'never-began' : 'working' }
    }
    case 'FAILED':
    case 'ABORTED':
      return { kind: 'unknown' }
    default:
      return { kind: 'working' }
  }
}
