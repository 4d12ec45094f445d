import { hostname } from 'node:os'
import {
  ensureFirstOrganization,
  findMemberships,
  findOrganizations,
  nowOf,
  type Organization,
} from '@plimsoll/accounts'
import { type SyncContext, SyncEngine } from '@plimsoll/sync'
import type { FastifyInstance } from 'fastify'
import { type AlertCalls, AlertWorker } from '../alerts/alert-worker.ts'
import { BulkWorker } from '../bulk/bulk-worker.ts'
import type { DemoControls } from '../http/demo-routes.ts'
import type { HubBase } from '../hub-base.ts'
import { ImportWorker } from '../imports/import-worker.ts'
import type { ImportContext } from '../imports/open-file.ts'
import { ListingImportWorker } from '../listing-imports/listing-import-worker.ts'
import { OverviewKeeper } from '../overview-keeper.ts'
import { SampleBrands } from '../samples/sample-brands.ts'
import { LiveScreens } from '../views/live-screens.ts'
import { deleteMarked, markConfirmed } from './deletions.ts'

/** What imports of files are worked with. */
export type Imports = { context: ImportContext; worker: ImportWorker }

/** All that serves one organization: what it does names this one alone, and what it asks PostgreSQL stays behind its wall. */
export type ServedOrganization = Omit<HubBase, 'everyone'> & {
  engine: SyncEngine
  screens: LiveScreens
  imports: Imports
  alerts: AlertCalls
  bulk: BulkWorker
  listingImports: ListingImportWorker
  demo: DemoControls | undefined
  checksAnswers: boolean | undefined
  /** An organization was made: nobody need wait until that is looked for. */
  onOrganizations(): void
  /** Whether it is the one with which the hub was set up. */
  isFirst(): Promise<boolean>
  /** The organizations of this hub that somebody owns: beyond the wall, and so no more of them than their ids. */
  ownedBy(personId: string): Promise<string[]>
  /** Marks the organization as to be deleted. @throws AccountProblem where that is not its name */
  deleteOwn(name: string): Promise<void>
}

type Started = {
  served: ServedOrganization
  server: Promise<FastifyInstance> | undefined
  stop(): Promise<void>
}

/** New organizations made by other processes are worked from here within this. */
const LOOKED_FOR_MS = 5_000

export type ServingOptions = {
  alerts: AlertCalls
  /** Absent: this process answers no requests. */
  createServer?: (served: ServedOrganization) => Promise<FastifyInstance>
  demo?: DemoControls | undefined
  checksAnswers?: boolean | undefined
}

/**
 * The organizations that this process serves: each has an engine, live screens and an API of its own, made when they are
 * first needed. So no handler can reach rows of another: there is no other id within its reach.
 */
export class ServedOrganizations {
  readonly samples: SampleBrands
  readonly #base: HubBase
  readonly #options: ServingOptions
  readonly #started = new Map<string, Promise<Started>>()
  readonly #stop = new AbortController()
  #watching: Promise<void> = Promise.resolve()
  #woken = new AbortController()
  #isDeleting = false
  #deleting: Promise<void> = Promise.resolve()

  constructor(base: HubBase, options: ServingOptions) {
    this.#base = base
    this.#options = options
    this.samples = new SampleBrands(base)
  }

  /** Works all organizations from now on, those too that are made later. */
  start(): void {
    this.#watching = this.#watch()
  }

  async get(organization: Organization): Promise<ServedOrganization> {
    return (await this.#startedOf(organization)).served
  }

  /** The API of an organization. @returns undefined where there is no such organization */
  async serverOf(organizationId: string): Promise<FastifyInstance | undefined> {
    const organization = await this.#find(organizationId)
    if (organization === undefined) return undefined
    const started = await this.#startedOf(organization)
    const { createServer } = this.#options
    if (createServer === undefined) return undefined
    started.server ??= createServer(started.served)
    return await started.server
  }

  /** Looks now for organizations that were made or marked. */
  wake(): void {
    this.#woken.abort()
  }

  /** An organization is about to be deleted, or its sample brand wiped: nothing of it may be worked any more. */
  async release(organizationId: string): Promise<void> {
    const started = this.#started.get(organizationId)
    this.#started.delete(organizationId)
    await (await started)?.stop()
  }

  /** Ends the streams that are open: they never end by themselves. */
  async closeServers(): Promise<void> {
    const all = await Promise.all(this.#started.values())
    await Promise.all(all.map(async ({ server }) => await (await server)?.close()))
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('The hub stops.'))
    await this.#watching
    await this.#deleting
    await this.samples.stop()
    const all = await Promise.allSettled(this.#started.values())
    await Promise.all(
      all.map(async (each) => (each.status === 'fulfilled' ? await each.value.stop() : undefined)),
    )
  }

  /** All that are started here. */
  async all(): Promise<ServedOrganization[]> {
    const started = await Promise.all(this.#started.values())
    return started.map(({ served }) => served)
  }

  async #find(organizationId: string): Promise<Organization | undefined> {
    const known = await this.#started.get(organizationId)
    if (known !== undefined) return { organizationId, name: known.served.organizationName }
    const all = await findOrganizations(this.#base.everyone.kysely)
    return all.find((each) => each.organizationId === organizationId)
  }

  async #startedOf(organization: Organization): Promise<Started> {
    const { organizationId } = organization
    let started = this.#started.get(organizationId)
    if (started === undefined) {
      started = this.#begin(organization)
      this.#started.set(organizationId, started)
      // One that could not be started is tried again by whoever asks next.
      started.catch(() => this.#started.delete(organizationId))
    }
    return await started
  }

  async #begin({ organizationId, name, isSample }: Organization): Promise<Started> {
    const { everyone, ...base } = this.#base
    const { configuration } = base
    const isFirst = organizationId === base.context.organizationId
    // A copy also for the first: which one is the first may change, and what still runs for this one must not follow.
    const database = everyone.forOrganization(organizationId)
    const reach =
      base.context.reach === 'public' && isSample === true ? 'public-and-samples' : base.context.reach
    const context: SyncContext = { ...base.context, organizationId, database, reach }
    const screens = new LiveScreens(context)
    const roles = (['api', 'worker'] as const).filter((role) => configuration.roles[role])
    const self = { name: `${hostname()}:${process.pid}`, roles }
    const engine = new SyncEngine(context, (wake) => screens.hear(wake), self)
    const importContext = { ...context, dataFolder: configuration.dataFolder }
    const imports = { context: importContext, worker: new ImportWorker(importContext) }
    const { demo, checksAnswers, alerts } = this.#options
    const alertWorker = new AlertWorker(context, alerts.http)
    const bulk = new BulkWorker(context)
    const listingImports = new ListingImportWorker(context, engine.registry)
    const overview = new OverviewKeeper({ ...base, database, context })
    const own = { ...base, database, context, organizationName: name }
    const served = {
      ...own,
      engine,
      screens,
      imports,
      alerts,
      bulk,
      listingImports,
      demo: isFirst ? demo : undefined,
      checksAnswers,
      onOrganizations: () => this.wake(),
      isFirst: async () => {
        const [first] = (await findOrganizations(everyone.kysely)).filter(({ isSample }) => !isSample)
        return first?.organizationId === organizationId
      },
      ownedBy: async (personId: string) => {
        const memberships = await findMemberships(everyone.kysely, personId)
        return memberships.filter(({ role }) => role === 'owner').map((each) => each.organizationId)
      },
      deleteOwn: async (typed: string) => {
        await markConfirmed(everyone, context, typed)
        this.wake()
      },
    }
    const started: Started = {
      served,
      server: undefined,
      stop: async () => {
        await (await started.server)?.close()
        // At the same time: where the database is silent each of them waits for it, and a supervisor does not.
        await Promise.all([
          bulk.stop(),
          listingImports.stop(),
          overview.stop(),
          alertWorker.stop(),
          imports.worker.stop(),
          engine.stop(),
        ])
        screens.close()
      },
    }
    overview.start()
    await engine.start({ worker: configuration.roles.worker })
    if (configuration.roles.worker) {
      imports.worker.start()
      alertWorker.start()
      bulk.start()
    }
    // Whoever connects a shop waits for it, also where no process works connections yet.
    listingImports.start()
    return started
  }

  async #watch(): Promise<void> {
    const { context, log } = this.#base
    while (!this.#stop.signal.aborted) {
      this.#woken = new AbortController()
      const woken = AbortSignal.any([this.#stop.signal, this.#woken.signal])
      try {
        await this.#look()
      } catch (error) {
        log.error({ error }, 'organizations could not be looked for; trying again')
      }
      await context.clock.sleep(LOOKED_FOR_MS, woken).catch(() => undefined) // the hub stops, or there is news
    }
  }

  async #look(): Promise<void> {
    const { everyone, configuration } = this.#base
    const organizations = await findOrganizations(everyone.kysely)
    const ids = new Set(organizations.map(({ organizationId }) => organizationId))
    // Before their rows go: whoever works them would only stumble.
    for (const id of [...this.#started.keys()].filter((each) => !ids.has(each))) await this.release(id)
    if (!ids.has(this.#base.context.organizationId)) await this.#followFirst()
    for (const organization of organizations) {
      if (this.#stop.signal.aborted) return
      const { served } = await this.#startedOf(organization)
      // Another process may have given it another name.
      served.organizationName = organization.name
    }
    await this.samples.look()
    if (configuration.roles.worker) this.#delete()
  }

  /** Beside everything else: a million rows take minutes. */
  #delete(): void {
    if (this.#isDeleting) return
    this.#isDeleting = true
    this.#deleting = deleteMarked(this.#base, { signal: this.#stop.signal })
      .then(
        () => undefined,
        (error: unknown) => this.#base.log.error({ error }, 'an organization could not be deleted yet'),
      )
      .finally(() => {
        this.#isDeleting = false
      })
  }

  /** The hub's first organization is gone: the next oldest takes its place. Nothing of the first runs here any more. */
  async #followFirst(): Promise<void> {
    const { everyone, context } = this.#base
    const fresh = { organizationId: context.uuid(), name: 'My brand', at: nowOf(context) }
    const first = await ensureFirstOrganization(everyone.kysely, fresh)
    context.organizationId = first.organizationId
    context.database = everyone.forOrganization(first.organizationId)
    this.#base.database = context.database
    this.#base.organizationName = first.name
  }
}
