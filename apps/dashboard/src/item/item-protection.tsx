import type { ItemProtectionShape, ProtectionMode } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useActorName } from '../accounts/actor-name.ts'
import { OnlyFor } from '../accounts/only-for.tsx'
import { formatMoment, formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'

const modes = ['open', 'buffered', 'guaranteed', 'auto'] as const

/** How an item is protected from overselling, how far that has got, and what it rests on. */
export function ItemProtection({ sku, protection }: { sku: string; protection: ItemProtectionShape }) {
  const { t, locale } = useLanguage()
  const nameOf = useActorName()
  const { mode, isOwn, standing, channels, changed, assumptions } = protection
  const change = useMutation({
    mutationFn: (next: ProtectionMode | null) => hub.protectItem(sku, next),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['items'] }),
  })
  const problem = useProblemText(change.error)
  const unverified = assumptions.flatMap(({ connectionName, facts }) =>
    facts.filter(({ verified }) => !verified).map((fact) => ({ connectionName, ...fact })),
  )
  const impossible = assumptions.filter(({ impossibleBecause }) => impossibleBecause !== null)
  return (
    <Panel title={t('protection.title')}>
      <div className="grid grid-cols-1 gap-3 px-4 py-3">
        <OnlyFor needs="admin">
          <label className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="text-ink-2">{t('protection.mode')}</span>
            <select
              className="field min-h-9"
              value={isOwn ? mode : 'inherited'}
              disabled={change.isPending}
              onChange={({ target }) => change.mutate(modes.find((each) => each === target.value) ?? null)}
            >
              <option value="inherited">
                {isOwn
                  ? t('protection.asAll')
                  : t('protection.inherited', { mode: t(`protection.modes.${mode}`) })}
              </option>
              {modes.map((each) => (
                <option key={each} value={each}>
                  {t(`protection.modes.${each}`)}
                </option>
              ))}
            </select>
          </label>
        </OnlyFor>
        <p className="text-xs text-ink-2">{t(`protection.meaning.${mode}`)}</p>
        {change.isError && (
          <p role="alert" className="text-red">
            {problem}
          </p>
        )}
        {isOwn && changed !== null && (
          <p className="text-xs text-ink-2">
            {t('protection.changed', {
              at: formatMoment(locale, changed.at),
              actor: nameOf(changed.actor),
            })}
          </p>
        )}
        {standing !== null && (
          <p className={standing.state === 'broken' ? 'text-red' : ''}>
            {t(`protection.state.${toldState(standing)}`, {
              since: formatMoment(locale, standing.since),
              units: standing.shortUnits,
            })}
          </p>
        )}
        {standing?.obstacles.map((obstacle) => (
          <p key={obstacle} className="text-xs">
            {t(`protection.obstacle.${obstacle}`)}
          </p>
        ))}
        {impossible.map(({ connectionId, connectionName, impossibleBecause }) => (
          <p key={connectionId} className="text-xs">
            {connectionName}: {impossibleBecause}
          </p>
        ))}
        <Channels channels={channels} mode={mode} />
        {standing?.state === 'guaranteed' && unverified.length > 0 && (
          <details className="text-xs text-ink-2">
            <summary className="min-h-6 cursor-pointer py-0.5">
              {t('protection.assumptions', { count: unverified.length })}
            </summary>
            <ul className="grid gap-1 py-1">
              {unverified.map(({ connectionName, fact, source }) => (
                <li key={`${connectionName} ${fact}`}>
                  {connectionName}: {fact} ({source})
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Panel>
  )
}

/**
 * Where something stands in the way, that no more can be sold than is there holds of the channels that share it alone. An order
 * that cannot be read is no such thing: what it may have sold is kept back.
 */
function toldState({ state, obstacles }: NonNullable<ItemProtectionShape['standing']>) {
  const isKept = obstacles.every((obstacle) => obstacle === 'unread-order')
  return state === 'guaranteed' && !isKept ? 'dealt' : state
}

/** What it comes to on each channel now, and what that keeps back there. */
function Channels({ channels, mode }: Pick<ItemProtectionShape, 'channels' | 'mode'>) {
  const { t, locale } = useLanguage()
  if (channels.length === 0) return null
  return (
    <ul className="grid gap-1" aria-label={t('protection.now')}>
      {channels.map((channel) => (
        <li
          key={channel.connectionId}
          className="flex flex-wrap items-baseline justify-between gap-x-3 border-t border-line pt-1"
        >
          <span className="min-w-0">
            {channel.connectionName}
            {channel.mode !== mode && (
              <span className="text-ink-2">
                {` · ${t('protection.setTo', { mode: t(`protection.modes.${channel.mode}`) })}`}
              </span>
            )}
          </span>
          <span className="text-ink-2">
            {t(`protection.is.${channel.protection}`)}
            {channel.keptBack > 0 &&
              ` · ${t('protection.keptBack', { count: channel.keptBack, n: formatNumber(locale, channel.keptBack) })}`}
          </span>
        </li>
      ))}
    </ul>
  )
}
