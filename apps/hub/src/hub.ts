import { hostname } from 'node:os'
import { ensureFirstOrganization, loadMasterKey } from '@plimsoll/accounts'
import type { Clock } from '@plimsoll/connector-kit'
import { loadConnectors } from '@plimsoll/connectors'
import { type Database, migrate, openDatabase } from '@plimsoll/database'
import { prepareMonths } from '@plimsoll/stock'
import { DEFAULT_PACE, type Pace, type SyncContext, SyncEngine } from '@plimsoll/sync'
import type { FastifyInstance } from 'fastify'
import { BulkWorker } from './bulk/bulk-worker.ts'
import type { Configuration } from './configuration.ts'
import type { DemoControls } from './http/demo-routes.ts'
import { createServer } from './http/server.ts'
import { ImportWorker } from './imports/import-worker.ts'
import type { ImportContext } from './imports/open-file.ts'
import { createLog, type HubLog } from './log.ts'
import { MonthKeeper } from './month-keeper.ts'
import { processContext } from './process-context.ts'
import { LiveScreens } from './views/live-screens.ts'

/** What every command of the hub works with: a migrated database and the sync context on it. */
export type HubBase = {
  configuration: Configuration
  database: Database
  context: SyncContext
  log: HubLog
  organizationName: string
  close(): Promise<void>
}

export type OpenHubOptions = {
  keep: 'running' | 'stop-with-process'
  organizationName?: string
  pace?: Partial<Pace>
  /** The machine's own unless given: the demo's may run faster. */
  clock?: Clock
}

/** Opens the database (starting the embedded one where none is given), migrates it, and loads connectors and keys. */
export async function openHub(configuration: Configuration, options: OpenHubOptions): Promise<HubBase> {
  const log = createLog(configuration.logLevel, 'plimsoll')
  const database = await openDatabase({
    ...(configuration.databaseUrl === undefined
      ? { dataFolder: configuration.dataFolder }
      : { databaseUrl: configuration.databaseUrl }),
    keep: options.keep,
    poolMax: 12,
    log: (line) => log.info({}, line),
  })
  try {
    const { applied } = await migrate(database)
    if (applied.length > 0) log.info({ applied }, 'migrations applied')
    await prepareMonths(database.kysely, new Date(processContext.clock.now()))
    const organization = await ensureFirstOrganization(database.kysely, {
      organizationId: processContext.uuid(),
      name: options.organizationName ?? 'My brand',
      at: new Date(processContext.clock.now()),
    })
    const connectors = await loadConnectors({ outside: configuration.connectorFolders })
    const context: SyncContext = {
      database,
      organizationId: organization.organizationId,
      ...processContext,
      ...(options.clock !== undefined && { clock: options.clock }),
      log,
      connectors,
      masterKey: loadMasterKey({
        fromEnvironment: configuration.secretKey,
        folder: configuration.dataFolder,
      }),
      publicUrl: configuration.publicUrl,
      localFolder: configuration.filesFolder,
      pace: { ...DEFAULT_PACE, ...options.pace },
    }
    return {
      configuration,
      database,
      context,
      log,
      organizationName: organization.name,
      close: () => database.close(),
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

export type RunningHub = HubBase & {
  url: string | undefined
  server: FastifyInstance | undefined
  imports: Imports
  bulk: BulkWorker
}

/** What imports of files are worked with. */
export type Imports = { context: ImportContext; worker: ImportWorker }

/** Requests under way get so long to end once the hub stops. Longer, and a supervisor would kill it anyway. */
const LAST_REQUESTS_MS = 3_000

/** And all parts together so long to write down that they end. */
const LAST_STATEMENTS_MS = 6_000

/**
 * Starts the process: API and webhook intake (role api), lanes and pollers (role worker). `close` stops
 * taking requests, lets what is under way end, gives the leases up, and loses nothing. Where starting
 * fails, what was opened is closed again before the error is thrown.
 */
export async function startHub(
  configuration: Configuration,
  options: OpenHubOptions & { demo?: DemoControls; checksAnswers?: boolean },
): Promise<RunningHub> {
  const base = await openHub(configuration, options)
  const opened: Opened[] = [{ name: 'database', close: base.close }]
  const close = () => closeAll(opened, base)
  try {
    const months = new MonthKeeper(base)
    opened.push({ name: 'months', close: () => months.stop() })
    months.start()
    const screens = new LiveScreens(base.context)
    opened.push({ name: 'live screens', close: async () => screens.close() })
    const roles = (['api', 'worker'] as const).filter((role) => configuration.roles[role])
    const self = { name: `${hostname()}:${process.pid}`, roles }
    const engine = new SyncEngine(base.context, (wake) => screens.hear(wake), self)
    opened.push({ name: 'engine', close: () => engine.stop() })
    const importContext = { ...base.context, dataFolder: configuration.dataFolder }
    const imports = { context: importContext, worker: new ImportWorker(importContext) }
    opened.push({ name: 'imports', close: () => imports.worker.stop() })
    const bulk = new BulkWorker(base.context)
    opened.push({ name: 'bulk edits', close: () => bulk.stop() })
    let server: FastifyInstance | undefined
    let url: string | undefined
    if (configuration.roles.api) {
      const { demo, checksAnswers } = options
      const api = await createServer({ ...base, engine, screens, imports, bulk, demo, checksAnswers })
      opened.push({ name: 'server', close: () => closeServer(api) })
      server = api
      url = await listen(api, configuration)
      // Without a public address of its own, the hub can be reached from this machine at least.
      base.context.publicUrl ??= url
    }
    await engine.start({ worker: configuration.roles.worker })
    if (configuration.roles.worker) {
      imports.worker.start()
      bulk.start()
    }
    return { ...base, url, server, imports, bulk, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function listen(server: FastifyInstance, { host, port }: Configuration): Promise<string> {
  try {
    return await server.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : 'may not be used by this user'
    throw new ListenProblem(
      `Port ${port} of ${host} ${why}. Name another with --port (0 picks a free one), or stop what uses it.`,
      { cause: error },
    )
  }
}

/** Lets the requests under way end; cuts off what then still hangs: it was not acknowledged. */
async function closeServer(server: FastifyInstance): Promise<void> {
  const ended = new AbortController()
  const late = processContext.clock.sleep(LAST_REQUESTS_MS, ended.signal).then(
    () => server.server.closeAllConnections(),
    () => undefined, // all ended in time
  )
  await server.close()
  ended.abort()
  await late
}

type Opened = { name: string; close(): Promise<void> }

/**
 * In reverse order of opening; one that fails to close must not keep the others open. What then still waits for the
 * database is cut off: a supervisor kills what does not end in about ten seconds, and a database that is silent or
 * frozen would be waited for much longer.
 */
async function closeAll(opened: readonly Opened[], { database, log }: HubBase): Promise<void> {
  const errors: unknown[] = []
  const ended = new AbortController()
  const late = processContext.clock.sleep(LAST_STATEMENTS_MS, ended.signal).then(
    () => {
      log.warn({}, 'the database does not answer; ending without it')
      database.cut()
    },
    () => undefined, // all ended in time
  )
  for (const { name, close } of opened.toReversed()) {
    try {
      await close()
    } catch (error) {
      log.warn({ error, part: name }, 'a part of the hub did not close cleanly')
      errors.push(error)
    }
  }
  ended.abort()
  await late
  if (errors.length > 0) throw new AggregateError(errors, 'The hub did not close cleanly.')
}

/** The port cannot be had; the message says which and what to do. */
export class ListenProblem extends Error {
  constructor(message: string, options: ErrorOptions) {
    super(message, options)
    this.name = 'ListenProblem'
  }
}
