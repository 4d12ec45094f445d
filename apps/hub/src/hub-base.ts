import { ensureFirstOrganization, type KeptKeys, loadMasterKey } from '@plimsoll/accounts'
import type { Clock } from '@plimsoll/connector-kit'
import { loadConnectors } from '@plimsoll/connectors'
import { type Database, migrate, openDatabase, readWall } from '@plimsoll/database'
import { prepareMonths } from '@plimsoll/stock'
import { CallLog, DEFAULT_PACE, type Pace, type SyncContext } from '@plimsoll/sync'
import type { Configuration } from './configuration.ts'
import { createLog, type HubLog } from './log.ts'
import { processContext } from './process-context.ts'
import { assertLivingKey } from './secret-key/key-keeper.ts'

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
      reach:
        configuration.signUp === 'open' && configuration.allowsPrivateConnections !== true
          ? 'public'
          : undefined,
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
