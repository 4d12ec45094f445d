import type { FaultPart } from './fault.ts'

/** What is known of some oversold units, in a sentence for a person. */
export function describeFaultPart({ because, by = '', afterMs, delay }: FaultPart): string {
  const after = afterMs === undefined ? '' : `${afterMs} ms after `
  switch (because) {
    case 'beyond-shown':
      return 'the platform sold more than it showed'
    case 'sells-beyond-zero':
      return 'the listing is set to sell beyond zero'
    case 'by-hand':
      return 'somebody made the order by hand, knowing that it must wait'
    case 'edited-on-platform':
      return 'somebody had raised the number on the platform'
    case 'fixed-policy':
      return 'its policy shows a fixed number, whatever is there'
    case 'taken-out-later':
      return `stock that it was to be served from was taken out afterwards (${by})`
    case 'stock-change':
      return `${after}stock was taken out by hand (${by}), before any hub could have told`
    case 'within-window':
      return `${after}${by}: a race between channels, before any hub could have known`
    case 'told-late':
      return `${after}${by}, which was told late: ${delay === undefined ? '' : describeDelay(delay)}`
    case 'nothing-on-record':
      return 'nothing on record explains it'
    default:
      return because.startsWith('stopped: ')
        ? `${after}${by}, while a person had stopped writes (${because.slice('stopped: '.length)})`
        : because
  }
}

function describeDelay({
  seenMs,
  appliedMs,
  writtenMs,
  platformMs,
}: NonNullable<FaultPart['delay']>): string {
  const steps: [string, number | undefined][] = [
    ['seen', seenMs],
    ['applied', appliedMs],
    ['written', writtenMs],
    ['carried out by the platform', platformMs],
  ]
  return steps
    .map(([step, ms]) => (ms === undefined ? `${step} not at all` : `${step} after ${ms} ms`))
    .join(', ')
}
