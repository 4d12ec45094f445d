import type { PersonalDataRules } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { Problem } from './entry-frame.tsx'
import { personalDataQuery } from './queries.ts'

/** As the hub takes them. */
const ENDED_DAYS_MAX = 365
const UNSENT_DAYS_MAX = 730

/** How long it is kept to whom orders go: the organization's own rule, and what follows for each connection. */
export function PersonalDataKept({ mayChange }: { mayChange: boolean }) {
  const { t } = useLanguage()
  const rules = useQuery(personalDataQuery)
  return (
    <Panel title={t('keeping.title')}>
      {rules.error && <Failure error={rules.error} onRetry={() => void rules.refetch()} />}
      {rules.data === undefined && !rules.error && <Loading lines={2} />}
      {rules.data !== undefined && (
        <>
          <p className="px-4 pt-4 text-ink-2">{t('keeping.note')}</p>
          <OwnRule key={rules.data.version} rules={rules.data} mayChange={mayChange} />
          <Connections rules={rules.data} />
        </>
      )}
    </Panel>
  )
}

function OwnRule({ rules, mayChange }: { rules: PersonalDataRules; mayChange: boolean }) {
  const { t } = useLanguage()
  const [ended, setEnded] = useState(String(rules.endedDays))
  const [unsent, setUnsent] = useState(String(rules.unsentDays))
  const save = useMutation({
    mutationFn: () => hub.setPersonalData(Number(ended), Number(unsent)),
    onSuccess: (answer) => queryClient.setQueryData(personalDataQuery.queryKey, answer),
  })
  const isSame = Number(ended) === rules.endedDays && Number(unsent) === rules.unsentDays
  return (
    <form
      className="flex flex-wrap items-end gap-3 p-4"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <Days
        label={t('keeping.ended')}
        value={ended}
        onChange={setEnded}
        min={0}
        max={ENDED_DAYS_MAX}
        isDisabled={!mayChange}
      />
      <Days
        label={t('keeping.unsent')}
        value={unsent}
        onChange={setUnsent}
        min={1}
        max={UNSENT_DAYS_MAX}
        isDisabled={!mayChange}
      />
      {mayChange && (
        <button type="submit" className="control" disabled={save.isPending || isSame}>
          {t('keeping.save')}
        </button>
      )}
      <Problem error={save.error} />
    </form>
  )
}

function Days(props: {
  label: string
  value: string
  onChange: (value: string) => void
  min: number
  max: number
  isDisabled: boolean
}) {
  return (
    <label className="block max-w-full">
      <span className="mb-1 block font-medium">{props.label}</span>
      <input
        type="number"
        className="control w-28"
        value={props.value}
        min={props.min}
        max={props.max}
        step={1}
        required
        disabled={props.isDisabled}
        onChange={({ target }) => props.onChange(target.value)}
      />
    </label>
  )
}

/** Manifests write pages without their beginning. */
function toAddress(source: string): string {
  return /^https?:/.test(source) ? source : `https://${source}`
}

function Connections({ rules }: { rules: PersonalDataRules }) {
  const { t, language, locale } = useLanguage()
  if (rules.connections.length === 0) return <p className="px-4 pb-4 text-ink-2">{t('keeping.none')}</p>
  const days = (n: number) => t('keeping.days', { n: formatNumber(locale, n) })
  return (
    <ul className="divide-y divide-line border-t border-line px-4">
      {rules.connections.map(({ connectionId, name, endedDays, unsentDays, platform }) => {
        const isStricter = endedDays < rules.endedDays || unsentDays < rules.unsentDays
        return (
          <li key={connectionId} className="grid gap-x-6 gap-y-1 py-3 sm:grid-cols-[14rem_1fr]">
            <div>
              <p className="font-medium">{name === 'by-hand' ? t('orders.byHand') : name}</p>
              <p className="text-xs text-ink-2">
                {t('keeping.endedShort')}: {days(endedDays)} · {t('keeping.unsentShort')}: {days(unsentDays)}
              </p>
            </div>
            <p className="text-ink-2">
              {isStricter && <span className="text-ink">{t('keeping.stricter')} </span>}
              {platform === null ? (
                t('keeping.unknown')
              ) : (
                <>
                  {platform.demands[language]}{' '}
                  <a className="underline" href={toAddress(platform.source)} target="_blank" rel="noreferrer">
                    {t('keeping.source')}
                  </a>
                  {!platform.verified && ` (${t('keeping.unverified')})`}
                </>
              )}
            </p>
          </li>
        )
      })}
    </ul>
  )
}
