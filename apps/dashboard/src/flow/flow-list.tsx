import type { OverviewFlow } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { formatDuration, formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { Scrolling } from '../parts/scrolling.tsx'
import { decideStanding, standings } from './flow-model.ts'
import { linkOf, useFlowWords } from './flow-words.ts'
import { StandingMark } from './standing-mark.tsx'

const kinds = ['channel', 'warehouse', 'erp'] as const

/** All that the map says, as tables: the worst of each kind first. */
export function FlowList({ flow }: { flow: OverviewFlow }) {
  const { t } = useLanguage()
  return (
    <div>
      {kinds.map((kind) => {
        const rows = flow.connections
          .filter((each) => each.kind === kind)
          .map((connection) => ({ connection, standing: decideStanding(connection) }))
          .toSorted((a, b) => standings.indexOf(a.standing) - standings.indexOf(b.standing))
        return rows.length === 0 ? null : <Kind key={kind} kind={kind} rows={rows} />
      })}
      {flow.locations.length > 0 && (
        <section className="border-t border-line px-4 py-3">
          <h2 className="font-semibold">{t('flow.group.location')}</h2>
          <Locations flow={flow} />
        </section>
      )}
    </div>
  )
}

type Row = { connection: OverviewFlow['connections'][number]; standing: ReturnType<typeof decideStanding> }

function Kind({ kind, rows }: { kind: (typeof kinds)[number]; rows: Row[] }) {
  const { t, locale } = useLanguage()
  const wordsOf = useFlowWords()
  const nameOf = useMadeName()
  const rate = (value: number) => (value === 0 ? '–' : formatNumber(locale, Math.round(value * 10) / 10))
  return (
    <section className="border-t border-line first:border-0">
      <h2 className="px-4 pt-3 font-semibold">{t(`flow.group.${kind}`)}</h2>
      <Scrolling label={t(`flow.group.${kind}`)}>
        <table className="w-full text-right">
          <thead className="text-xs text-ink-2">
            <tr className="border-b border-line">
              <th scope="col" className="px-4 py-1.5 text-left font-medium">
                {t('flow.column.name')}
              </th>
              <th scope="col" className="px-2 text-left font-medium">
                {t('flow.column.state')}
              </th>
              {(['in', 'out', 'lag'] as const).map((name) => (
                <th key={name} scope="col" className="px-2 font-medium max-sm:hidden">
                  {t(`flow.column.${name}`)}
                </th>
              ))}
              <th scope="col" className="px-4 text-left font-medium">
                {t('flow.column.waits')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ connection, standing }) => (
              <tr key={connection.connectionId} className="border-b border-line last:border-0">
                <th scope="row" className="px-4 py-1.5 text-left font-normal">
                  <Link {...linkOf(connection, standing)} className="font-medium hover:underline">
                    {connection.name}
                  </Link>
                  <span className="block text-xs text-ink-2">
                    {nameOf('madeConnector', connection.connectorName)}
                  </span>
                  {/* A narrow screen has no room for columns of numbers. */}
                  <span className="block text-xs text-ink-2 sm:hidden">
                    {wordsOf({ ...connection }).flow.join(' · ')}
                  </span>
                </th>
                <td className="px-2 text-left">
                  <StandingMark standing={standing} />
                </td>
                <td className="px-2 max-sm:hidden">{rate(connection.ordersPerMinute)}</td>
                <td className="px-2 max-sm:hidden">{rate(connection.writesPerMinute)}</td>
                <td className="px-2 max-sm:hidden">
                  {connection.delayMs === null ? '–' : formatDuration(locale, connection.delayMs)}
                </td>
                <td className="px-4 text-left text-xs">
                  {wordsOf({ ...connection }).amiss.join(' · ') || '–'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
    </section>
  )
}

function Locations({ flow }: { flow: OverviewFlow }) {
  const { t, locale } = useLanguage()
  const nameOf = (id: string) => flow.connections.find(({ connectionId }) => connectionId === id)?.name ?? ''
  return (
    <ul className="mt-1 grid gap-x-6 gap-y-1 sm:grid-cols-2">
      {flow.locations.map((location) => (
        <li key={location.locationId} className="min-w-0">
          <b className="font-medium">{location.code}</b>{' '}
          <span className="text-ink-2">
            {[
              location.name,
              location.countedBy === null
                ? t('flow.countedByHub')
                : t('flow.countedBy', { name: nameOf(location.countedBy) }),
              ...(location.onHand === null
                ? []
                : [t('flow.units', { n: formatNumber(locale, location.onHand) })]),
            ].join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  )
}
