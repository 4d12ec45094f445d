import type { MappingPreview } from '@plimsoll/client'
import type { MappingWanted } from '@plimsoll/client/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { formatNumber } from '../format.ts'
import { hub, queryClient, useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'

export type ToAccept = MappingWanted

/** What accepting comes to, number by number, before it is done: accepted is what is shown here, or nothing. */
export function AcceptDialog(props: { wanted: ToAccept; onClose: () => void; onDone: () => void }) {
  const { t, locale } = useLanguage()
  const { wanted } = props
  const preview = useQuery({
    queryKey: ['mapping-preview', wanted],
    queryFn: () => hub.previewMappings(wanted),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const accept = useMutation({
    mutationFn: (digest: string) => hub.acceptMappings({ ...wanted, digest }),
    onSuccess: props.onDone,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['connections'] }),
  })
  const problem = useProblemText(accept.error)
  const { data } = preview
  const n = formatNumber(locale, data?.listings ?? 0)
  return (
    <Confirm
      isOpen
      title={data ? t('mapping.acceptTitle', { count: data.listings, n }) : t('mapping.acceptWait')}
      text={t('mapping.acceptText')}
      action={t('mapping.accept')}
      isBusy={accept.isPending || data === undefined || data.listings === 0}
      onConfirm={() => data && accept.mutate(data.digest)}
      onClose={props.onClose}
    >
      {!data && !preview.error && <Loading lines={4} />}
      {preview.error && <Failure error={preview.error} onRetry={() => void preview.refetch()} />}
      {data && <Numbers preview={data} />}
      {accept.error && (
        <p role="alert" className="mt-3 text-red">
          {problem}
        </p>
      )}
    </Confirm>
  )
}

function Numbers({ preview }: { preview: MappingPreview }) {
  const { t, locale } = useLanguage()
  const names = useConnectionNames()
  const say = (count: number | null) => (count === null ? '–' : formatNumber(locale, count))
  return (
    <div className="mt-3">
      <p>
        {t('mapping.previewTotals', {
          raised: say(preview.raised),
          lowered: say(preview.lowered),
          toZero: say(preview.toZero),
          before: say(preview.unitsBefore),
          after: say(preview.unitsAfter),
        })}
      </p>
      {preview.asksFirst.map(({ connectionId, kind, listings }) => (
        <p key={`${connectionId} ${kind}`} className="mt-1 text-red">
          {t(`mapping.asksFirst.${kind}`, {
            name: names.get(connectionId)?.name ?? '',
            n: formatNumber(locale, listings),
          })}
        </p>
      ))}
      <ul
        aria-label={t('mapping.preview')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        className="mt-2 max-h-64 overflow-auto rounded border border-line text-xs"
      >
        {preview.rows.map((row) => (
          <li
            key={row.listingId}
            className="flex justify-between gap-3 border-b border-line px-2 py-1.5 last:border-0"
          >
            <span className="min-w-0 break-words">
              {row.title}
              <span className="block text-ink-2">
                <span className="font-mono">{row.sku}</span> × {row.unitsPerListing}
              </span>
            </span>
            <span className="shrink-0 tabular-nums">
              {row.shows === null ? t('mapping.unknownNow') : say(row.shows)} →{' '}
              {row.willShow === null ? (
                t('mapping.notWritten')
              ) : (
                <b className={row.willShow === 0 && (row.shows ?? 0) > 0 ? 'text-red' : ''}>
                  {say(row.willShow)}
                </b>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
