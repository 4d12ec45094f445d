import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { toWords } from '../changes/say-value.ts'
import { formatMoment } from '../format.ts'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { useActorName } from './actor-name.ts'
import { isRole } from './roles.ts'

const auditQuery = infiniteQueryOptions({
  queryKey: ['organization', 'audit'],
  queryFn: ({ pageParam, signal }) => hub.auditLog({ ...pageParam, limit: 30 }, signal),
  initialPageParam: {} as { cursor?: string },
  getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
})

/** Who did what, newest first. */
export function AuditLog() {
  const { t, locale } = useLanguage()
  // An id says nothing to anybody.
  const sayAbout = (subject: string | null, detail: Record<string, unknown> | null) => {
    if (typeof detail?.name === 'string') return detail.name
    if (isRole(detail?.role)) return t(`accounts.role.${detail.role}`)
    return subject === null || /[0-9a-f]{8}-[0-9a-f]{4}-/.test(subject) ? '' : subject
  }
  const audit = useInfiniteQuery(auditQuery)
  const nameOf = useActorName()
  const rows = audit.data?.pages.flatMap((page) => page.rows) ?? []
  return (
    <Panel title={t('accounts.audit')} table={{ operation: 'listAuditLog' }}>
      {audit.error && <Failure error={audit.error} onRetry={() => void audit.refetch()} />}
      {audit.data === undefined && !audit.error && <Loading lines={4} />}
      {audit.data !== undefined && rows.length === 0 && (
        <p className="p-4 text-ink-2">{t('accounts.noAudit')}</p>
      )}
      <ul className="divide-y divide-line px-4">
        {rows.map(({ auditId, at, actor, name, action, subject, detail }) => (
          <li key={auditId} className="flex flex-wrap items-baseline gap-x-3 py-2">
            <span className="text-xs whitespace-nowrap text-ink-2">{formatMoment(locale, at)}</span>
            <span className="font-medium">{name ?? nameOf(actor)}</span>
            <span>{t(`auditAction.${action}`, { defaultValue: toWords(action) })}</span>
            <span className="min-w-0 truncate text-xs text-ink-2">{sayAbout(subject, detail)}</span>
          </li>
        ))}
      </ul>
      <More query={audit} />
    </Panel>
  )
}
