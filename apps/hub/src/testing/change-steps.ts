import type { Change } from '@plimsoll/client'
import type { ServedHub } from './served-hub.ts'

/** Changes of settings as the test of their history makes them: of what watches and keeps, and changes no stock. */
export type Method = Parameters<ServedHub['ask']>[0]
export type Step = { method: Method; path: string; body?: unknown; kind: Change['kind']; cannot?: true }

/** What was there before the steps change it. */
export type Watched = { ruleId: string; destinationId: string }

/** In addresses of webhooks, which no history may tell. */
export const HOOK_SECRETS = ['a-secret-of-the-hook', 'another-secret']
const DESTINATION = { name: 'Floor', kind: 'slack', address: 'https://hooks.example/a-secret-of-the-hook' }
const ALERT_RULE = {
  ...{ name: 'Low', kind: 'low-stock', parameters: { units: 5, per: 'location' }, location: 'MAIN' },
  ...{ dailyAt: '07:05', timeZone: 'Europe/Berlin', opensAfterSeconds: 60 },
}

export async function makeWatched({ ask }: Pick<ServedHub, 'ask'>): Promise<Watched> {
  const rule = await ask('POST', '/api/v1/alert-rules', { ...ALERT_RULE, name: 'Lower' })
  const destination = await ask('POST', '/api/v1/alert-destinations', DESTINATION)
  if (rule.status !== 201 || destination.status !== 201) throw new Error(`${rule.text} ${destination.text}`)
  return { ruleId: String(rule.body.ruleId), destinationId: String(destination.body.destinationId) }
}

/** @param connection the path of one, such as `/connections/…` */
export function watchSteps(connection: string, watched: Watched): Step[] {
  return [
    { method: 'POST', path: '/alert-rules', body: ALERT_RULE, kind: 'alert-rule' },
    {
      method: 'PUT',
      path: `/alert-rules/${watched.ruleId}`,
      body: { ...ALERT_RULE, severity: 'critical', quiet: { from: '22:00', until: '06:30' } },
      kind: 'alert-rule',
    },
    { method: 'DELETE', path: `/alert-rules/${watched.ruleId}`, kind: 'alert-rule' },
    {
      method: 'POST',
      path: '/alert-destinations',
      body: { ...DESTINATION, name: 'Another' },
      kind: 'alert-destination',
    },
    {
      method: 'PUT',
      path: `/alert-destinations/${watched.destinationId}`,
      body: { ...DESTINATION, address: undefined, messagesPerHour: 3, language: 'zh' },
      kind: 'alert-destination',
    },
    {
      method: 'PUT',
      path: `/alert-destinations/${watched.destinationId}`,
      body: { ...DESTINATION, address: 'https://hooks.example/another-secret' },
      kind: 'credentials',
      cannot: true,
    },
    {
      method: 'DELETE',
      path: `/alert-destinations/${watched.destinationId}`,
      kind: 'alert-destination',
      cannot: true,
    },
    {
      method: 'PUT',
      path: `${connection}/mapping-rules`,
      body: { rules: [{ name: 'Upper', expression: '$uppercase(sku)', how: 'suggest' }], basedOn: 0 },
      kind: 'mapping-rules',
    },
    { method: 'PUT', path: `${connection}/call-log`, body: { mode: 'failures' }, kind: 'call-log' },
    { method: 'PUT', path: '/personal-data', body: { endedDays: 9, unsentDays: 90 }, kind: 'personal-data' },
  ]
}
