import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck } from 'lucide-react'
import { useRef, useState } from 'react'
import { useToldError } from '../connect/connect-problem.ts'
import { CheckResult } from '../connect/connected.tsx'
import { ToldBox } from '../connect/told.tsx'
import { formatNumber } from '../format.ts'
import { locationsQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Standing as Shaped } from '../parts/standing.tsx'
import type { Place } from './draft.ts'
import type { InFeed } from './feed-fields.ts'
import { codeFor, connectWarehouse, type Finished, nothingDone, type Step, type ToConnect } from './finish.ts'
import type { SampleFile } from './sample-file.ts'
import { ChoiceField, TextField } from './terms-fields.tsx'

type Choice = { code: string; isNew: boolean; newCode: string }

/** What will be made, which location stands for which place, and what came of it. */
export function FinishStep(props: {
  given: Omit<ToConnect, 'standings' | 'samples'>
  places: readonly Place[]
  samples: readonly { feed: InFeed; sample: SampleFile; isWhole: boolean }[]
  asksToSend: boolean
  isWebhook: boolean
  onDone: () => void
}) {
  const { given, places, samples } = props
  const { t } = useLanguage()
  const locations = useQuery(locationsQuery)
  const known = (locations.data?.rows ?? []).map(({ code }) => code)
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({})
  const [handsOver, setHandsOver] = useState(true)
  const [step, setStep] = useState<Step>()
  const done = useRef(nothingDone())
  const choiceOf = (place: Place): Choice =>
    choices[place.id] ?? { code: '', isNew: true, newCode: codeFor(given.name, place.id, known) }
  const work = useMutation({
    mutationFn: () => {
      const standings = places.map((place) => {
        const { code, isNew, newCode } = choiceOf(place)
        const name = place.id === 'default' ? given.name : `${given.name}: ${place.name}`
        return { placeId: place.id, code: isNew ? newCode.trim() : code, newName: isNew ? name : undefined }
      })
      return connectWarehouse(
        { ...given, standings, samples: handsOver ? samples : [] },
        done.current,
        setStep,
      )
    },
    onSuccess: props.onDone,
    onSettled: () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey }) =>
          ['connections', 'overview', 'locations', 'tasks'].includes(String(queryKey[0])),
      }),
  })
  const told = useToldError(work.error)
  if (work.data) return <Made finished={work.data} name={given.name} isWebhook={props.isWebhook} />
  const set = (place: Place, change: Partial<Choice>) =>
    setChoices({ ...choices, [place.id]: { ...choiceOf(place), ...change } })
  const isReady = places.every((place) => {
    const { code, isNew, newCode } = choiceOf(place)
    return (isNew ? newCode.trim() : code) !== ''
  })
  return (
    <div className="space-y-4">
      <ul className="space-y-1">
        {samples.map(({ feed, sample, isWhole }) => (
          <li key={feed}>
            <Shaped isLong shape={isWhole ? 'good' : 'waiting'}>
              {t(isWhole ? 'describe.feedReady' : 'describe.feedPartly', {
                feed: t(`describe.feed.${feed}.title`),
                name: sample.file.name,
              })}
            </Shaped>
          </li>
        ))}
        <li>
          <Shaped shape={props.asksToSend ? 'good' : 'none'}>
            {t(props.asksToSend ? 'describe.asksToSend' : 'describe.asksNothing')}
          </Shaped>
        </li>
      </ul>
      <fieldset className="space-y-3">
        <legend className="font-medium">{t('describe.standFor')}</legend>
        <p className="text-ink-2">{t('describe.standForHint')}</p>
        {places.map((place) => {
          const { code, isNew, newCode } = choiceOf(place)
          return (
            <div key={place.id} className="grid gap-3 sm:grid-cols-2">
              <ChoiceField
                id={`stands-${place.id}`}
                label={place.name}
                value={isNew ? '\n' : code}
                options={[
                  { value: '\n', label: t('describe.newLocation') },
                  ...(locations.data?.rows ?? []).map((row) => ({
                    value: row.code,
                    label: `${row.name} (${row.code})`,
                  })),
                ]}
                onChange={(value) =>
                  set(place, value === '\n' ? { isNew: true } : { isNew: false, code: value })
                }
              />
              {isNew && (
                <TextField
                  id={`new-${place.id}`}
                  label={t('describe.newCode')}
                  value={newCode}
                  isCode
                  onChange={(next) => set(place, { newCode: next })}
                />
              )}
            </div>
          )
        })}
      </fieldset>
      {samples.length > 0 && (
        <label className="flex min-h-8 items-center gap-2">
          <input
            type="checkbox"
            checked={handsOver}
            onChange={(event) => setHandsOver(event.target.checked)}
          />
          {t('describe.handOverSamples')}
        </label>
      )}
      {work.isError && (
        <ToldBox
          told={told}
          title={t('describe.failedAt', { step: t(`describe.step.${step ?? 'connect'}`) })}
        />
      )}
      <div className="flex flex-wrap items-center gap-3">
        <button
          type="button"
          className="control control-strong"
          disabled={work.isPending || !isReady}
          onClick={() => work.mutate()}
        >
          {t(work.isError ? 'describe.goOn' : 'connect.action')}
        </button>
        <p role="status" className="text-ink-2">
          {work.isPending && step && t(`describe.step.${step}`)}
        </p>
      </div>
    </div>
  )
}

function Made({ finished, name, isWebhook }: { finished: Finished; name: string; isWebhook: boolean }) {
  const { t, locale } = useLanguage()
  const { connectionId, check, listings } = finished
  const n = (value: number) => formatNumber(locale, value)
  return (
    <section aria-label={t('describe.doneTitle', { name })} className="space-y-4">
      <div className="flex gap-3" role="status">
        <CircleCheck size={22} className="mt-0.5 shrink-0 text-green" aria-hidden />
        <div className="min-w-0">
          <h2 className="text-base font-semibold break-words">{t('describe.doneTitle', { name })}</h2>
          <p className="text-ink-2">
            {t('describe.doneText', { listings: n(listings.listings), mapped: n(listings.mappedBySku) })}
          </p>
        </div>
      </div>
      <CheckResult check={check} />
      {isWebhook && (
        <p>
          {t('describe.webhookAt')}{' '}
          <code className="break-all">{`/webhooks/${connectionId}?feed=levels`}</code>
        </p>
      )}
      <Link to="/connections/$id" params={{ id: connectionId }} className="control control-strong">
        {t('connect.toConnection')}
      </Link>
    </section>
  )
}
