import type { ConnectionRow, Cutover } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { formatNumber } from '../format.ts'
import { useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'
import { BeginFromFile } from './begin-from-file.tsx'
import { OpeningProblem } from './opening-problem.tsx'
import { useBegin } from './use-begin.ts'

/** Before anything is begun: what it does, where the numbers come from, and what else there is. */
export function BeginOpening(props: { row: ConnectionRow; mayChange: boolean; all: readonly Cutover[] }) {
  const { row, mayChange, all } = props
  const { name } = row
  const { t, locale } = useLanguage()
  const names = useConnectionNames()
  const begin = useBegin(row, all)
  const before = all.find(({ state }) => state === 'applied' || state === 'live')
  const takenFrom = before && names.get(before.sourceConnectionId ?? before.connectionId)?.name
  const count = (
    <Link to="/counts" className="control">
      {t('opening.count')}
    </Link>
  )
  if (row.kind !== 'channel' || row.state !== 'shadow')
    return (
      <div className="panel space-y-3 p-4">
        <p>{t(whyNot(row), { name })}</p>
        <p className="flex flex-wrap gap-2">
          <Link to="/connections/$id" params={{ id: row.connectionId }} className="control">
            {name}
          </Link>
          {count}
        </p>
      </div>
    )
  return (
    <Panel title={t('opening.sourceTitle')}>
      <div className="max-w-3xl space-y-4 p-4">
        <p>{t('opening.intro', { name })}</p>
        <div className="border-l-2 border-sea px-3">
          <p className="font-medium">{t('opening.source', { name })}</p>
          <p className="text-ink-2">{t('opening.sourceText')}</p>
        </div>
        {row.unmapped > 0 && (
          <div className="flex flex-wrap items-center gap-3 border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
            <p className="min-w-0 flex-1 basis-56">
              {t('opening.unmapped', { count: row.unmapped, n: formatNumber(locale, row.unmapped) })}
            </p>
            <Link to="/mapping" className="control">
              {t('opening.match')}
            </Link>
          </div>
        )}
        {takenFrom !== undefined && (
          <p className="border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
            {t('opening.takenElsewhere', { name: takenFrom, here: name })}
          </p>
        )}
        {mayChange && (
          <div className="space-y-2">
            <button
              type="button"
              className="control control-strong"
              disabled={begin.isPending}
              onClick={() => begin.mutate(undefined)}
            >
              {t('opening.begin')}
            </button>
            <p className="text-xs text-ink-2">{t('opening.beginNote')}</p>
            <OpeningProblem error={begin.error} />
          </div>
        )}
        {mayChange && <BeginFromFile isBusy={begin.isPending} onBegin={(asOf) => begin.mutate({ asOf })} />}
        <div className="flex flex-wrap items-center gap-3 border-t border-line pt-4">
          <p className="min-w-0 flex-1 basis-56 text-ink-2">{t('opening.counted')}</p>
          {count}
        </div>
      </div>
    </Panel>
  )
}

function whyNot({ kind, state }: ConnectionRow) {
  if (kind !== 'channel') return 'opening.notChannel'
  return state === 'live' ? 'opening.isLive' : 'opening.notShadow'
}
