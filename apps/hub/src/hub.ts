import { ensureFirstOrganization, type KeptKeys, loadMasterKey } from '@plimsoll/accounts'
import type { Clock } from '@plimsoll/connector-kit'
import { loadConnectors } from '@plimsoll/connectors'
import { type Database, migrate, openDatabase, readWall } from '@plimsoll/database'
import { prepareMonths } from '@plimsoll/stock'
import { CallLog, DEFAULT_PACE, type Pace, type SyncContext } from '@plimsoll/sync'
import type { FastifyInstance } from 'fastify'
import { HubAccounts } from './accounts/hub-accounts.ts'
import { alertHttp } from './alerts/alert-worker.ts'
import type { Configuration } from './configuration.ts'
import type { DemoControls } from './http/demo-routes.ts'
import type { DeclaredRoute } from './http/openapi.ts'
import { createLog, type HubLog } from './log.ts'
import { MailWorker } from './mail/mail-worker.ts'
import { openPostman } from './mail/smtp.ts'
import { MonthKeeper } from './month-keeper.ts'
import {
  type Imports,
  type ServedOrganization,
  ServedOrganizations,
} from './organizations/served-organizations.ts'
import { processContext } from './process-context.ts'
import { assertLivingKey, KeyKeeper } from './secret-key/key-keeper.ts'

/** What every command of the hub works with: a migrated database and the sync context on it. */
export type HubBase = {
  configuration: Configuration
  /** Behind the wall of the organization of `context`. */
  database: Database
  /** Without a wall: for what is done for all organizations. Only files that `wall.test.ts` names use it. */
  everyone: Database
  context: SyncContext
  log: HubLog
  /** The same that the context seals by: where they are from, and how they change. */
  keys: KeptKeys
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
  const everyone = await openDatabase({
    ...(configuration.databaseUrl === undefined
      ? { dataFolder: configuration.dataFolder }
      : { databaseUrl: configuration.databaseUrl }),
    keep: options.keep,
    poolMax: 12,
    log: (line) => log.info({}, line),
  })
  try {
    const { applied } = await migrate(everyone)
    if (applied.length > 0) log.info({ applied }, 'migrations applied')
    await prepareMonths(everyone.kysely, new Date(processContext.clock.now()))
    const organization = await ensureFirstOrganization(everyone.kysely, {
      organizationId: processContext.uuid(),
      name: options.organizationName ?? 'My brand',
      at: new Date(processContext.clock.now()),
    })
    const keys = loadMasterKey({ fromEnvironment: configuration.secretKey, folder: configuration.dataFolder })
    await assertLivingKey(everyone.kysely, keys)
    const connectors = await loadConnectors({ outside: configuration.connectorFolders })
    const clock = options.clock ?? processContext.clock
    const database = everyone.forOrganization(organization.organizationId)
    await warnWithoutWall(database, log)
    const calls = new CallLog({ database: everyone, log, uuid: processContext.uuid, clock })
    const context: SyncContext = {
      database,
      organizationId: organization.organizationId,
      ...processContext,
      clock,
      calls,
      log,
      connectors,
      masterKey: keys,
      publicUrl: configuration.publicUrl,
      localFolder: configuration.filesFolder,
      pace: { ...DEFAULT_PACE, ...options.pace },
    }
    return {
      configuration,
      database,
      everyone,
      context,
      log,
      keys,
      organizationName: organization.name,
      close: async () => {
        await calls.stop()
        await everyone.close()
      },
    }
  } catch (error) {
    await everyone.close()
    throw error
  }
}

/** One organization alone needs no wall; who runs a hub for several is to know that theirs is not there. */
async function warnWithoutWall(database: Database, log: HubLog): Promise<void> {
  const { role, isUp } = await readWall(database.pool)
  if (isUp) return
  log.warn(
    { role },
    `the hub works as the PostgreSQL role ${role}, which is not held to one organization's rows; let it make its roles, or make them for it: see the guide of the database`,
  )
}

export type RunningHub = HubBase & {
  url: string | undefined
  server: FastifyInstance | undefined
  /** Of the first organization. */
  imports: Imports
  /** The first organization; before the hub has accounts it is the only one. */
  first: ServedOrganization
  accounts: HubAccounts
  organizations: ServedOrganizations
}

/** Requests under way get so long to end once the hub stops. Longer, and a supervisor would kill it anyway. */
const LAST_REQUESTS_MS = 3_000

/** And all parts together so long to write down that they end. */
const LAST_STATEMENTS_MS = 5_000

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
    const keyKeeper = new KeyKeeper(base)
    opened.push({ name: 'keys', close: () => keyKeeper.stop() })
    await keyKeeper.start()
    const { demo, checksAnswers } = options
    const accounts = await HubAccounts.open(base)
    const hubRoutes: DeclaredRoute[] = []
    // Loaded by those alone that serve: it is a third of what a command of the command line would load.
    const serve = async (served: ServedOrganization) =>
      await (await import('./http/server.ts')).createServer(served, { hubRoutes })
    const { api } = configuration.roles
    const postman = configuration.mail === undefined ? undefined : openPostman(configuration.mail)
    const mail = new MailWorker({ ...base.context, database: base.everyone }, postman)
    opened.push({ name: 'mail', close: () => mail.stop() })
    const allowsPrivate = configuration.allowsPrivateWebhooks === true
    const alerts = { http: alertHttp(base.context.clock, allowsPrivate), allowsPrivate }
    const organizations = new ServedOrganizations(base, {
      alerts,
      ...(api && { createServer: serve }),
      demo,
      checksAnswers,
    })
    opened.push({ name: 'organizations', close: () => organizations.stop() })
    let server: FastifyInstance | undefined
    let url: string | undefined
    if (api) {
      const { createHubServer } = await import('./http/hub-server.ts')
      const front = await createHubServer({ base, accounts, organizations }, hubRoutes)
      opened.push({ name: 'server', close: () => closeServer(front, organizations) })
      server = front
      url = await listen(front, configuration)
      // Without a public address of its own, the hub can be reached from this machine at least.
      base.context.publicUrl ??= url
    }
    base.context.calls?.start()
    const { organizationId } = base.context
    const first = await organizations.get({ organizationId, name: base.organizationName })
    organizations.start()
    if (configuration.roles.worker) mail.start()
    const { imports } = first
    return { ...base, url, server, imports, first, accounts, organizations, close }
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
async function closeServer(server: FastifyInstance, organizations: ServedOrganizations): Promise<void> {
  const ended = new AbortController()
  const late = processContext.clock.sleep(LAST_REQUESTS_MS, ended.signal).then(
    () => server.server.closeAllConnections(),
    () => undefined, // all ended in time
  )
  await Promise.all([server.close(), organizations.closeServers()])
  ended.abort()
  await late
}

type Opened = { name: string; close(): Promise<void> }

/**
 * In reverse order of opening; one that fails to close must not keep the others open. What then still waits for the
 * database is cut off: a supervisor kills what does not end in about ten seconds, and a database that is silent or
 * frozen would be waited for much longer.
 */
async function closeAll(opened: readonly Opened[], { everyone, log }: HubBase): Promise<void> {
  const errors: unknown[] = []
  const ended = new AbortController()
  const late = processContext.clock.sleep(LAST_STATEMENTS_MS, ended.signal).then(
    () => {
      log.warn({}, 'the database does not answer; ending without it')
      everyone.cut()
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
