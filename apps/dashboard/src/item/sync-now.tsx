import { useMutation } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'

/** Reads one listing's orders and levels now, writes what differs, and says what it did. */
export function SyncNow({ listingId }: { listingId: string }) {
  const { t } = useLanguage()
  const sync = useMutation({
    mutationFn: () => hub.syncListing(listingId),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['items'] }),
  })
  const problem = useProblemText(sync.error)
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <button
        type="button"
        className="link flex min-h-6 items-center gap-1"
        disabled={sync.isPending}
        onClick={() => sync.mutate()}
      >
        <RefreshCw size={13} aria-hidden />
        {t('item.syncNow')}
      </button>
      <span role="status" aria-live="polite" className="text-xs text-ink-2">
        {sync.isPending && t('item.syncing')}
        {sync.isError && t('item.syncFailed', { detail: problem })}
        {sync.data?.state === 'failed' && t('item.syncFailed', { detail: sync.data.problem ?? '' })}
        {sync.data?.state === 'waiting' && t('item.syncWaits')}
        {sync.data?.state === 'done' &&
          levelsOf(sync.data.result)
            .map((level) => t('item.synced', level))
            .join(' ')}
      </span>
    </span>
  )
}

type Told = { observed: string; expected: string; shows: string }

/** What the job says of its levels, as text. */
function levelsOf(result: Record<string, unknown>): Told[] {
  const levels = Array.isArray(result.levels) ? result.levels : []
  const show = (value: unknown) => (typeof value === 'number' ? String(value) : '–')
  return levels.map((level: Record<string, unknown>) => ({
    observed: show(level.observed),
    expected: show(level.expected),
    shows: show(level.shows),
  }))
}
