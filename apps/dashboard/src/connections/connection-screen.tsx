import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { NotYours, OnlyFor } from '../accounts/only-for.tsx'
import { ImportListings } from '../connect/listing-import.tsx'
import { WarehouseFiles } from '../describe/warehouse-files.tsx'
import { ShadowHint } from '../first-day/shadow-hint.tsx'
import { connectionsQuery, connectorsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { ConnectionCard } from './connection-card.tsx'
import { ConnectionFreshness } from './connection-freshness.tsx'
import { ConnectionLocations } from './connection-locations.tsx'
import { CountedPlaces } from './counted-places.tsx'
import { Drifts } from './drifts.tsx'
import { ListingChanges } from './listing-changes.tsx'
import { RateLimits } from './rate-limits.tsx'
import { RightsCheck } from './rights-check.tsx'
import { ShipsOrders } from './ships-orders.tsx'
import { StoppedNote } from './stop-everything.tsx'
import { UnknownConnection } from './unknown-connection.tsx'

/** One connection: its health, its account, and what may be done about either. */
export function ConnectionScreen() {
  const { t } = useLanguage()
  const nameOf = useMadeName()
  const { id } = useParams({ from: '/connections/$id' })
  const { data, error, refetch } = useQuery(connectionsQuery)
  const connectors = useQuery(connectorsQuery)
  const row = data?.rows.find(({ connectionId }) => connectionId === id)
  if (!data) {
    return (
      <>
        <Heading title={t('connections.title')} />
        <div className="panel">
          {error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={6} />}
        </div>
      </>
    )
  }
  if (row === undefined) {
    return <UnknownConnection />
  }
  const isDescribed = connectors.data?.rows.find((each) => each.id === row.connector)?.samples !== undefined
  return (
    <>
      <Link to="/connections" className="link mb-2 inline-flex min-h-7 items-center">
        ← {t('connections.title')}
      </Link>
      <Heading title={row.name} note={nameOf('madeConnector', row.connectorName)} />
      <StoppedNote />
      <NotYours needs="admin" />
      {row.kind === 'channel' && row.state === 'shadow' && <ShadowHint connectionId={row.connectionId} />}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.6fr)_minmax(20rem,1fr)]">
        <div className="min-w-0 space-y-4">
          <ConnectionCard row={row} isTarget={false} />
          {isDescribed && <WarehouseFiles connectionId={id} />}
          <Drifts connectionId={id} />
          <OnlyFor needs="admin" isQuiet>
            <ListingChanges connectionId={id} />
            <ConnectionLocations connectionId={id} />
            <CountedPlaces connectionId={id} />
            <ShipsOrders row={row} />
          </OnlyFor>
        </div>
        <div className="min-w-0 space-y-4">
          <OnlyFor needs="admin" isQuiet>
            <ConnectionFreshness row={row} />
          </OnlyFor>
          <RateLimits row={row} />
          <Panel title={t('connect.access')}>
            <div className="space-y-3 p-4">
              <p>
                <span className="text-ink-2">{t('connect.account')}: </span>
                <span className="break-words">{row.account ?? t('connections.unknown')}</span>
              </p>
              <p className="text-ink-2">{t('connect.reconnectText')}</p>
              <Link to="/connections/$id/reconnect" params={{ id }} className="control">
                {t('connections.reconnect')}
              </Link>
              <OnlyFor needs="admin" isQuiet>
                <RightsCheck connectionId={id} />
                <ImportListings connectionId={id} />
              </OnlyFor>
            </div>
          </Panel>
          <Panel title={t('calls.title')}>
            <div className="space-y-3 p-4">
              <p className="text-ink-2">{t('calls.ofConnectionText')}</p>
              <Link to="/connections/$id/calls" params={{ id }} className="control">
                {t('calls.ofConnection')}
              </Link>
              <p className="text-ink-2">{t('standing.shadowText')}</p>
              <Link to="/connections/$id/shadow" params={{ id }} className="control">
                {t('standing.shadow')}
              </Link>
            </div>
          </Panel>
        </div>
      </div>
    </>
  )
}
