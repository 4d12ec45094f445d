import type { ConnectionRow, Cutover } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { ConnectionActions } from '../connections/connection-actions.tsx'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'
import { OpeningProblem } from './opening-problem.tsx'
import { useBegin } from './use-begin.ts'

/** It is booked: on to going live, by the preview that there is. */
export function OpeningTaken(props: {
  row: ConnectionRow
  mayChange: boolean
  cutover: Cutover
  all: readonly Cutover[]
}) {
  const { row, mayChange, cutover } = props
  const { t } = useLanguage()
  const begin = useBegin(row, props.all)
  const isShadow = row.state === 'shadow'
  const params = { id: row.connectionId }
  const text = isShadow
    ? t('opening.doneText')
    : t(row.state === 'live' ? 'opening.doneLive' : 'opening.donePaused', { name: row.name })
  return (
    <Panel title={t('opening.doneTitle')}>
      <div className="max-w-3xl space-y-4 p-4">
        <p role="status">{text}</p>
        <div className="flex flex-wrap gap-2">
          {isShadow && mayChange && (
            <ConnectionActions
              row={row}
              goLive={
                cutover.state === 'applied'
                  ? (previewId) => hub.finishCutover(cutover.cutoverId, previewId)
                  : undefined
              }
              isGoLiveAlone
            />
          )}
          {isShadow && (
            <Link to="/connections/$id/shadow" params={params} className="control">
              {t('firstDay.shadowReport')}
            </Link>
          )}
          <Link to="/items" className="control">
            {t('opening.seeItems')}
          </Link>
        </div>
        {isShadow && mayChange && (
          <div className="flex flex-wrap items-center gap-3 border-t border-line pt-4">
            <p className="min-w-0 flex-1 basis-56 text-ink-2">{t('opening.redoNote')}</p>
            <button
              type="button"
              className="control"
              disabled={begin.isPending}
              onClick={() => begin.mutate()}
            >
              {t('opening.redo')}
            </button>
            <OpeningProblem error={begin.error} />
          </div>
        )}
      </div>
    </Panel>
  )
}
