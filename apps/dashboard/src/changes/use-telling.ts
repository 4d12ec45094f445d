import { useQuery } from '@tanstack/react-query'
import { connectionsQuery, connectorsQuery, locationsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { type Telling, toWords } from './say-value.ts'

/** How values of changes are told: names of ids, words of codes, and settings of a connection as its platform calls them. */
export function useTelling(connectionId: string | null): Telling {
  const { t, language, locale } = useLanguage()
  const madeName = useMadeName()
  const connections = useQuery(connectionsQuery).data?.rows ?? []
  const connectionOf = (id: string | null) => connections.find((row) => row.connectionId === id)
  const locations = useQuery(locationsQuery).data?.rows ?? []
  const connectors = useQuery(connectorsQuery).data?.rows ?? []
  const connector = connectors.find(({ id }) => id === connectionOf(connectionId)?.connector)
  const settingOf = (field: string) => connector?.settings.find(({ name }) => name === field)
  return {
    ...{ nothing: t('changeLog.nothing'), yes: t('changeLog.yes'), no: t('changeLog.no'), locale },
    nameOf: (id) => connectionOf(id)?.name ?? locations.find(({ locationId }) => locationId === id)?.name,
    labelOf: (field) =>
      settingOf(field)?.title[language] ??
      t([`changeLog.field.${field as 'name'}`, `replenishment.explain.field.${field as 'supplier'}`], {
        defaultValue: toWords(field),
      }),
    wordOf: (field, value) => {
      // The connection of orders that are made by hand: nobody has named it.
      if (value === 'by-hand') return t('orders.byHand')
      if (field === 'connector') {
        const known = connectors.find(({ id }) => id === value)
        return known && madeName('madeConnector', known.name)
      }
      const option = settingOf(field)?.options.find((each) => each.value === value)
      const ownWords = [`changeLog.value.${field}.${value}`, ...alertWords(field, value)]
      const word =
        option?.title[language] ?? t(ownWords as ['changeLog.value.kind.store'], { defaultValue: '' })
      return word === '' ? undefined : word
    },
  }
}

/** Codes of rules and destinations of alerts have their words on the screen of the alerts. */
function alertWords(field: string, value: string): string[] {
  if (field === 'kind') return [`alerts.kind.${value}`, `alerts.destination.kinds.${value}`]
  if (field === 'severity') return [`alerts.severity.${value}`]
  if (field === 'timing') return [`alerts.rule.timings.${value}`]
  return []
}
