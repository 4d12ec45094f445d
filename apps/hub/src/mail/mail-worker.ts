import {
  type ClaimedMail,
  claimMail,
  decideNextAttempt,
  findUntriedMail,
  type MailFailure,
  purgeMail,
  serverPauseMs,
  settleMail,
} from '@plimsoll/accounts'
import type { SyncContext } from '@plimsoll/sync'
import type { Postman } from './smtp.ts'

/** Between two looks for letters. */
const LOOK_MS = 2_000
const TIDY_MS = 3_600_000
/** A letter is kept for so long, sent or not. */
const MAIL_KEPT_MS = 14 * 86_400_000
/** A server that has not taken a letter in so long is left; it may have taken it all the same. */
const SENDING_MS_MAX = 60_000
/** A letter is held for longer than sending it can take, so that no other process takes it meanwhile. */
const HELD_MS = 3 * SENDING_MS_MAX
const LAST_LETTER_MS = 3_000
const TOLD_MAX = 200

export type MailContext = Pick<SyncContext, 'database' | 'clock' | 'log' | 'masterKey' | 'random'>

/**
 * Sends the letters of the outbox, one after the other; any number of processes may. Where no server is set it says so
 * for each letter that is put, and leaves it to be read.
 */
export class MailWorker {
  readonly #context: MailContext
  readonly #postman: Postman | undefined
  readonly #stopped = new AbortController()
  readonly #cut = new AbortController()
  #running: Promise<void> | undefined
  #failuresInRow = 0
  #tidiedAtMs = Number.NEGATIVE_INFINITY
  #told: Set<string> | undefined

  /** @param postman undefined: no mail server is set */
  constructor(context: MailContext, postman: Postman | undefined) {
    this.#context = context
    this.#postman = postman
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Ends after the letter under way, which is cut off where it takes longer than three seconds. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('The hub stops.'))
    const ended = new AbortController()
    const late = this.#context.clock.sleep(LAST_LETTER_MS, ended.signal).then(
      () => this.#cut.abort(new Error('The hub stops.')),
      () => undefined, // ended in time
    )
    await this.#running
    ended.abort()
    await late
  }

  /** One turn: what is to be tidied, and all letters that are due. @returns how long to wait for the next */
  async turn(): Promise<number> {
    await this.#tidy()
    if (this.#postman === undefined) {
      await this.#tellOfWaiting()
      return LOOK_MS
    }
    while (!this.#stopped.signal.aborted) {
      const outcome = await this.#sendOne(this.#postman)
      if (outcome === 'none') return LOOK_MS
      if (outcome === 'server-failed') return serverPauseMs(this.#failuresInRow)
    }
    return 0
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#context
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const waitMs = await this.turn().catch((error: unknown) => {
        log.error({ error }, 'letters could not be looked after; trying again')
        return LOOK_MS
      })
      await clock.sleep(waitMs, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }

  async #sendOne(postman: Postman): Promise<'none' | 'settled' | 'server-failed'> {
    const { database, clock, masterKey } = this.#context
    const now = clock.now()
    const claimed = await claimMail(database.kysely, masterKey, {
      now: new Date(now),
      until: new Date(now + HELD_MS),
    })
    if (claimed === undefined) return 'none'
    const failure = await this.#hand(postman, claimed)
    if (failure === undefined) {
      this.#failuresInRow = 0
      await settleMail(database.kysely, claimed, { kind: 'sent', at: new Date(clock.now()) })
      return 'settled'
    }
    await this.#noteFailure(claimed, failure)
    this.#failuresInRow = failure.about === 'server' ? this.#failuresInRow + 1 : 0
    return failure.about === 'server' ? 'server-failed' : 'settled'
  }

  async #hand(postman: Postman, claimed: ClaimedMail): Promise<MailFailure | undefined> {
    const late = new AbortController()
    const answered = new AbortController()
    const timer = this.#context.clock.sleep(SENDING_MS_MAX, answered.signal).then(
      () => late.abort(new Error('too slow')),
      () => undefined, // answered in time
    )
    const failure = await postman.send(claimed, AbortSignal.any([late.signal, this.#cut.signal]))
    answered.abort()
    await timer
    if (!late.signal.aborted || failure === undefined) return failure
    const problem = `The mail server did not take the letter within ${SENDING_MS_MAX / 1_000} seconds.`
    return { about: 'server', passing: true, problem }
  }

  async #noteFailure(claimed: ClaimedMail, failure: MailFailure): Promise<void> {
    const { database, clock, log, random } = this.#context
    const { mailId, attempt, createdAt } = claimed
    const { problem } = failure
    const letter = { attempt, createdAt, random: random() }
    const nextAttemptAt = decideNextAttempt(letter, failure, new Date(clock.now()))
    const outcome =
      nextAttemptAt === undefined
        ? ({ kind: 'given-up', problem } as const)
        : ({ kind: 'later', problem, nextAttemptAt } as const)
    await settleMail(database.kysely, claimed, outcome)
    if (nextAttemptAt === undefined) {
      log.error({ mailId, attempt, problem }, 'a letter is given up; plimsoll mail shows it')
    } else {
      log.warn({ mailId, attempt, problem, nextAttemptAt }, 'a letter could not be sent; it is tried again')
    }
  }

  async #tellOfWaiting(): Promise<void> {
    const { database, log } = this.#context
    const waiting = await findUntriedMail(database.kysely, TOLD_MAX)
    if (this.#told === undefined && waiting.length > 0) {
      log.warn({ letters: waiting.length }, `letters wait, ${NO_SERVER}`)
    } else {
      const fresh = waiting.filter(({ mailId }) => this.#told?.has(mailId) === false)
      for (const letter of fresh) log.warn(letter, `a letter waits, ${NO_SERVER}`)
    }
    this.#told = new Set(waiting.map(({ mailId }) => mailId))
  }

  async #tidy(): Promise<void> {
    const { clock, database, log } = this.#context
    if (clock.monotonic() - this.#tidiedAtMs < TIDY_MS) return
    this.#tidiedAtMs = clock.monotonic()
    const { removed, unsent } = await purgeMail(database.kysely, new Date(clock.now() - MAIL_KEPT_MS))
    if (unsent > 0) log.warn({ removed, unsent }, 'letters that were never sent are removed after 14 days')
  }
}

const NO_SERVER =
  'for no mail server is set: read it with plimsoll mail, or set PLIMSOLL_SMTP_URL and PLIMSOLL_MAIL_FROM'
