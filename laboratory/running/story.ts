import type { Plan } from '../plan/plan.ts'
import { PLATFORM_KINDS } from '../platforms/kinds.ts'
import type { RunResult } from './run-result.ts'

/** A run as a person reads it: who is there, then what happened, a line each. */
export function storyOf(result: RunResult, options: { details: boolean }): string {
  const lines = result.story.filter((line) => options.details || !line.isDetail)
  const shown = lines.map(
    ({ at, who, text }) => `${seconds(at)}  ${who}${text.startsWith(':') ? '' : ' '}${text}`,
  )
  return [...castOf(result.plan), '', ...shown].join('\n')
}

function castOf(plan: Plan): string[] {
  const items = plan.items.map(({ sku, units }) => `${units} of ${sku}`).join(', ')
  return [
    `Seed ${plan.seed}. In the warehouse: ${items}.`,
    ...plan.kits.map(
      ({ sku, parts }) => `A ${sku} is ${parts.map((part) => `${part.units} of ${part.sku}`).join(' and ')}.`,
    ),
    ...plan.policies.map(({ platform, sku, listing, ...fields }) => {
      const set = Object.entries(fields).map(([field, value]) => `${field} ${value}`)
      return `Set on ${listing ?? sku ?? platform ?? 'everything'}: ${set.join(', ')}.`
    }),
    ...plan.processes.map(
      ({ name, skewMs }) =>
        `${name}: a process of the hub${skewMs === 0 ? '' : `, its clock wrong by ${skewMs} ms`}`,
    ),
    ...plan.platforms.map(({ name, kind, listings, clockMs = 0, editRule }) => {
      const { style, subtractsAt, visibilityLagMs } = PLATFORM_KINDS[kind]
      const shows = listings.map(
        ({ id, quantity, unitsPerListing }) =>
          `${id}${unitsPerListing === 1 ? '' : ` (${unitsPerListing} each)`} ${quantity ?? 'uncounted'}`,
      )
      const lag = visibilityLagMs === 0 ? '' : `, orders show up to ${visibilityLagMs} ms late`
      const clock = clockMs === 0 ? '' : `, its clock wrong by ${clockMs} ms`
      const edits = editRule === undefined ? '' : ', people are asked about numbers typed there'
      return `${name}: ${kind} (${style}, its number falls at ${subtractsAt}${lag}${clock}${edits}), shows ${shows.join(', ')}`
    }),
  ]
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`.padStart(11)
}
