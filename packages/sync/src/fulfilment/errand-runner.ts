import { type ConnectorError, isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type Tx } from '../context.ts'
import { CALL_MS_MAX } from '../lanes/write-call.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import {
  type ErrandEnd,
  type ErrandRow,
  findDueErrands,
  markErrandSent,
  saveErrandEnd,
} from './errands.store.ts'
import {
  decideErrand,
  decideFailure,
  type ErrandKind,
  mayActMs,
  mayHaveActed,
  type Proof,
} from './errands.ts'

/** How one kind of errand is run. */
export type ErrandHandler = {
  /** How it is made sure that it is made once; for how long after sending a call may still act. */
  proof: Proof
  latestEffectMs: number
  /** What there is to do, or why not; no call is made here. */
  prepare(errand: ErrandRow): Promise<Prepared>
}

export type Prepared =
  /** `code`: why, where people are shown it. */
  | { kind: 'drop'; code?: string }
  | { kind: 'later'; at: Date }
  /** It cannot be made as it is. */
  | { kind: 'refuse'; code: string; message: string; settle(tx: Tx): Promise<void> }
  | {
      kind: 'ready'
      /** Looks for what became of an earlier call; undefined: it is surely not there. */
      look?(): Promise<Made | undefined>
      make(): Promise<Made>
      /** What a refusal means, in the transaction that notes it. */
      refused(tx: Tx, error: ConnectorError): Promise<void>
    }

export type Made = { externalId: string | null; code?: string; settle(tx: Tx): Promise<void> }

const AT_ONCE = 20

/**
 * Runs the errands of one connection: each call is noted before it is made and what became of it after, so that whoever takes
 * over knows which may have acted. Done by the holder of the lease alone.
 */
export class ErrandRunner {
  readonly #context: WorkerContext
  readonly #handlers: Readonly<Partial<Record<ErrandKind, ErrandHandler>>>
  readonly #isCalledAway: () => boolean

  /** @param isCalledAway something more urgent waits for the connection: what is left of a turn is left to the next */
  constructor(
    context: WorkerContext,
    handlers: Readonly<Partial<Record<ErrandKind, ErrandHandler>>>,
    isCalledAway: () => boolean,
  ) {
    this.#context = context
    this.#handlers = handlers
    this.#isCalledAway = isCalledAway
  }

  /** @returns how many there were to take a step further; one of them is, whatever else waits */
  async turn(): Promise<number> {
    const { database, organizationId, connection, ending } = this.#context
    const due = await findDueErrands(database.kysely, organizationId, connection.connectionId, {
      now: nowOf(this.#context),
      limit: AT_ONCE,
    })
    for (const errand of due) {
      if (ending.aborted) break
      await this.#run(errand)
      if (this.#isCalledAway()) break
    }
    return due.length
  }

  async #run(errand: ErrandRow): Promise<void> {
    const handler = this.#handlers[errand.kind]
    // Another version may know what to do with it.
    if (handler === undefined) return
    const step = decideErrand(errand, { now: nowOf(this.#context) })
    if (step.kind === 'wait') return
    const prepared = await handler.prepare(errand)
    switch (prepared.kind) {
      case 'drop':
        return await this.#end(errand, {
          state: 'dropped',
          inDoubt: mayHaveActed(errand),
          ...(prepared.code !== undefined && { code: prepared.code }),
        })
      case 'later':
        return await this.#end(errand, keep(errand, prepared.at))
      case 'refuse': {
        const { code, message } = prepared
        const end = { state: 'refused', code, message, inDoubt: mayHaveActed(errand) } as const
        return await this.#end(errand, end, (tx) => prepared.settle(tx))
      }
      case 'ready':
        return await this.#call(errand, handler, prepared, step.kind)
      default: {
        const never: never = prepared
        throw new Error(`unknown preparation ${String(never)}`)
      }
    }
  }

  async #call(
    errand: ErrandRow,
    handler: ErrandHandler,
    prepared: Extract<Prepared, { kind: 'ready' }>,
    step: 'look' | 'make',
  ): Promise<void> {
    try {
      const found = step === 'look' ? await prepared.look?.() : undefined
      if (found !== undefined) return await this.#done(errand, found)
    } catch (error) {
      if (!isConnectorError(error)) throw error
      // What became of it is not known any better than before.
      await this.#again(errand, error)
      throw error
    }
    const { clock } = this.#context
    const at = nowOf(this.#context)
    const beyondMs = mayActMs(handler.proof, handler.latestEffectMs)
    const callsUntil = new Date(at.getTime() + CALL_MS_MAX + beyondMs)
    if (!(await this.#mark(errand, at, callsUntil))) return
    this.#context.writing.leavesUntil = clock.now() + CALL_MS_MAX / 2
    try {
      await this.#done(errand, await prepared.make())
    } catch (error) {
      await this.#failed(errand, error, prepared)
    } finally {
      this.#context.writing.leavesUntil = undefined
    }
  }

  async #mark(errand: ErrandRow, at: Date, callsUntil: Date): Promise<boolean> {
    const { database, organizationId, lease } = this.#context
    return await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      return await markErrandSent(tx, organizationId, errand.errandId, {
        from: errand.state,
        at,
        callsUntil,
        fencing: lease.fencing,
      })
    })
  }

  async #done(errand: ErrandRow, made: Made): Promise<void> {
    const { externalId, code } = made
    await this.#end(errand, { state: 'done', externalId, ...(code !== undefined && { code }) }, (tx) =>
      made.settle(tx),
    )
  }

  async #failed(
    errand: ErrandRow,
    error: unknown,
    { refused }: Extract<Prepared, { kind: 'ready' }>,
  ): Promise<void> {
    // A bug of ours in the middle of a call: what was sent is unknown, and the error is told.
    if (!isConnectorError(error)) {
      const message = error instanceof Error ? error.message : String(error)
      await this.#end(errand, { state: 'unknown', code: 'unknown', message })
      throw error
    }
    const failed = decideFailure(error, { now: nowOf(this.#context), attempts: errand.attempts })
    const { message, kind: code } = error
    switch (failed.kind) {
      case 'again':
        await this.#end(errand, { state: 'waiting', notBefore: failed.at, code, message })
        throw error
      case 'unknown':
        await this.#end(errand, { state: 'unknown', code, message })
        throw error
      case 'refused':
        return await this.#end(errand, { state: 'refused', code, message }, (tx) => refused(tx, error))
      default: {
        const never: never = failed
        throw new Error(`unknown failure ${String(never)}`)
      }
    }
  }

  /** It could not be looked for: it is looked for again. */
  async #again(errand: ErrandRow, error: ConnectorError): Promise<void> {
    const failed = decideFailure(error, { now: nowOf(this.#context), attempts: errand.attempts })
    const at = failed.kind === 'again' ? failed.at : new Date(nowOf(this.#context).getTime() + LOOK_AGAIN_MS)
    await this.#end(errand, keep(errand, at))
  }

  async #end(errand: ErrandRow, end: ErrandEnd, settle?: (tx: Tx) => Promise<void>): Promise<void> {
    const { database, organizationId, lease } = this.#context
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      await settle?.(tx)
      await saveErrandEnd(tx, organizationId, errand.errandId, end, nowOf(this.#context))
    })
  }
}

const LOOK_AGAIN_MS = 5_000

/** As it is, and looked at again at that moment: what may have acted stays so. */
function keep({ state }: ErrandRow, at: Date): ErrandEnd {
  return state === 'waiting'
    ? { state: 'waiting', notBefore: at, code: null, message: null }
    : { state: 'kept', notBefore: at }
}
