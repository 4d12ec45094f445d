import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../clock.ts'

const rate = z.number().min(0).max(1)
const rangeMs = z
  .tuple([z.number().min(0).max(600_000), z.number().min(0).max(600_000)])
  .refine(([least, most]) => least <= most, 'the first must not be above the second')

/** What a simulated platform may be told to do wrong; each rate is a chance per request or webhook. */
export const faultSettings = z.strictObject({
  /** Added before a request is carried out, at random between the two. */
  latencyMs: rangeMs,
  /** 503 with a JSON body; nothing is carried out. */
  errorRate: rate,
  /** A web page in place of the answer, status 503 or 200; nothing is carried out. */
  htmlRate: rate,
  /** The platform throttles in its own way. */
  throttleRate: rate,
  /** The request is carried out, then the connection is cut. */
  dropResponseRate: rate,
  /** The request is carried out, then half of the answer is sent as if it were all. */
  malformedRate: rate,
  /** Every credential is refused. */
  revoked: z.boolean(),
  webhookLossRate: rate,
  webhookDuplicateRate: rate,
  /** Before a webhook is first sent, at random between the two: they overtake one another. */
  webhookDelayMs: rangeMs,
})
export type FaultSettings = z.infer<typeof faultSettings>

export const noFaults: FaultSettings = {
  latencyMs: [0, 0],
  errorRate: 0,
  htmlRate: 0,
  throttleRate: 0,
  dropResponseRate: 0,
  malformedRate: 0,
  revoked: false,
  webhookLossRate: 0,
  webhookDuplicateRate: 0,
  webhookDelayMs: [0, 0],
}

export type FaultName =
  | 'latency'
  | 'error'
  | 'html'
  | 'throttle'
  | 'dropResponse'
  | 'malformed'
  | 'revoked'
  | 'webhookLoss'
  | 'webhookDuplicate'
  | 'webhookDelay'

export type Faults = {
  /** The settings now. */
  get(): FaultSettings
  /** Changes the settings named; the others stay. */
  set(change: Partial<FaultSettings>): void
  /** How often each was injected since the start. */
  counts(): Record<FaultName, number>
  /** True when the platform should throttle this request in its own words. */
  shouldThrottle(): boolean
  /** True while every credential is to be refused; asked by the platform's authentication. */
  isRevoked(): boolean
  /** Answers the next API requests with these, one each, in place of the platform. For tests in one process. */
  answerNext(...answers: ScriptedAnswer[]): void
  /** Passes every API answer through `rewrite` until it is called again with undefined. For tests in one process. */
  rewriteAnswers(rewrite: ((body: string) => string) | undefined): void
  /**
   * The API request after so many more is carried out and its answer lost: 0 for the next one. Undefined: none any more.
   * For tests in one process.
   */
  dropAnswerAfter(requests: number | undefined): void
  /** What becomes of one webhook: how long each of its copies waits before it is sent; none when it is lost. */
  webhookCopies(): { delayMs: number }[]
}

export type ScriptedAnswer = { status: number; headers?: Record<string, string>; body: string }

/** Faults with chances drawn from `random`, so that a seed replays them. */
export function createFaults(random: () => number): FaultsWithHooks {
  let settings = noFaults
  const scripted: ScriptedAnswer[] = []
  let rewrite: ((body: string) => string) | undefined
  let dropsAfter: number | undefined
  const counts: Record<FaultName, number> = {
    latency: 0,
    error: 0,
    html: 0,
    throttle: 0,
    dropResponse: 0,
    malformed: 0,
    revoked: 0,
    webhookLoss: 0,
    webhookDuplicate: 0,
    webhookDelay: 0,
  }
  const strikes = (chance: number, name: FaultName): boolean => {
    if (chance === 0 || random() >= chance) return false
    counts[name] += 1
    return true
  }
  /** Counts the answers down to the one that is to be lost. */
  const isDue = (): boolean => {
    if (dropsAfter === undefined) return false
    const isNow = dropsAfter === 0
    dropsAfter = isNow ? undefined : dropsAfter - 1
    if (isNow) counts.dropResponse += 1
    return isNow
  }
  const between = ([least, most]: readonly [number, number], name: FaultName): number => {
    if (most === 0) return 0
    counts[name] += 1
    return least + random() * (most - least)
  }

  return {
    get: () => settings,
    set(change) {
      settings = { ...settings, ...change }
    },
    counts: () => ({ ...counts }),
    shouldThrottle: () => strikes(settings.throttleRate, 'throttle'),
    isRevoked() {
      if (settings.revoked) counts.revoked += 1
      return settings.revoked
    },
    webhookCopies() {
      if (strikes(settings.webhookLossRate, 'webhookLoss')) return []
      const copies = strikes(settings.webhookDuplicateRate, 'webhookDuplicate') ? 2 : 1
      return Array.from({ length: copies }, () => ({
        delayMs: between(settings.webhookDelayMs, 'webhookDelay'),
      }))
    },
    answerNext(...answers) {
      scripted.push(...answers)
    },
    rewriteAnswers(given) {
      rewrite = given
    },
    before() {
      const delayMs = between(settings.latencyMs, 'latency')
      const next = scripted.shift()
      if (next !== undefined) return { delayMs, answer: next }
      if (strikes(settings.errorRate, 'error')) return { delayMs, answer: unavailable }
      if (strikes(settings.htmlRate, 'html')) return { delayMs, answer: webPage(random() < 0.5 ? 503 : 200) }
      return { delayMs, answer: undefined }
    },
    rewritten: (body) => (rewrite === undefined ? body : rewrite(body)),
    dropAnswerAfter(requests) {
      dropsAfter = requests
    },
    after() {
      if (isDue()) return 'drop'
      if (strikes(settings.dropResponseRate, 'dropResponse')) return 'drop'
      return strikes(settings.malformedRate, 'malformed') ? 'truncate' : undefined
    },
  }
}

export type FaultsWithHooks = Faults & {
  before(): { delayMs: number; answer: ScriptedAnswer | undefined }
  after(): 'drop' | 'truncate' | undefined
  rewritten(body: string): string
}

const unavailable: ScriptedAnswer = {
  status: 503,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: '{"error":"The service is unavailable."}',
}

const webPage = (status: number): ScriptedAnswer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html><html><head><title>Please wait</title></head><body><h1>One moment</h1></body></html>',
})

/** Puts the faults before and after every route of this scope. */
export function injectFaults(app: FastifyInstance, faults: FaultsWithHooks, clock: Clock): void {
  const answeredInstead = new WeakSet<FastifyRequest>()
  app.addHook('onRequest', async (request, reply) => {
    const { delayMs, answer } = faults.before()
    if (delayMs > 0) await clock.sleep(delayMs)
    if (answer === undefined) return
    answeredInstead.add(request)
    await reply
      .code(answer.status)
      .headers(answer.headers ?? {})
      .send(answer.body)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (answeredInstead.has(request)) return payload
    const fault = faults.after()
    if (fault === 'drop') request.raw.socket.destroy()
    if (typeof payload !== 'string') return payload
    const body = faults.rewritten(payload)
    if (fault !== 'truncate' && body === payload) return payload
    // The length was that of the whole answer.
    reply.removeHeader('content-length')
    return fault === 'truncate' ? body.slice(0, Math.floor(body.length / 2)) : body
  })
}
