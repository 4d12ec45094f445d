import { useLanguage } from '../language.ts'

/** The rules that everybody begins with, as the hub names them. */
const usual: Readonly<Record<string, string>> = {
  'Sold more than is there': 'oversold',
  'A connection stands still': 'connection-stopped',
  'Orders of a channel are not known': 'stale-connection',
  'Events are parked': 'parked-events',
  'A channel showed other numbers': 'drift',
  'Runs low': 'low-cover',
  'Lots expire soon': 'expiring-lots',
  'Shipments are stuck': 'stuck-shipments',
  'Tasks wait for a day': 'old-tasks',
}

/** A rule's name: what people called it, or the usual name in the reader's language. */
export function useRuleName(): (name: string) => string {
  const { t } = useLanguage()
  return (name) => {
    const kind = usual[name]
    return kind === undefined ? name : t(`alerts.usual.${kind}`)
  }
}
