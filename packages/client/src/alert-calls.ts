import type {
  Alert,
  AlertDestination,
  AlertDestinationList,
  AlertPage,
  AlertRule,
  AlertTest,
} from './alert-shapes.ts'
import type { Send } from './place-calls.ts'

export type AlertListQuery = {
  state?: 'open' | 'snoozed' | 'resolved'
  severity?: Alert['severity']
  cursor?: string
  limit?: number
}
export type AlertRuleBody = Omit<AlertRule, 'ruleId' | 'open' | 'connectionId'> & {
  connection: string | null
}
export type AlertDestinationBody = Pick<
  AlertDestination,
  'name' | 'kind' | 'language' | 'messagesPerHour' | 'isOn'
> & { address?: string; signingSecret?: string | null }

/** Calls about alerts, their rules and whom they are told to. */
export function alertCalls(
  call: Send,
  toQuery: (query: Record<string, string | number | undefined>) => string,
) {
  const id = encodeURIComponent
  return {
    alerts: (query: AlertListQuery = {}, signal?: AbortSignal) =>
      call<AlertPage>('GET', `/alerts${toQuery(query)}`, undefined, signal),
    snoozeAlert: (alertId: string, until: string) =>
      call<Alert>('POST', `/alerts/${id(alertId)}/snooze`, { until }),
    wakeAlert: (alertId: string) => call<Alert>('DELETE', `/alerts/${id(alertId)}/snooze`),
    acknowledgeAlert: (alertId: string, until: string | null) =>
      call<Alert>('POST', `/alerts/${id(alertId)}/acknowledge`, { until }),
    unacknowledgeAlert: (alertId: string) => call<Alert>('DELETE', `/alerts/${id(alertId)}/acknowledge`),
    alertRules: (signal?: AbortSignal) =>
      call<{ rows: AlertRule[] }>('GET', '/alert-rules', undefined, signal),
    saveAlertRule: (ruleId: string | undefined, rule: AlertRuleBody) =>
      ruleId === undefined
        ? call<AlertRule>('POST', '/alert-rules', rule)
        : call<AlertRule>('PUT', `/alert-rules/${id(ruleId)}`, rule),
    removeAlertRule: (ruleId: string) => call<unknown>('DELETE', `/alert-rules/${id(ruleId)}`),
    alertDestinations: (signal?: AbortSignal) =>
      call<AlertDestinationList>('GET', '/alert-destinations', undefined, signal),
    saveAlertDestination: (destinationId: string | undefined, destination: AlertDestinationBody) =>
      destinationId === undefined
        ? call<AlertDestination>('POST', '/alert-destinations', destination)
        : call<AlertDestination>('PUT', `/alert-destinations/${id(destinationId)}`, destination),
    removeAlertDestination: (destinationId: string) =>
      call<unknown>('DELETE', `/alert-destinations/${id(destinationId)}`),
    testAlertDestination: (destinationId: string) =>
      call<AlertTest>('POST', `/alert-destinations/${id(destinationId)}/test`),
  }
}
