import type { Clock, Connector, Exchange, WebhookRequest } from '@plimsoll/connector-kit'
import type { CallLogMode, Database } from '@plimsoll/database'
import type { Log } from '../context.ts'
import {
  type CallLogSetting,
  findCallLogSetting,
  insertCalls,
  noteDroppedCalls,
  type Place,
  pruneCalls,
  pruneOldCalls,
} from './call-log.store.ts'
import { subjectOfCall } from './call-subject.ts'
import { beginOf, type HeardCall, isFailed, maskCall, secretsOf } from './masked-call.ts'

/** Whose calls they are, and what is never kept of them. */
export type Caller = Place & { secrets: readonly string[]; privateNames: readonly string[] }

/** So many calls wait to be written down, of one connection and of all; more are counted. */
const WAITING_MAX = 400
const WAITING_OF_ALL_MAX = 2_000
/** Masked and inserted at once: half a millisecond's work of this process, and a statement. */
const BATCH = 50
const PRUNED_EVERY_MS = 20_000
const FLUSHED_EVERY_MS = 1_000
const OLD_PRUNED_EVERY_MS = 3_600_000

/**
 * Writes the calls of connections down, off the way of whoever makes them: `note` puts one in line, which takes
 * microseconds, and `flush` (once a second, by the engine) masks and stores them in batches. What comes faster than that
 * is not kept but counted, so that neither a write waits nor the process grows. One serves all organizations of a process.
 */
export class CallLog {
  readonly #context: { database: Database; clock: Clock; uuid(): string; log: Log }
  readonly #waiting = new Map<string, { caller: Caller; calls: HeardCall[]; dropped: number }>()
  readonly #modes = new Map<string, CallLogMode>()
  readonly #prunedAt = new Map<string, number>()
  #waitingOfAll = 0
  #flushing: Promise<void> | undefined
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(context: { database: Database; clock: Clock; uuid(): string; log: Log }) {
    this.#context = context
  }

  /** Flushes once a second, until it is stopped. */
  start(): void {
    this.#loop = this.#flushOn(this.#stop.signal)
  }

  /** Flushes once more. What is noted later is lost. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('The call log stops.'))
    await this.#loop
    await this.flush()
  }

  /** Takes note of a call that was made. */
  noteExchange(caller: Caller, exchange: Exchange): void {
    const { request, response } = exchange
    const failed = isFailed({ status: response?.status, error: exchange.error })
    if (!this.#takes(caller, failed)) return
    this.#put(caller, {
      callId: this.#context.uuid(),
      at: new Date(exchange.at),
      direction: 'out',
      operation: request.operation,
      method: request.method,
      url: request.url,
      requestHeaders: request.headers ?? {},
      requestBody: beginOf(request.body),
      responseHeaders: response?.headers ?? {},
      responseBody: beginOf(response?.text),
      status: response?.status,
      error: exchange.error,
      sent: exchange.sent,
      waitedMs: exchange.waitedMs,
      durationMs: exchange.durationMs,
      purpose: exchange.purpose,
      about: subjectOfCall(),
    })
  }

  /** Takes note of a webhook that came, and of how it was answered. */
  noteWebhook(
    caller: Caller,
    request: WebhookRequest,
    answer: { status: number; at: number; durationMs: number; about: readonly string[] },
  ): void {
    if (!this.#takes(caller, answer.status >= 400)) return
    // Anybody may call that address: what is not the platform's is neither kept nor lets the ring run over.
    const isStranger = answer.status === 401
    if (isStranger && !this.#hasRoomForStranger(caller)) return
    this.#put(caller, {
      callId: this.#context.uuid(),
      at: new Date(answer.at),
      direction: 'in',
      operation: 'webhook',
      method: request.method,
      url: request.url,
      requestHeaders: request.headers,
      requestBody: isStranger ? undefined : beginOf(request.body),
      responseHeaders: {},
      responseBody: undefined,
      status: answer.status,
      error: undefined,
      sent: true,
      waitedMs: 0,
      durationMs: answer.durationMs,
      purpose: undefined,
      about: answer.about,
    })
  }

  /** Masks and stores what waits. Never throws: what could not be stored is counted as dropped, and told in the log. */
  async flush(): Promise<void> {
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = undefined
    })
    await this.#flushing
  }

  /** Another setting is asked for with the next call. */
  forget(place: Place): void {
    this.#modes.delete(keyOf(place))
  }

  async #flushOn(signal: AbortSignal): Promise<void> {
    const { clock } = this.#context
    for (let prunedMs = Number.NEGATIVE_INFINITY; !signal.aborted; ) {
      if (clock.monotonic() - prunedMs >= OLD_PRUNED_EVERY_MS) {
        prunedMs = clock.monotonic()
        await this.#pruneOld()
      }
      await clock.sleep(FLUSHED_EVERY_MS, signal).catch(() => undefined) // it stops
      await this.flush()
    }
  }

  #takes(caller: Caller, failed: boolean): boolean {
    const mode = this.#modes.get(keyOf(caller))
    if (mode === 'off' || (mode === 'failures' && !failed)) {
      // The setting may have changed by another process: it is looked at again with the next flush.
      if (!this.#waiting.has(keyOf(caller)))
        this.#waiting.set(keyOf(caller), { caller, calls: [], dropped: 0 })
      return false
    }
    return true
  }

  #hasRoomForStranger(caller: Caller): boolean {
    const waiting = this.#waiting.get(keyOf(caller))
    if (waiting === undefined) return true
    const isStranger = ({ direction, status }: HeardCall) => direction === 'in' && status === 401
    if (!waiting.calls.some(isStranger)) return true
    waiting.dropped += 1
    return false
  }

  #put(caller: Caller, call: HeardCall): void {
    const key = keyOf(caller)
    const waiting = this.#waiting.get(key) ?? { caller, calls: [], dropped: 0 }
    this.#waiting.set(key, waiting)
    // Its credentials may have been replaced since the first of them: those of the newest are masked in all.
    if (caller !== waiting.caller)
      waiting.caller = { ...caller, secrets: [...new Set([...waiting.caller.secrets, ...caller.secrets])] }
    if (waiting.calls.length >= WAITING_MAX || this.#waitingOfAll >= WAITING_OF_ALL_MAX) {
      waiting.dropped += 1
      return
    }
    waiting.calls.push(call)
    this.#waitingOfAll += 1
  }

  async #flushAll(): Promise<void> {
    const taken = [...this.#waiting.entries()]
    this.#waiting.clear()
    for (const [key, { caller, calls, dropped }] of taken) {
      let left = calls.length
      try {
        const setting = await findCallLogSetting(this.#ownOf(caller), caller)
        this.#modes.set(key, setting.mode)
        const kept = calls.filter((call) => isKept(setting.mode, call))
        left = kept.length
        for (let from = 0; from < kept.length; from += BATCH) {
          const batch = kept.slice(from, from + BATCH).map((call) => maskCall(call, caller))
          await insertCalls(this.#ownOf(caller), caller, batch)
          left -= batch.length
        }
        if (dropped > 0 && setting.mode !== 'off') await this.#noteDropped(caller, dropped)
        await this.#prune(key, caller, setting)
      } catch (error) {
        this.#context.log.warn(
          { error, connectionId: caller.connectionId, left },
          'calls were not written down',
        )
        await this.#noteDropped(caller, left + dropped).catch((again: unknown) =>
          this.#context.log.warn({ error: again }, 'and that could not be written down either'),
        )
      } finally {
        this.#waitingOfAll -= calls.length
      }
    }
  }

  async #noteDropped(caller: Caller, dropped: number): Promise<void> {
    if (dropped === 0) return
    await noteDroppedCalls(this.#ownOf(caller), caller, dropped, new Date(this.#context.clock.now()))
  }

  async #pruneOld(): Promise<void> {
    const { database, clock, log } = this.#context
    try {
      await pruneOldCalls(database.kysely, new Date(clock.now()))
    } catch (error) {
      log.warn({ error }, 'old calls were not taken out; trying again in an hour')
    }
  }

  async #prune(key: string, place: Place, { callsMax, hoursMax }: CallLogSetting): Promise<void> {
    const now = this.#context.clock.now()
    const last = this.#prunedAt.get(key)
    if (last !== undefined && now - last < PRUNED_EVERY_MS) return
    this.#prunedAt.set(key, now)
    const before = new Date(now - hoursMax * 3_600_000)
    await pruneCalls(this.#ownOf(place), place, { callsMax, before })
  }

  /** Behind the wall of whose calls they are. */
  #ownOf({ organizationId }: Place): Database['kysely'] {
    return this.#context.database.forOrganization(organizationId).kysely
  }
}

function isKept(mode: CallLogMode, call: HeardCall): boolean {
  return mode === 'all' || (mode === 'failures' && isFailed(call))
}

function keyOf({ organizationId, connectionId }: Place): string {
  return `${organizationId} ${connectionId}`
}

/** What a client of HTTP tells its calls to, for one connection; undefined where none are written down. */
export function exchangeNoter(
  { calls, organizationId }: { calls?: CallLog; organizationId: string },
  open: Parameters<typeof callerOf>[1],
): ((exchange: Exchange) => void) | undefined {
  if (calls === undefined) return undefined
  const caller = callerOf(organizationId, open)
  return (exchange) => calls.noteExchange(caller, exchange)
}

/** Whose calls a connection's are: whatever it proves itself with is masked in them, and what its connector names. */
export function callerOf(
  organizationId: string,
  open: { connection: { connectionId: string }; connector: Connector; credentials: unknown },
): Caller {
  const { personalDataKeys } = open.connector.webhooks
  return {
    organizationId,
    connectionId: open.connection.connectionId,
    secrets: secretsOf(open.credentials),
    privateNames: personalDataKeys.map((each) => (typeof each === 'string' ? each : each.key)),
  }
}
