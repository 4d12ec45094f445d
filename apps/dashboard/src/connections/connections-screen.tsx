import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useEffect } from 'react'
import { NotYours, OnlyFor } from '../accounts/only-for.tsx'
import { connectionsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { ConnectionCard } from './connection-card.tsx'
import { StopEverything, StoppedNote } from './stop-everything.tsx'

/** Every connection: its state, how fresh its orders are, what waits, what is wrong, and what may be done. */
export function ConnectionsScreen() {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(connectionsQuery)
  const { hash } = useLocation()
  const isLoaded = data !== undefined
  useEffect(() => {
    if (isLoaded && hash) document.getElementById(hash)?.scrollIntoView({ block: 'center' })
  }, [isLoaded, hash])
  return (
    <>
      <Heading title={t('connections.title')} table={{ operation: 'listConnections' }}>
        {data && data.rows.length > 0 && (
          <div className="flex flex-wrap gap-2">
            <ConnectLink />
            <OnlyFor needs="admin" isQuiet>
              <StopEverything />
            </OnlyFor>
          </div>
        )}
      </Heading>
      <StoppedNote />
      <NotYours needs="admin" />
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={9} />)}
      {data?.rows.length === 0 && (
        <div className="panel">
          <Empty title={t('connections.emptyTitle')} cure={t('connections.emptyCure')}>
            <ConnectLink />
          </Empty>
        </div>
      )}
      <div className="grid gap-4 xl:grid-cols-2">
        {data?.rows.map((row) => (
          <ConnectionCard key={row.connectionId} row={row} isTarget={hash === row.connectionId} />
        ))}
      </div>
    </>
  )
}

/** The way to a new connection. */
export function ConnectLink() {
  const { t } = useLanguage()
  return (
    <Link to="/connections/new" className="control control-strong">
      <Plus size={15} aria-hidden />
      {t('connections.add')}
    </Link>
  )
}
