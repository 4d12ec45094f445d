import type { ConnectionRow } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { organizationQuery } from '../accounts/queries.ts'
import { UnknownConnection } from '../connections/unknown-connection.tsx'
import { connectionsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { BeginOpening } from './begin-opening.tsx'
import { currentOf } from './opening-figures.ts'
import { OpeningOrders } from './opening-orders.tsx'
import { OpeningProposal } from './opening-proposal.tsx'
import { cutoversQuery } from './opening-queries.ts'
import { OpeningSteps } from './opening-steps.tsx'
import { OpeningTaken } from './opening-taken.tsx'

/** The stock that a shop shows becomes the first in the ledger: a cut-over, which the hub keeps, so that one comes back to it. */
export function OpeningScreen() {
  const { t } = useLanguage()
  const { id } = useParams({ from: '/connections/$id/opening' })
  const connections = useQuery(connectionsQuery)
  const cutovers = useQuery(cutoversQuery)
  const row = connections.data?.rows.find(({ connectionId }) => connectionId === id)
  const failed = [connections, cutovers].find(({ data, error }) => data === undefined && error !== null)
  if (connections.data !== undefined && row === undefined) return <UnknownConnection />
  return (
    <>
      <Link to="/connections/$id" params={{ id }} className="link mb-2 inline-flex min-h-7 items-center">
        ← {row?.name ?? t('connections.title')}
      </Link>
      <Heading title={t('opening.title')} note={row?.name} />
      {row === undefined || cutovers.data === undefined ? (
        <div className="panel">
          {failed === undefined ? (
            <Loading lines={6} />
          ) : (
            <Failure error={failed.error} onRetry={() => void failed.refetch()} />
          )}
        </div>
      ) : (
        <Opening key={id} row={row} />
      )}
    </>
  )
}

function Opening({ row }: { row: ConnectionRow }) {
  const { t } = useLanguage()
  const { data: organization } = useQuery(organizationQuery)
  const all = useQuery(cutoversQuery).data?.rows ?? []
  const current = currentOf(all, row.connectionId)
  const mayChange = organization?.role === 'admin' || organization?.role === 'owner'
  const about = { row, mayChange }
  const state = current?.state ?? 'cancelled'
  return (
    <div className="space-y-4">
      <OpeningSteps state={state} />
      {organization !== undefined && !mayChange && (
        <p className="border-l-2 border-sea bg-sea-soft px-3 py-2">{t('opening.notYours')}</p>
      )}
      {current === undefined && <BeginOpening {...about} all={all} />}
      {current !== undefined && (state === 'begun' || state === 'orders-imported') && (
        <OpeningOrders {...about} cutover={current} />
      )}
      {current !== undefined && (state === 'proposed' || state === 'approved') && (
        <OpeningProposal {...about} cutover={current} />
      )}
      {current !== undefined && (state === 'applied' || state === 'live') && (
        <OpeningTaken {...about} cutover={current} all={all} />
      )}
    </div>
  )
}
