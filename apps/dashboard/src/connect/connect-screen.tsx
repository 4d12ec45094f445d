import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { connectorsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { SearchField } from '../parts/search-field.tsx'
import type { ConnectorForms } from './access-form.tsx'
import { type Kind, kindsOf, tilesOf } from './gallery.ts'

/** What can be connected: one card for each platform. */
export function ConnectScreen() {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(connectorsQuery)
  const [search, setSearch] = useState('')
  const [kind, setKind] = useState<Kind>('all')
  const tiles = tilesOf(data?.rows ?? [], { search, kind })
  return (
    <>
      <Heading title={t('connect.title')} note={t('connect.chooseNote')} />
      {data !== undefined && data.rows.length > 0 && (
        <div className="mb-4 flex flex-wrap items-center gap-3">
          <SearchField label={t('standing.gallerySearch')} value={search} onSearch={setSearch} />
          {kindsOf(data.rows).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === kind}
              className={`control ${each === kind ? 'control-strong' : ''}`}
              onClick={() => setKind(each)}
            >
              {t(`standing.kind.${each}`)}
            </button>
          ))}
        </div>
      )}
      {data !== undefined && data.rows.length > 0 && tiles.length === 0 && (
        <div className="panel">
          <Empty title={t('standing.galleryNothing')} cure={t('standing.galleryNothingCure')} />
        </div>
      )}
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
        {tiles.map(({ connector, name }) => (
          <li key={`${connector.id} ${name ?? ''}`}>
            <Card connector={connector} {...(name !== undefined && { name })} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** @param props.name one that people look for, and that is described by samples */
function Card({ connector, name }: { connector: ConnectorForms; name?: string }) {
  const { t } = useLanguage()
  const nameOf = useMadeName()
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
        <span className="block text-base font-semibold">
          {name ?? nameOf('madeConnector', connector.name)}
        </span>
        <span className="block text-ink-2">{t(how)}</span>
        {connector.can.length > 0 && (
          <span className="mt-1 block text-xs text-ink-2">
            {connector.can.map((each) => t(`standing.can.${each}`)).join(' · ')}
          </span>
        )}
      </span>
      <ChevronRight size={18} className="shrink-0 text-ink-3" aria-hidden />
    </Link>
  )
}
