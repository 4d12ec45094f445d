import { ensureFirstOrganization, loadMasterKey } from '@plimsoll/accounts'
import { loadConnectors } from '@plimsoll/connectors'
import { type Database, migrate, openDatabase } from '@plimsoll/database'
import { DEFAULT_PACE, type Pace, type SyncContext, SyncEngine } from '@plimsoll/sync'
import type { FastifyInstance } from 'fastify'
import type { Configuration } from './configuration.ts'
import type { DemoControls } from './http/demo-routes.ts'
import { createServer } from './http/server.ts'
import { createLog, type HubLog } from './log.ts'
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
    const organization = await ensureFirstOrganization(database.kysely, {
      organizationId: processContext.uuid(),
      name: options.organizationName ?? 'My brand',
      at: new Date(processContext.clock.now()),
    })
    const connectors = await loadConnectors()
    const context: SyncContext = {
      database,
      organizationId: organization.organizationId,
      ...processContext,
      log,
      connectors,
      masterKey: loadMasterKey({
        fromEnvironment: configuration.secretKey,
        folder: configuration.dataFolder,
      }),
      publicUrl: configuration.publicUrl,
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

export type RunningHub = HubBase & { url: string | undefined; server: FastifyInstance | undefined }

/**
 * Starts the process: API and webhook intake (role api), lanes and pollers (role worker). `close` stops
 * taking requests, lets what is under way end, gives the leases up, and loses nothing.
 */
export async function startHub(
  configuration: Configuration,
  options: OpenHubOptions & { demo?: DemoControls },
): Promise<RunningHub> {
  const base = await openHub(configuration, options)
  const screens = new LiveScreens(base.context)
  let server: FastifyInstance | undefined
  const engine = new SyncEngine(base.context, (wake) => screens.hear(wake))
  try {
    let url: string | undefined
    if (configuration.roles.api) {
      server = await createServer({ ...base, engine, screens, demo: options.demo })
      url = await server.listen({ host: configuration.host, port: configuration.port })
      // Without a public address of its own, the hub can be reached from this machine at least.
      base.context.publicUrl ??= url
    }
    await engine.start({ worker: configuration.roles.worker })
    return {
      ...base,
      url,
      server,
      close: async () => {
        screens.close()
        await server?.close()
        await engine.stop()
        await base.close()
      },
    }
  } catch (error) {
    await server?.close()
    await base.close()
    throw error
  }
}
