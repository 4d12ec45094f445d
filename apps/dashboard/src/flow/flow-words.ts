import type { OverviewFlow } from '@plimsoll/client'
import { formatDuration, formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import type { Flows, Standing } from './flow-model.ts'

/** What flows, in words: in, out, and what is amiss; each left out where there is nothing to say. */
export function useFlowWords(): (flows: Flows) => { flow: string[]; amiss: string[] } {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, Math.round(value * 10) / 10)
  return (flows) => ({
    flow: [
      flows.ordersPerMinute > 0 ? `→ ${t('flow.ordersIn', { n: n(flows.ordersPerMinute) })}` : '',
      flows.writesPerMinute > 0 ? `← ${t('flow.writesOut', { n: n(flows.writesPerMinute) })}` : '',
      flows.shipmentsOpen > 0 ? t('flow.shipments', { n: n(flows.shipmentsOpen) }) : '',
      flows.delayMs === null ? '' : t('flow.lag', { time: formatDuration(locale, flows.delayMs) }),
    ].filter(Boolean),
    amiss: [
      flows.waiting > 0 ? t('flow.waiting', { n: n(flows.waiting) }) : '',
      flows.parked > 0 ? t('flow.parked', { n: n(flows.parked) }) : '',
    ].filter(Boolean),
  })
}

/** Where whoever chooses it gets to what is amiss, or else to the connection's page. */
export function linkOf(
  connection: OverviewFlow['connections'][number],
  standing: Standing,
): { to: '/connections/$id/reconnect' | '/connections/$id'; params: { id: string } } | { to: '/parked' } {
  if (standing === 'parked') return { to: '/parked' }
  const params = { id: connection.connectionId }
  return { to: standing === 'refused' ? '/connections/$id/reconnect' : '/connections/$id', params }
}
