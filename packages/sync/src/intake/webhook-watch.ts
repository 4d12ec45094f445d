import { isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction, type WebhookVerdict } from '@plimsoll/database'
import { noteWebhooksChecked } from '../connections/connections.store.ts'
import { nowOf } from '../context.ts'
import { closeTasks, type NewTask, openTask } from '../tasks.store.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { findWebhookHealth, findWebhooksBehind, saveWebhookHealth } from './webhook-health.store.ts'
import {
  decideNextCheck,
  decideVerdict,
  IN_VAIN_MAX,
  NO_HEALTH,
  noteSightings,
  type WebhookHealth,
} from './webhook-health.ts'
import { keepWebhookSecrets } from './webhook-secrets.ts'

/** Between two judgements: what is shown may be so old. */
const JUDGE_MS = 5_000

/**
 * Watches over one connection's webhooks: how many arrive, and whether the subscriptions stand. Lost or disabled ones
 * are registered again as soon as their webhooks stay away, and hourly in any case; where that does not help, a person
 * is told.
 */
export class WebhookWatch {
  readonly #context: WorkerContext
  #health: WebhookHealth = NO_HEALTH
  #isLoaded = false
  #judgeAt = 0
  #failures = 0
  #repairs = 0
  /** Looks in a row that found nothing to mend though nothing arrives. */
  #inVain = 0
  #problem: string | null = null
  #saved = ''

  constructor(context: WorkerContext) {
    this.#context = context
  }

  get verdict(): WebhookVerdict {
    return decideVerdict(this.#health, this.#isReachable)
  }

  /** A queue is reached from here. */
  get #isReachable(): boolean {
    const { publicUrl, connector } = this.#context
    return publicUrl !== undefined || connector.manifest.capabilities.queue !== undefined
  }

  /** Judges what was seen, and looks at the subscriptions when it is time. */
  async turn(): Promise<void> {
    await this.#load()
    const now = this.#context.clock.now()
    if (now >= this.#judgeAt) {
      this.#judgeAt = now + JUDGE_MS
      await this.#judge(now)
    }
    await this.#keepSubscriptions()
  }

  /** The former holder's counts go on. */
  async #load(): Promise<void> {
    if (this.#isLoaded) return
    const { database, organizationId, connection } = this.#context
    const found = await findWebhookHealth(database.kysely, organizationId, connection.connectionId)
    if (found !== undefined) {
      const { failures, repairs, ...health } = found
      this.#health = health
      this.#failures = failures
      this.#repairs = repairs
    }
    this.#isLoaded = true
  }

  async #judge(now: number): Promise<void> {
    const { database, organizationId, sightings } = this.#context
    const behind = await findWebhooksBehind(database.kysely, organizationId, sightings.overdue(now))
    this.#health = noteSightings(this.#health, sightings.takeJudged(now, behind))
    if (this.verdict !== 'silent' && this.#failures === 0) this.#inVain = 0
    await this.#save(false)
  }

  async #keepSubscriptions(): Promise<void> {
    const { clock, connection, publicUrl, webhookPath } = this.#context
    if (!this.#isReachable) return
    const checkedAt = connection.webhooksCheckedAt ?? undefined
    const dueAt = decideNextCheck(checkedAt, this.verdict, Math.max(this.#inVain, this.#failures))
    if (clock.now() < dueAt.getTime()) return
    const isMended = await this.#register(publicUrl === undefined ? '' : `${publicUrl}${webhookPath}`)
    connection.webhooksCheckedAt = nowOf(this.#context)
    const { database, organizationId } = this.#context
    await noteWebhooksChecked(
      database.kysely,
      organizationId,
      connection.connectionId,
      connection.webhooksCheckedAt,
    )
    await this.#save(isMended)
    await this.#tell()
  }

  /** @returns whether there was something to mend */
  async #register(url: string): Promise<boolean> {
    const { operations, signal, log, connection } = this.#context
    try {
      const { secrets, ...found } = await operations.registerWebhooks(url, { signal })
      if (secrets !== undefined) await keepWebhookSecrets(this.#context, secrets)
      this.#failures = 0
      this.#problem = null
      if (found.registered.length + found.repaired.length === 0) {
        if (this.verdict === 'silent') this.#inVain += 1
        return false
      }
      log.info({ connection: connection.name, ...found }, 'webhooks registered')
      // What was missed says nothing of the new ones.
      this.#health = { ...NO_HEALTH, delayMs: this.#health.delayMs }
      this.#inVain = 0
      this.#repairs += 1
      return true
    } catch (error) {
      // Refused credentials stop the lane; anything else must not: polls do it all meanwhile.
      if (!isConnectorError(error) || error.kind === 'unauthorized') throw error
      // Cut off because the worker ends or starts anew: nobody has looked yet, and the next one is to.
      if (this.#context.ending.aborted) throw error
      this.#failures += 1
      this.#problem = error.message
      log.warn({ connection: connection.name, failures: this.#failures }, 'webhooks could not be registered')
      return false
    }
  }

  async #save(isRepaired: boolean): Promise<void> {
    const { database, organizationId, connection, lease } = this.#context
    const { verdict } = this
    const state = JSON.stringify([this.#health, verdict, this.#repairs, this.#failures, this.#problem])
    if (state === this.#saved) return
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      await saveWebhookHealth(tx, organizationId, connection.connectionId, {
        ...this.#health,
        verdict,
        judgedAt: nowOf(this.#context),
        repairs: this.#repairs,
        isRepaired,
        failures: this.#failures,
        problem: this.#problem,
      })
    })
    this.#saved = state
  }

  async #tell(): Promise<void> {
    const { database, organizationId, connection, uuid } = this.#context
    const { connectionId, name } = connection
    const subject = `webhooks:${connectionId}`
    const at = nowOf(this.#context)
    const said: Pick<NewTask, 'detail' | 'told'> | undefined =
      this.#failures >= IN_VAIN_MAX
        ? {
            detail: `The webhooks of ${name} cannot be registered: ${this.#problem} Orders are polled for meanwhile. Cure: grant the right to manage webhooks; the hub tries again by itself.`,
            told: { code: 'webhooks-refused', facts: { connection: name, message: this.#problem ?? '' } },
          }
        : this.#inVain >= IN_VAIN_MAX
          ? {
              detail: `The webhooks of ${name} stand, but none arrives. Orders are polled for meanwhile. Cure: see that ${this.#context.publicUrl} can be reached from outside.`,
              told: {
                code: 'webhooks-silent',
                facts: { connection: name, url: this.#context.publicUrl ?? '' },
              },
            }
          : undefined
    if (said === undefined && (this.#failures > 0 || this.#inVain > 0)) return
    await inTransaction(database, async (tx) => {
      if (said === undefined) await closeTasks(tx, organizationId, 'connection', [subject], at)
      else {
        const task = { kind: 'connection' as const, subject, connectionId, sku: null, units: null, ...said }
        await openTask(tx, organizationId, task, { at, uuid })
      }
    })
  }
}
