import {
  actorOfPerson,
  audit,
  insertMember,
  insertOrganization,
  markForDeletion,
  NO_LIMITS,
  nowOf,
} from '@plimsoll/accounts'
import { inTransaction } from '@plimsoll/database'
import type { SyncContext } from '@plimsoll/sync'
import { connectShop, LOCATION } from '../demo/brand.ts'
import { type History, loadHistory } from '../demo/history.ts'
import type { HubBase } from '../hub-base.ts'
import { ensureLocation, importItems } from '../items-import.ts'
import { liveSample } from './sample-life.ts'
import { addressOf, openSampleShop, SAMPLE_CONNECTORS, type SampleShop } from './sample-shops.ts'
import { type SampleLanguage, sampleWords } from './sample-words.ts'
import {
  findSampleOf,
  findSampleShops,
  findSamples,
  findUnitsLeft,
  insertSample,
  openSample,
  type SampleRow,
} from './samples.store.ts'

/** Few enough to know each, many enough to search among. */
const ITEMS = 60
/** Polled so often, since a hub behind a proxy may not reach itself at its public address. */
const ORDERS_POLL_MS = 3_000
/** One that is made takes seconds; whoever made this one has died. */
const MADE_WITHIN_MS = 120_000
/** A port that another process has is asked for again, in case that process ends. */
const AGAIN_MS = 15_000

/** Who makes one: a person, or whoever is on the machine of a hub without accounts. */
type SampleMaker = { personId: string } | 'machine'

type Open = { over: AbortController; life: Promise<void>; shops: readonly SampleShop[] }

/**
 * The sample brands of this hub: made in one step, their shops simulated in this process on loopback, opened again where they
 * were when a hub starts, and closed as soon as they are wiped. Where several processes run on a machine the first has them.
 */
export class SampleBrands {
  readonly #base: HubBase
  readonly #open = new Map<string, Open>()
  readonly #making = new Set<string>()
  readonly #notBefore = new Map<string, number>()

  constructor(base: HubBase) {
    this.#base = base
  }

  get areAllowed(): boolean {
    return this.#base.configuration.samples !== 'off'
  }

  /**
   * Makes one, in step when this ends; whoever has one gets that again. One that cannot be made is wiped.
   * @returns its organization
   */
  async make(maker: SampleMaker, language: SampleLanguage): Promise<{ organizationId: string }> {
    const { everyone, context } = this.#base
    const actor = maker === 'machine' ? 'api' : actorOfPerson(maker.personId)
    const known = await findSampleOf(everyone.kysely, actor)
    if (known !== undefined) return { organizationId: known.organizationId }
    const organizationId = context.uuid()
    this.#making.add(organizationId)
    try {
      await this.#insert(organizationId, { maker, actor, language })
      await this.#fill(this.#contextOf(organizationId), language)
      return { organizationId }
    } catch (error) {
      await this.close(organizationId)
      await inTransaction(everyone, (tx) => markForDeletion(tx, context, organizationId))
      throw error
    } finally {
      this.#making.delete(organizationId)
    }
  }

  /** Opens those that are there and closes those that are gone. */
  async look(): Promise<void> {
    const { everyone, context, log } = this.#base
    const there = await findSamples(everyone.kysely)
    const ids = new Set(there.map(({ organizationId }) => organizationId))
    const gone = [...this.#open.keys()].filter((id) => !ids.has(id))
    await Promise.all(gone.map((id) => this.close(id)))
    const nowMs = context.clock.now()
    for (const sample of there) {
      const { organizationId } = sample
      if (this.#open.has(organizationId) || this.#making.has(organizationId)) continue
      if (sample.state !== 'open') {
        if (nowMs - sample.madeAt.getTime() < MADE_WITHIN_MS) continue
        await inTransaction(everyone, (tx) => markForDeletion(tx, context, organizationId))
      } else if (this.areAllowed && (this.#notBefore.get(organizationId) ?? 0) <= nowMs) {
        await this.#reopen(sample).catch((error: unknown) => {
          this.#notBefore.set(organizationId, nowMs + AGAIN_MS)
          log.warn({ error, organizationId }, 'the shops of a sample brand could not be opened; trying again')
        })
      }
    }
  }

  async close(organizationId: string): Promise<void> {
    const open = this.#open.get(organizationId)
    if (open === undefined) return
    this.#open.delete(organizationId)
    open.over.abort(new Error('The sample brand is over.'))
    await open.life
    await Promise.all(open.shops.map(({ simulator }) => simulator.close()))
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.close(id)))
  }

  async #insert(
    organizationId: string,
    { maker, actor, language }: { maker: SampleMaker; actor: string; language: SampleLanguage },
  ): Promise<void> {
    const { everyone, context } = this.#base
    const name = sampleWords[language].brand
    const at = nowOf(context)
    await inTransaction(everyone, async (tx) => {
      await insertOrganization(tx, { organizationId, name, at, kind: 'sample' })
      await insertSample(tx, { organizationId, language, madeBy: actor, at })
      if (maker !== 'machine') {
        const { personId } = maker
        await insertMember(tx, organizationId, {
          personId,
          role: 'owner',
          limits: NO_LIMITS,
          addedBy: actor,
          at,
        })
      }
      await audit(
        tx,
        { ...context, organizationId },
        { actor, action: 'createOrganization', detail: { name } },
      )
    })
  }

  async #fill(context: SyncContext, language: SampleLanguage): Promise<void> {
    const words = sampleWords[language]
    const items = await loadGoods()
    const units = new Map(items.map(({ sku, opening }) => [sku, opening]))
    await ensureLocation(context, { ...LOCATION, name: words.location })
    await importItems(context, {
      name: 'opening',
      items: items.map((item) => ({
        sku: item.sku,
        name: item.name[language],
        location: LOCATION.code,
        quantity: item.opening,
      })),
    })
    const shops: SampleShop[] = []
    try {
      for (const connector of SAMPLE_CONNECTORS) {
        const name = words.shops[connector]
        const domain = `sample-${context.organizationId}.myshopify.com`
        const shop = await openSampleShop({ connector, name, domain }, { items, language, units })
        shops.push(shop)
        const { control, simulator } = shop
        await connectShop(
          context,
          { ready: simulator },
          { connector, name, control, ordersPollMs: ORDERS_POLL_MS },
        )
      }
    } catch (error) {
      await Promise.all(shops.map(({ simulator }) => simulator.close()))
      throw error
    }
    await openSample(context.database.kysely, { organizationId: context.organizationId, at: nowOf(context) })
    this.#live(context, { shops, items, units })
  }

  async #reopen({ organizationId, language, madeAt }: SampleRow): Promise<void> {
    const context = this.#contextOf(organizationId)
    const { kysely } = context.database
    const items = await loadGoods()
    const units = await findUnitsLeft(kysely, organizationId)
    const secondsAgo = (context.clock.now() - madeAt.getTime()) / 1_000
    const shops: SampleShop[] = []
    try {
      for (const { connector, name, settings } of await findSampleShops(kysely, organizationId)) {
        const address = addressOf(settings)
        // Whoever tries it may have connected a shop of their own.
        if (address === undefined || !SAMPLE_CONNECTORS.some((each) => each === connector)) continue
        const { port, domain } = address
        const goods = { items, language, units }
        shops.push(await openSampleShop({ connector, name, domain }, goods, { port, secondsAgo }))
      }
    } catch (error) {
      await Promise.all(shops.map(({ simulator }) => simulator.close()))
      throw error
    }
    this.#live(context, { shops, items, units })
  }

  #contextOf(organizationId: string): SyncContext {
    const { everyone, context } = this.#base
    // What is connected here are the shops that the hub itself has opened.
    const database = everyone.forOrganization(organizationId)
    return { ...context, reach: undefined, organizationId, database }
  }

  #live(
    context: SyncContext,
    world: { shops: readonly SampleShop[]; items: History['items']; units: Map<string, number> },
  ): void {
    const over = new AbortController()
    const shops = world.shops.map(({ control }) => control)
    const life = liveSample({ ...world, context, shops, signal: over.signal })
    this.#open.set(context.organizationId, { over, life, shops: world.shops })
  }
}

/** The first of the demo's goods, with so few of each that a sale is seen. */
async function loadGoods(): Promise<History['items']> {
  const { items } = await loadHistory()
  return items.slice(0, ITEMS).map((item) => ({ ...item, opening: 12 + (item.opening % 37) }))
}
