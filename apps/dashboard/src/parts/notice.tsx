import { ApiProblem } from '@plimsoll/client/client'
import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLanguage } from '../language.ts'
import { Mark } from '../mark.tsx'

/** A failed load: what is wrong, the hub's own cure, and a way to try again. */
export function Failure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useLanguage()
  return (
    <div role="alert" className="m-4 flex max-w-xl gap-3 rounded-md border border-red/40 bg-red-soft p-4">
      <CircleAlert size={18} className="mt-0.5 shrink-0 text-red" aria-hidden />
      <div className="min-w-0">
        <p className="font-semibold">{t('problem.title')}</p>
        <p className="mt-1 text-ink-2">{useProblemText(error)}</p>
        <div className="mt-3 flex flex-wrap items-center gap-3">
          <button type="button" className="control" onClick={onRetry}>
            {t('app.retry')}
          </button>
          {error instanceof ApiProblem && (
            <code className="text-xs text-ink-2">{t('problem.code', { code: error.problem.code })}</code>
          )}
        </div>
      </div>
    </div>
  )
}

/**
 * A problem's sentence: the hub's own, after what is the matter where the reader's language is another; ours where no hub
 * spoke.
 */
export function useProblemText(error: unknown): string {
  const { t } = useLanguage()
  if (!(error instanceof ApiProblem)) return String(error ?? '')
  const { code, detail } = error.problem
  if (code === 'unreachable' || code === 'unreadable') return t(`problem.${code}`)
  const refusal = t(`refusal.${code}`, { defaultValue: '' })
  return refusal === '' ? detail : `${refusal}（${detail}）`
}

/** @param props.isPage it is all there is on the screen, so its title is the screen's */
export function Empty({
  title,
  cure,
  isPage,
  children,
}: {
  title: string
  cure: string
  isPage?: boolean
  children?: ReactNode
}) {
  const Title = isPage ? 'h1' : 'p'
  return (
    <div className="flex flex-col items-center px-6 py-12 text-center">
      <Mark size={40} className="text-line-2" />
      <Title className="mt-4 text-base font-semibold">{title}</Title>
      <p className="mt-1 max-w-sm text-ink-2">{withCode(cure)}</p>
      {children && <div className="mt-4">{children}</div>}
    </div>
  )
}

/** Placeholder lines of a list that loads; announced once to assistive technology. */
export function Loading({ lines = 6 }: { lines?: number }) {
  const { t } = useLanguage()
  return (
    <div role="status" aria-label={t('app.loading')} className="space-y-3 p-4">
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <div key={line} className="skeleton h-5" style={{ width: `${92 - ((line * 17) % 40)}%` }} />
      ))}
    </div>
  )
}

/** Text with `code` marks: the only markup that locale texts carry. */
export function withCode(text: string): ReactNode {
  return text.split('`').map((part, number) => (number % 2 === 1 ? <code key={number}>{part}</code> : part))
}
