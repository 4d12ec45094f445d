import { createHash } from 'node:crypto'
import {
  type BudgetScope,
  type BudgetSpec,
  type BudgetSupply,
  type Budgets,
  combineBudgets,
  createBudgets,
  type SeenBucket,
} from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import type { OpenConnection } from '../connections/registry.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { Serial } from '../worker/serial.ts'
import { decideDraw, decideGiveBack, decideThrottled } from './budget-draw.ts'
import {
  type BucketName,
  forgetHoldings,
  lockBucket,
  saveBucket,
  saveHolding,
  sumHeldByOthers,
  withSeen,
} from './shared-budgets.store.ts'

/** An application's budget serves all organizations of a host and belongs to none. */
const HOST = '00000000-0000-0000-0000-000000000000'
/** A holding outlives the longest call, and what a process that is asleep keeps in its hand does not outlive this. */
const HOLDING_MS = 30_000
/** Platforms say what is left with every answer; as often as this it is written down. */
const LEARNED_EVERY_MS = 1_000

/** Which budgets a connection spends, hashed: they are made of settings and credentials. */
export type HashedKeys = { account: string; application: string | undefined }

export function budgetKeysOf({ connector, settings, credentials }: OpenConnection): HashedKeys | undefined {
  const keys = connector.budgetKeys?.({ settings, credentials })
  if (keys === undefined) return undefined
  const hash = (scope: BudgetScope, key: string) =>
    createHash('sha256')
      .update(JSON.stringify([connector.manifest.id, scope, key]))
      .digest('hex')
  return {
    account: hash('account', keys.account),
    application: keys.application === undefined ? undefined : hash('application', keys.application),
  }
}

/**
 * The budgets of one process. Connections with the same key spend one budget here; where another process may spend it
 * too (always for an application's, for an account's when several connections have it), it is kept in PostgreSQL and
 * drawn from in chunks.
 */
export class SharedBudgets {
  readonly #context: SyncContext
  readonly #processId: string
  readonly #open = new Map<string, { budgets: Budgets; users: number }>()
  /** Of each connection, what it spends alone. A connection that is opened anew owes what it owed before. */
  readonly #own = new Map<string, { specs: string; budgets: Budgets }>()

  constructor(context: SyncContext, processId: string) {
    this.#context = context
    this.#processId = processId
  }

  /** @param isAccountShared other connections spend the same account's budgets */
  use(open: OpenConnection, isAccountShared: boolean): { budgets: Budgets; release(): void } {
    const { organizationId } = this.#context
    const specs = open.connector.manifest.budgets
    const keys = budgetKeysOf(open)
    if (keys === undefined) return { budgets: this.#ownOf(open, specs), release: () => undefined }
    const ofScope = (scope: BudgetScope) => specs.filter((spec) => (spec.scope ?? 'account') === scope)
    const parts = [
      isAccountShared
        ? this.#join(organizationId, keys.account, ofScope('account'))
        : { budgets: this.#ownOf(open, ofScope('account')), release: () => undefined },
    ]
    const ofApplication = ofScope('application')
    if (ofApplication.length > 0)
      parts.push(this.#join(HOST, keys.application ?? keys.account, ofApplication))
    return {
      budgets: combineBudgets(parts.map(({ budgets }) => budgets)),
      release: () => parts.forEach(({ release }) => void release()),
    }
  }

  #ownOf({ connection }: OpenConnection, specs: readonly BudgetSpec[]): Budgets {
    const known = this.#own.get(connection.connectionId)
    const asked = JSON.stringify(specs)
    if (known?.specs === asked) return known.budgets
    const budgets = createBudgets(specs, this.#context.clock)
    this.#own.set(connection.connectionId, { specs: asked, budgets })
    return budgets
  }

  #join(
    organizationId: string,
    key: string,
    specs: readonly BudgetSpec[],
  ): { budgets: Budgets; release(): void } {
    const place = `${organizationId} ${key}`
    let shared = this.#open.get(place)
    if (shared === undefined) {
      const supply = createSupply(this.#context, this.#processId, { organizationId, budgetKey: key }, specs)
      shared = { budgets: createBudgets(specs, this.#context.clock, supply), users: 0 }
      this.#open.set(place, shared)
    }
    const joined = shared
    joined.users += 1
    return {
      budgets: joined.budgets,
      release: () => {
        joined.users -= 1
        // What is unspent goes back by itself.
        if (joined.users === 0) this.#open.delete(place)
      },
    }
  }
}

function createSupply(
  context: SyncContext,
  processId: string,
  place: { organizationId: string; budgetKey: string },
  specs: readonly BudgetSpec[],
): BudgetSupply {
  // In the order in which they are told: a draw must not overtake what was given back before it.
  const serial = new Serial()
  const learned = new Map<string, Partial<SeenBucket> & { at: number }>()
  const within = <T>(
    spec: BudgetSpec,
    work: (tx: Tx, bucket: BucketName, now: Date) => Promise<T>,
  ): Promise<T> =>
    serial.run(() => {
      const bucket = { ...place, name: spec.name }
      return inTransaction(context.database, (tx) => work(tx, bucket, nowOf(context)))
    })
  const quietly = (work: Promise<void>): void => {
    work.catch((error: unknown) => {
      // What was not told is held until it runs out: too careful, never too fast.
      context.log.warn({ error }, 'a shared budget could not be brought up to date')
    })
  }
  const holding = (held: number, now: Date) => ({
    processId,
    held: Math.max(0, held),
    expiresAt: new Date(now.getTime() + HOLDING_MS),
  })
  return {
    async draw(request) {
      try {
        return await within(request.spec, async (tx, bucket, now) => {
          const state = await lockBucket(tx, bucket, request.spec, now)
          const others = await sumHeldByOthers(tx, bucket, processId, now)
          const decided = decideDraw(state, others, request, now)
          await saveBucket(tx, bucket, decided.bucket)
          await saveHolding(tx, bucket, holding(request.held + decided.drawn.granted, now))
          return decided.drawn
        })
      } catch (error) {
        context.log.warn({ error }, 'a shared budget could not be drawn from; trying again')
        return undefined
      }
    },
    giveBack({ spec, unspent, held }) {
      quietly(
        within(spec, async (tx, bucket, now) => {
          const state = await lockBucket(tx, bucket, spec, now)
          const others = await sumHeldByOthers(tx, bucket, processId, now)
          await saveBucket(tx, bucket, decideGiveBack(state, others + held, { spec, unspent }, now))
          await saveHolding(tx, bucket, holding(held, now))
          await forgetHoldings(tx, bucket, new Date(now.getTime() - HOLDING_MS))
        }),
      )
    },
    learn(spec, seen: Partial<SeenBucket>) {
      const last = learned.get(spec.name)
      const isSame = last?.capacity === seen.capacity && last?.refillPerSecond === seen.refillPerSecond
      if (last !== undefined && isSame && context.clock.monotonic() - last.at < LEARNED_EVERY_MS) return
      learned.set(spec.name, { ...seen, at: context.clock.monotonic() })
      quietly(
        within(spec, async (tx, bucket, now) => {
          const state = await lockBucket(tx, bucket, spec, now)
          await saveBucket(tx, bucket, withSeen(state, seen))
        }),
      )
    },
    throttled(blockedForMs, names) {
      for (const spec of specs) {
        if (!names.includes(spec.name)) continue
        quietly(
          within(spec, async (tx, bucket, now) => {
            const state = await lockBucket(tx, bucket, spec, now)
            await saveBucket(tx, bucket, decideThrottled(spec, state, blockedForMs, now))
          }),
        )
      }
    },
  }
}
