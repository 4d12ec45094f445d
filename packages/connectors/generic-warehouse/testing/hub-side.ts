import {
  type ChannelOperations,
  type ConnectionFiles,
  createBudgets,
  createHttp,
  createMemoryFileLog,
  type FileLog,
  isConnectorError,
  openFolder,
  type QueuedMessage,
  systemClock,
  type WarehouseOperations,
} from '@plimsoll/connector-kit'
import { connector } from '../index.ts'
import { credentials, settings } from '../settings.ts'

/** What the hub does with a connection's files, in memory: pulled, kept, and only then acknowledged. */
export type HubSide = {
  operations: ChannelOperations & { warehouse: WarehouseOperations }
  log: ReturnType<typeof createMemoryFileLog>
  /** @returns the names of what came; those that belong to no feed are refused and stay where they are */
  take(): Promise<string[]>
  /** As a file that a person hands over. */
  upload(name: string, content: Uint8Array | string, feed?: string): Promise<boolean>
  pull(): Promise<QueuedMessage[]>
  keep(message: QueuedMessage): Promise<boolean>
  /** Another process takes over: what was in memory alone is gone. */
  restart(): HubSide
}

export type HubSideOptions = {
  settings: { name?: string; definition: unknown; server?: string; hostKey?: string }
  credentials?: Partial<Record<string, string>>
  localRoot?: string
  now?: () => number
  log?: HubSide['log']
}

export function hubSide(options: HubSideOptions): HubSide {
  const now = options.now ?? (() => systemClock.now())
  const log = options.log ?? createMemoryFileLog(now)
  const { definition, ...others } = options.settings
  const context = {
    settings: settings.parse({
      name: 'Scoot',
      ...others,
      definition: typeof definition === 'string' ? definition : JSON.stringify(definition),
    }),
    credentials: credentials.parse(options.credentials ?? {}),
    http: createHttp({ budgets: createBudgets(connector.manifest.budgets, systemClock), clock: systemClock }),
    now,
    uuid: () => '00000000-0000-4000-8000-000000000000',
    files: filesOfTests(log, options.localRoot),
  }
  const opened = connector.open(context)
  const { warehouse } = opened
  if (warehouse === undefined) throw new Error('a warehouse has its operations')
  const operations = { ...opened, warehouse }
  const pull = async () => (await operations.pull?.()) ?? []
  const keep = async (message: QueuedMessage | Omit<QueuedMessage, 'receipt'>) => {
    const file = await connector.webhooks.toFile?.(message, context)
    if (file === undefined) throw new Error('all that comes is a file')
    return (await log.keep({ direction: 'in', ...file })).isNew
  }
  return {
    operations,
    log,
    pull,
    keep,
    async take() {
      const names: string[] = []
      for (const message of await pull()) {
        try {
          if (await keep(message)) names.push(decodeURIComponent(message.headers['x-file-name'] ?? ''))
        } catch (error) {
          if (!isConnectorError(error)) throw error
          continue
        }
        await operations.acknowledge?.([message.receipt])
      }
      return names
    },
    upload: async (name, content, feed) =>
      await keep({
        headers: {
          'x-file-name': encodeURIComponent(name),
          ...(feed !== undefined && { 'x-file-feed': feed }),
        },
        body: Buffer.from(content),
      }),
    restart: () => hubSide({ ...options, log }),
  }
}

export function filesOfTests(log: FileLog, localRoot: string | undefined): ConnectionFiles {
  return { log, open: (place) => openFolder(place, { clock: systemClock, localRoot }) }
}

/** All pages of a stream. */
export async function readAll<T>(
  read:
    | ((query: {
        since: Date
        cursor: string | undefined
      }) => Promise<{ rows: T[]; next: string | undefined }>)
    | undefined,
  since = new Date(0),
): Promise<T[]> {
  const rows: T[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await read?.({ since, cursor })
    rows.push(...(page?.rows ?? []))
    if (page?.next === undefined) return rows
    cursor = page.next
  }
}
