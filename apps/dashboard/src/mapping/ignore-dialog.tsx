import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'

/** Listings that are never to be matched; the reason is asked for, since somebody will wonder. */
export function IgnoreDialog(props: {
  listings: readonly string[]
  onClose: () => void
  onDone: () => void
}) {
  const { t, locale } = useLanguage()
  const [reason, setReason] = useState('')
  const ignore = useMutation({
    mutationFn: () => hub.ignoreListings(props.listings, reason.trim()),
    onSuccess: props.onDone,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['connections'] }),
  })
  const problem = useProblemText(ignore.error)
  const count = props.listings.length
  return (
    <Confirm
      isOpen
      title={t('mapping.ignoreTitle', { count, n: formatNumber(locale, count) })}
      text={t('mapping.ignoreText')}
      action={t('mapping.ignore')}
      isBusy={ignore.isPending || reason.trim() === ''}
      onConfirm={() => ignore.mutate()}
      onClose={props.onClose}
    >
      <label className="mt-3 block">
        <span className="text-ink-2">{t('mapping.ignoreReason')}</span>
        <input
          value={reason}
          maxLength={500}
          onChange={({ target }) => setReason(target.value)}
          className="mt-1 h-9 w-full rounded border border-line-2 bg-surface px-2"
        />
      </label>
      {ignore.error && (
        <p role="alert" className="mt-3 text-red">
          {problem}
        </p>
      )}
    </Confirm>
  )
}
