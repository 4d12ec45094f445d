import type { FastifyInstance } from 'fastify'
import { HubAccounts } from './accounts/hub-accounts.ts'
import { alertHttp } from './alerts/alert-worker.ts'
import type { Configuration } from './configuration.ts'
import type { DemoControls } from './http/demo-routes.ts'
import type { DeclaredRoute } from './http/openapi.ts'
import { type HubBase, type OpenHubOptions, openHub } from './hub-base.ts'
import { listen } from './listen.ts'
import { MailWorker } from './mail/mail-worker.ts'
import { openPostman } from './mail/smtp.ts'
import { MonthKeeper } from './month-keeper.ts'
import {
  type Imports,
  type ServedOrganization,
  ServedOrganizations,
} from './organizations/served-organizations.ts'
import { processContext } from './process-context.ts'
import { KeyKeeper } from './secret-key/key-keeper.ts'

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
