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
        {tilesOf(data?.rows ?? []).map(({ connector, name }) => (
          <li key={`${connector.id} ${name ?? ''}`}>
            <Card connector={connector} {...(name !== undefined && { name })} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** A tile for each platform, and for each name that people look for and that is described by samples; by their names. */
function tilesOf(connectors: readonly ConnectorForms[]): { connector: ConnectorForms; name?: string }[] {
  const tiles = connectors.flatMap((connector) => [
    { connector },
    ...(connector.samples?.names ?? []).map((name) => ({ connector, name })),
  ])
  const titleOf = (tile: { connector: ConnectorForms; name?: string }) => tile.name ?? tile.connector.name
  return tiles.sort((one, other) => titleOf(one).localeCompare(titleOf(other)))
}

/** @param props.name one that people look for, and that is described by samples */
function Card({ connector, name }: { connector: ConnectorForms; name?: string }) {
  const { t } = useLanguage()
  const how =
    connector.samples !== undefined
      ? name === undefined
        ? 'describe.tileOwn'
        : 'describe.tile'
      : connector.grant === undefined
        ? 'connect.byCredentials'
        : 'connect.byPage'
  return (
    <Link
      to={
        connector.samples === undefined
          ? '/connections/new/$connector'
          : '/connections/new/$connector/describe'
      }
      params={{ connector: connector.id }}
      search={name === undefined ? {} : { name }}
      className="panel flex items-center gap-3 overflow-hidden py-4 pr-3 pl-0 hover:border-line-2 hover:bg-sunken"
    >
      <span
        className="h-9 w-1.5 shrink-0 rounded-r-sm"
        style={{ background: connector.colour }}
        aria-hidden
      />
      <span className="min-w-0 flex-1">
        <span className="block text-base font-semibold">{name ?? connector.name}</span>
        <span className="block text-ink-2">{t(how)}</span>
      </span>
      <ChevronRight size={18} className="shrink-0 text-ink-3" aria-hidden />
    </Link>
  )
}
