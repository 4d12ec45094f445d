import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { connectorsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import type { ConnectorForms } from './access-form.tsx'

/** What can be connected: one card for each platform. */
export function ConnectScreen() {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(connectorsQuery)
  return (
    <>
      <Heading title={t('connect.title')} note={t('connect.chooseNote')} />
      {!data && (
        <div className="panel">
          {error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={6} />}
        </div>
      )}
      {data?.rows.length === 0 && (
        <div className="panel">
          <Empty title={t('connect.none')} cure={t('connect.noneCure')} />
        </div>
      )}
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {data?.rows.map((connector) => (
          <li key={connector.id}>
            <Card connector={connector} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Card({ connector }: { connector: ConnectorForms }) {
  const { t } = useLanguage()
  return (
    <Link
      to="/connections/new/$connector"
      params={{ connector: connector.id }}
      className="panel flex items-center gap-3 overflow-hidden py-4 pr-3 pl-0 hover:border-line-2 hover:bg-sunken"
    >
      <span
        className="h-9 w-1.5 shrink-0 rounded-r-sm"
        style={{ background: connector.colour }}
        aria-hidden
      />
      <span className="min-w-0 flex-1">
        <span className="block text-base font-semibold">{connector.name}</span>
        <span className="block text-ink-2">
          {t(connector.grant === undefined ? 'connect.byCredentials' : 'connect.byPage')}
        </span>
      </span>
      <ChevronRight size={18} className="shrink-0 text-ink-3" aria-hidden />
    </Link>
  )
}
