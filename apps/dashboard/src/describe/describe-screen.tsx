import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useRef, useState } from 'react'
import { connectorsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { type Draft, emptyDraft, toDefinition } from './draft.ts'
import type { Understood } from './feed-editor.tsx'
import { type InFeed, inFeeds } from './feed-fields.ts'
import { FinishStep } from './finish-step.tsx'
import { ownZone } from './name-fields.tsx'
import { OutEditor, startOfRequests } from './out-editor.tsx'
import { PlaceFields } from './place-fields.tsx'
import { type Samples, SamplesStep } from './samples-step.tsx'
import { TextField, textIn } from './terms-fields.tsx'
import {
  hasFolder,
  isConnectable,
  missingOf,
  noTransport,
  type Transport,
  toCredentials,
  toSettings,
} from './transport.ts'
import { TransportFields } from './transport-fields.tsx'

/** Connects a warehouse that has no connector of its own, from sample files and its spec sheet. */
export function DescribeScreen() {
  const { t } = useLanguage()
  const { connector: id } = useParams({ from: '/connections/new/$connector/describe' })
  const { name } = useSearch({ from: '/connections/new/$connector/describe' })
  const { data, error, refetch } = useQuery(connectorsQuery)
  const connector = data?.rows.find((each) => each.id === id)
  if (!data) {
    return (
      <>
        <Heading title={t('describe.title')} />
        <div className="panel">
          {error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={7} />}
        </div>
      </>
    )
  }
  if (connector?.samples === undefined) {
    return (
      <Empty isPage title={t('connect.unknown', { id })} cure={t('connect.unknownCure')}>
        <Link to="/connections/new" className="control">
          {t('connect.back')}
        </Link>
      </Empty>
    )
  }
  return <Wizard connector={connector.id} startName={name ?? ''} />
}

const steps = ['warehouse', 'samples', 'orders', 'finish'] as const
type StepName = (typeof steps)[number]

function Wizard({ connector, startName }: { connector: string; startName: string }) {
  const { t } = useLanguage()
  const [step, setStep] = useState<StepName>('warehouse')
  const [checked, setChecked] = useState<ReadonlySet<StepName>>(new Set())
  const [name, setName] = useState(startName)
  const [transport, setTransport] = useState<Transport>(noTransport)
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [samples, setSamples] = useState<Samples>({})
  const [understood, setUnderstood] = useState<Readonly<Partial<Record<InFeed, boolean>>>>({})
  const [isDone, setDone] = useState(false)
  const top = useRef<HTMLHeadingElement>(null)
  const onUnderstood = useCallback(
    ({ feed, isWhole }: Understood) => setUnderstood((before) => ({ ...before, [feed]: isWhole })),
    [],
  )
  const problemsOf: Record<StepName, boolean> = {
    warehouse: name.trim() === '' || missingOf(transport).length > 0,
    samples: !isConnectable(draft),
    orders: false,
    finish: false,
  }
  const at = steps.indexOf(step)
  const go = (to: StepName) => {
    const before = steps.slice(0, steps.indexOf(to))
    const stop = before.find((each) => problemsOf[each])
    setChecked(new Set([...checked, ...before]))
    setStep(stop ?? to)
    // Whoever works by keyboard begins the step at its beginning.
    top.current?.focus()
  }
  const isChecked = checked.has(step)
  const withFolder = hasFolder(transport)
  return (
    <>
      <Link to="/connections/new" className="link mb-2 inline-flex min-h-7 items-center">
        ← {t('connect.back')}
      </Link>
      <Heading
        title={t('describe.titleFor', { name: name.trim() || t('describe.aWarehouse') })}
        note={t('describe.note')}
      />
      <nav aria-label={t('describe.steps')} hidden={isDone} className="mb-4">
        <ol className="flex flex-wrap gap-2">
          {steps.map((each, nth) => (
            <li key={each}>
              <button
                type="button"
                className={`control ${each === step ? 'border-sea bg-sea-soft' : ''}`}
                aria-current={each === step ? 'step' : undefined}
                onClick={() => go(each)}
              >
                <span className="tabular-nums text-ink-2">{nth + 1}</span> {t(`describe.stepName.${each}`)}
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <h2 ref={top} tabIndex={-1} hidden={isDone} className="mb-3 text-base font-semibold outline-none">
        {t(`describe.stepTitle.${step}`)}
      </h2>
      {step === 'warehouse' && (
        <div className="panel max-w-4xl space-y-5 p-4">
          <div className="max-w-md">
            <TextField
              id="warehouse-name"
              label={t('describe.name')}
              hint={t('describe.nameHint')}
              value={name}
              wrong={isChecked && name.trim() === '' ? t('connect.missing') : undefined}
              onChange={setName}
            />
          </div>
          <TransportFields transport={transport} isChecked={isChecked} onChange={setTransport} />
          <p>
            <Link to="/connections/new/$connector" params={{ connector }} className="link">
              {t('describe.byText')}
            </Link>
          </p>
        </div>
      )}
      {step === 'samples' && (
        <div className="space-y-4">
          <SamplesStep
            connector={connector}
            draft={draft}
            samples={samples}
            hasFolder={withFolder}
            isChecked={isChecked}
            onChange={setDraft}
            onSamples={setSamples}
            onUnderstood={onUnderstood}
            onPlaces={(places) => setDraft((before) => ({ ...before, places }))}
          />
          <div className="panel p-4">
            <PlaceFields places={draft.places} onChange={(places) => setDraft({ ...draft, places })} />
          </div>
        </div>
      )}
      {step === 'orders' && (
        <div className="panel space-y-4 p-4">
          <label className="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              checked={draft.requests !== undefined}
              onChange={(event) =>
                setDraft({
                  ...draft,
                  requests: event.target.checked
                    ? startOfRequests(separatorOf(draft), zoneOf(draft))
                    : undefined,
                })
              }
            />
            {t('describe.asksOrders')}
          </label>
          {draft.requests === undefined ? (
            <p className="text-ink-2">{t('describe.asksOrdersHint')}</p>
          ) : (
            <OutEditor
              connector={connector}
              draft={draft.requests}
              places={draft.places}
              hasFolder={withFolder}
              onChange={(requests) => setDraft({ ...draft, requests })}
            />
          )}
        </div>
      )}
      {step === 'finish' && (
        <div className="panel max-w-4xl p-4">
          <FinishStep
            given={{
              connector,
              name: name.trim(),
              zone: zoneOf(draft),
              settings: toSettings(name.trim(), toDefinition(draft), transport),
              credentials: toCredentials(transport),
            }}
            places={draft.places}
            samples={inFeeds.flatMap((feed) => {
              const sample = samples[feed]
              return sample === undefined ? [] : [{ feed, sample, isWhole: understood[feed] === true }]
            })}
            asksToSend={draft.requests !== undefined}
            isWebhook={transport.kind === 'webhook'}
            onDone={() => setDone(true)}
          />
        </div>
      )}
      <div className={`mt-4 flex-wrap gap-2 ${isDone ? 'hidden' : 'flex'}`}>
        {at > 0 && (
          <button type="button" className="control" onClick={() => go(steps[at - 1] ?? 'warehouse')}>
            {t('describe.previous')}
          </button>
        )}
        {step !== 'finish' && (
          <button
            type="button"
            className="control control-strong"
            onClick={() => go(steps[at + 1] ?? 'finish')}
          >
            {t('describe.next')}
          </button>
        )}
      </div>
    </>
  )
}

function separatorOf(draft: Draft): string {
  const format = draft.feeds.levels?.terms.format as { separator?: string } | undefined
  return format?.separator ?? ','
}

function zoneOf(draft: Draft): string {
  return textIn(draft.feeds.levels?.terms ?? {}, 'zone') || ownZone()
}
