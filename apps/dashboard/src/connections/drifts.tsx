import type { DriftPage, DriftsResolved } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { organizationQuery } from '../accounts/queries.ts'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Failure, useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Panel } from '../parts/panel.tsx'
import { useSayTold } from '../tasks/use-say-told.ts'
import { driftsQuery } from './drifts-query.ts'

type Drift = DriftPage['rows'][number]
type Winner = 'hub' | 'platform'
/** One of them, or all that are known by then. */
type Wish = { winner: Winner; drift: Drift } | { winner: Winner; until: string }

/**
 * Numbers on a platform that nothing explains, each with what the hub says and what either answer does; all of a
 * connection at once too. Where nothing is asked there is nothing to show.
 */
export function Drifts(about: { connectionId: string } | { sku: string }) {
  const connectionId = 'connectionId' in about ? about.connectionId : undefined
  const sku = 'sku' in about ? about.sku : undefined
  const { t, locale } = useLanguage()
  const drifts = useQuery(
    driftsQuery('sku' in about ? { sku: about.sku } : { connection: about.connectionId }),
  )
  const { data: organization } = useQuery(organizationQuery)
  const [asking, setAsking] = useState<Wish>()
  const rows = drifts.data?.rows ?? []
  const mayDecide = organization?.role === 'admin' || organization?.role === 'owner'
  const [newest] = rows
  const n = (value: number) => formatNumber(locale, value)
  if (drifts.data === undefined && !drifts.error) return null
  if (drifts.data !== undefined && newest === undefined) return null
  const total = drifts.data?.asked ?? 0
  return (
    <Panel
      title={t('drifts.title')}
      note={total > 0 && n(total)}
      table={{ operation: 'listDrifts', query: { asked: true, connection: connectionId, sku } }}
    >
      {drifts.data === undefined && <Failure error={drifts.error} onRetry={() => void drifts.refetch()} />}
      {drifts.data !== undefined && (
        <div className="space-y-2 border-b border-line px-4 py-3">
          <p className="text-ink-2">{t('drifts.note')}</p>
          {mayDecide && sku === undefined && total > 1 && newest !== undefined && (
            <p className="flex flex-wrap gap-2">
              {(['hub', 'platform'] as const).map((winner) => (
                <button
                  key={winner}
                  type="button"
                  className="control"
                  onClick={() => setAsking({ winner, until: newest.foundAt })}
                >
                  {t(`drifts.all.${winner}`)}
                </button>
              ))}
            </p>
          )}
          {organization !== undefined && !mayDecide && (
            <p className="text-xs text-ink-2">{t('drifts.notYours')}</p>
          )}
        </div>
      )}
      <ul>
        {rows.map((row) => (
          <li key={row.driftId} className="border-b border-line px-4 py-3 last:border-0">
            <DriftWords row={row} isOnItem={sku !== undefined} />
            {mayDecide && (
              <p className="mt-2 flex flex-wrap gap-2">
                <button
                  type="button"
                  className="control"
                  onClick={() => setAsking({ winner: 'hub', drift: row })}
                >
                  {t('drifts.choice.hub', { n: row.expected === null ? '–' : n(row.expected) })}
                </button>
                {row.accepting !== null && (
                  <button
                    type="button"
                    className="control"
                    onClick={() => setAsking({ winner: 'platform', drift: row })}
                  >
                    {t('drifts.choice.platform', { n: n(row.observed) })}
                  </button>
                )}
              </p>
            )}
          </li>
        ))}
      </ul>
      {rows.length < total && (
        <p className="px-4 py-3 text-xs text-ink-2">
          {t('parked.shown', { shown: n(rows.length), total: n(total) })}
        </p>
      )}
      <Decision
        connectionId={connectionId}
        wish={asking}
        total={total}
        onClose={() => setAsking(undefined)}
      />
    </Panel>
  )
}

/** What the platform shows, what the hub says, and of which kind the difference is. */
function DriftWords({ row, isOnItem }: { row: Drift; isOnItem: boolean }) {
  const { t, language, locale } = useLanguage()
  const n = (value: number | null) => (value === null ? '–' : formatNumber(locale, value))
  const { observed, expected } = row
  const by = expected === null ? null : observed - expected
  return (
    <>
      <div className="flex items-baseline justify-between gap-3">
        <p className="min-w-0 font-medium break-words">
          {row.sku !== null && !isOnItem && (
            <Link to="/items/$sku" params={{ sku: row.sku }} className="link">
              {row.sku}
            </Link>
          )}
          {row.sku !== null && !isOnItem && ' · '}
          {row.listing?.title ?? t('drifts.gone')}
          {row.listing !== null && (
            <span className="font-normal text-ink-2"> ({row.listing.externalId})</span>
          )}
        </p>
        <Ago at={row.foundAt} className="shrink-0 text-xs text-ink-2" />
      </div>
      <dl className="mt-1 flex flex-wrap gap-x-6 gap-y-1">
        <Figure name={t('drifts.shows')} value={n(observed)} tone="text-amber" />
        <Figure name={t('drifts.says')} value={n(expected)} />
        {by !== null && (
          <Figure
            name={t('drifts.by')}
            value={new Intl.NumberFormat(locale, { signDisplay: 'always' }).format(by)}
          />
        )}
      </dl>
      <p className="mt-1 break-words text-ink-2">
        {t(`drifts.cause.${row.cause}`, { defaultValue: row.cause })}
        {/* Chinese sentences follow each other without a space. */}
        {row.rule !== null &&
          `${language === 'en' ? ' ' : ''}${t(`drifts.rule.${row.rule}`, { defaultValue: '' })}`}
      </p>
    </>
  )
}

function Figure({ name, value, tone = '' }: { name: string; value: string; tone?: string }) {
  return (
    <div>
      <dt className="text-xs text-ink-2">{name}</dt>
      <dd className={`font-semibold tabular-nums ${tone}`}>{value}</dd>
    </div>
  )
}

/** Says first what follows, then does it; of several, again until none is left. */
function Decision(props: {
  connectionId: string | undefined
  wish: Wish | undefined
  total: number
  onClose(): void
}) {
  const { connectionId, wish, total, onClose } = props
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const decide = useMutation({
    mutationFn: (asked: Wish) => carryOut(asked, connectionId),
    onSuccess: (result) => {
      if (result.refused.length === 0) close()
    },
    onSettled: () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey }) =>
          ['tasks', 'overview', 'connections', 'items'].includes(String(queryKey[0])),
      }),
  })
  const problem = useProblemText(decide.error)
  const say = useSayTold()
  const sayRefused = ({ code, message }: DriftsResolved['refused'][number]) =>
    say('toldTrouble', { code: 'refused', facts: { refusal: code, message } })
  const close = () => {
    decide.reset()
    onClose()
  }
  // The question keeps its words while it closes.
  const [shown, setShown] = useState<Wish>()
  if (wish !== undefined && wish !== shown) setShown(wish)
  if (shown === undefined) return null
  const { winner } = shown
  const one = 'drift' in shown ? shown.drift : undefined
  const title =
    one === undefined
      ? t(`drifts.all.${winner}`)
      : t(`drifts.choice.${winner}`, { n: n(winner === 'hub' ? (one.expected ?? 0) : one.observed) })
  const units = one?.accepting?.units ?? 0
  const text =
    one === undefined
      ? t(`drifts.allText.${winner}`, { count: total, n: n(total) })
      : t(`drifts.text.${winner}`, {
          units: new Intl.NumberFormat(locale, { signDisplay: 'always' }).format(units),
          location: one.accepting?.location ?? '',
        })
  return (
    <Confirm
      isOpen={wish !== undefined}
      title={title}
      text={text}
      action={t('changes.confirm')}
      isBusy={decide.isPending || (decide.data?.refused.length ?? 0) > 0}
      onConfirm={() => decide.mutate(shown)}
      onClose={close}
    >
      {decide.isPending && one === undefined && <p className="mt-3 text-ink-2">{t('drifts.working')}</p>}
      {decide.data !== undefined && decide.data.refused.length > 0 && (
        <div role="alert" className="mt-3 border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
          <p>
            {t('drifts.refused', {
              resolved: n(decide.data.resolved),
              refused: n(decide.data.refused.length),
            })}
          </p>
          <ul className="mt-1 list-disc ps-5 text-xs break-words">
            {[...new Set(decide.data.refused.map(sayRefused))].slice(0, 5).map((why) => (
              <li key={why}>{why}</li>
            ))}
          </ul>
        </div>
      )}
      {decide.isError && (
        <p role="alert" className="mt-3 text-red">
          {t('connect.failed', { detail: problem })}
        </p>
      )}
    </Confirm>
  )
}

async function carryOut(wish: Wish, connectionId: string | undefined): Promise<DriftsResolved> {
  if ('drift' in wish || connectionId === undefined) {
    if ('drift' in wish) await hub.resolveDrift(wish.drift.driftId, wish.winner)
    return { resolved: 1, refused: [], left: 0 }
  }
  const all: DriftsResolved = { resolved: 0, refused: [], left: 0 }
  for (;;) {
    const part = await hub.resolveDrifts(connectionId, wish.winner, wish.until)
    all.resolved += part.resolved
    all.refused = part.refused
    // What is refused comes back first: where nothing went through, nothing more will.
    if (part.left === 0 || part.resolved === 0) return { ...all, left: part.left }
  }
}
