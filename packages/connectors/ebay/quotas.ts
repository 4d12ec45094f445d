import { type Budgets, isConnectorError } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { rateLimits } from './answers.ts'
import { budgetOfApi } from './budgets.ts'
import type { Transport } from './transport.ts'

const hourMs = 3_600_000
const againMs = 10 * 60_000
const daySeconds = 86_400

type Limits = z.infer<typeof rateLimits>

/** What is left of one quota of the day. */
export type Quota = { budget: string; limit: number; remaining: number }

/**
 * The application's quotas, read from eBay's Developer Analytics at most once an hour: other programs of the brand may
 * spend them too, and eBay may have given more than it does by default. Its answers carry no headers about them.
 */
export function createQuotas(transport: Transport, context: { now(): number; budgets: Budgets }) {
  let nextAt = Number.NEGATIVE_INFINITY
  return {
    /** Brings the budgets up to date, where it is time to. Never fails for want of the numbers themselves. */
    async refresh({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
      if (context.now() < nextAt) return
      nextAt = context.now() + hourMs
      try {
        const { data } = await transport.ask(
          {
            operation: 'quotas',
            method: 'GET',
            path: '/developer/analytics/v1_beta/rate_limit/',
            token: 'application',
            signal,
          },
          rateLimits,
          [200],
        )
        for (const { budget, limit, remaining } of readQuotas(data))
          context.budgets.learnBucket(budget, { capacity: limit, available: remaining })
      } catch (error) {
        if (!isConnectorError(error) || error.kind === 'unauthorized') throw error
        // The declared numbers go on counting (204 is an answer of nothing); it is asked again soon.
        nextAt = context.now() + againMs
      }
    },
  }
}
export type Quotas = ReturnType<typeof createQuotas>

/** Of several limits that one budget stands for, the scarcest. Pure. */
export function readQuotas({ rateLimits: apis }: Limits): Quota[] {
  const scarcest = new Map<string, Quota>()
  for (const { apiContext = '', apiName = '', resources = [] } of apis) {
    for (const { name = '', rates = [] } of resources) {
      const budget = budgetOfApi({
        context: apiContext.toLowerCase(),
        api: apiName.toLowerCase(),
        resource: name,
      })
      if (budget === undefined) continue
      for (const { limit, remaining, timeWindow } of rates) {
        // Limits of shorter windows are eBay's against bursts; a day's budget says nothing of them.
        if (limit === undefined || remaining === undefined || limit === 0 || timeWindow !== daySeconds)
          continue
        const seen = { budget, limit, remaining: Math.max(0, Math.min(limit, remaining)) }
        const before = scarcest.get(budget)
        if (before === undefined || seen.remaining < before.remaining) scarcest.set(budget, seen)
      }
    }
  }
  return [...scarcest.values()]
}
