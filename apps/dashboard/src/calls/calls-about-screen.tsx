import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { callsAboutQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { CallList } from './call-list.tsx'
import { filterOf, type SubjectSearch } from './call-search.ts'

/** The calls about one write, order or event of the inbox; by an address that names none, where to find them. */
export function CallsAboutScreen() {
  const { t } = useLanguage()
  const search = useSearch({ from: '/calls' })
  if (search.write !== undefined || search.order !== undefined || search.event !== undefined)
    return <CallsAbout {...search} />
  return (
    <>
      <Heading title={t('calls.title')} />
      <div className="panel">
        <Empty title={t('calls.ofNothing')} cure={t('calls.ofNothingCure')}>
          <Link to="/connections" className="control">
            {t('nav.connections')}
          </Link>
        </Empty>
      </div>
    </>
  )
}

function CallsAbout({ write, order, event, call, of, ...filter }: SubjectSearch) {
  const { t } = useLanguage()
  const navigate = useNavigate({ from: '/calls' })
  const subject = {
    ...(write !== undefined && { write }),
    ...(order !== undefined && { order }),
    ...(event !== undefined && { event }),
  }
  const calls = useInfiniteQuery(callsAboutQuery(subject, filterOf(filter)))
  const kind = write !== undefined ? 'write' : order !== undefined ? 'order' : 'event'
  const rows = calls.data?.pages.flatMap((page) => page.rows) ?? []
  return (
    <>
      <Heading
        title={t(`calls.ofA.${kind}`)}
        note={write ?? order ?? event ?? ''}
        table={{ operation: 'listCallsAbout', query: { ...subject, ...filterOf(filter) } }}
      />
      {!calls.data && (
        <div className="panel">
          {calls.error ? <Failure error={calls.error} onRetry={() => void calls.refetch()} /> : <Loading />}
        </div>
      )}
      {calls.data && rows.length === 0 && (
        <div className="panel">
          <Empty title={t('calls.emptyTitle')} cure={t('calls.goneCure')} />
        </div>
      )}
      {rows.length > 0 && (
        <CallList
          rows={rows}
          showsConnection
          open={call === undefined || of === undefined ? undefined : { callId: call, connectionId: of }}
          onOpen={(row) =>
            void navigate({
              replace: true,
              search: { ...subject, ...filter, ...(row && { call: row.callId, of: row.connectionId }) },
            })
          }
        />
      )}
      <More query={calls} />
    </>
  )
}
