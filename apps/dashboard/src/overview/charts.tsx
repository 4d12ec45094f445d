import type { OverviewSeries } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatDuration, formatNumber, formatStep } from '../format.ts'
import { seriesQuery, useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { type Measure, toSales } from './chart-model.ts'
import { StepChart } from './step-chart.tsx'

const spans = ['day', 'week', 'month'] as const
type Span = (typeof spans)[number]

/** What sold, how soon it was shown, what is there, and what was not oversold. */
export function Charts({ className }: { className?: string }) {
  const { t } = useLanguage()
  const [span, setSpan] = useState<Span>('day')
  const { data, error, refetch, isPlaceholderData } = useQuery(seriesQuery(span))
  return (
    <Panel
      title={t('chart.title')}
      className={className ?? ''}
      note={
        <Choice
          label={t('chart.span')}
          of={spans}
          now={span}
          onChoose={setSpan}
          wordOf={(each) => t(`chart.spans.${each}`)}
        />
      }
    >
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={8} />)}
      {data && (
        <div className={`grid lg:grid-cols-2 ${isPlaceholderData ? 'opacity-60' : ''}`}>
          <Sales series={data} />
          <Delays series={data} />
          <Oversells series={data} />
          <Stock series={data} />
        </div>
      )}
    </Panel>
  )
}

function Choice<Each extends string>(props: {
  label: string
  of: readonly Each[]
  now: Each
  onChoose: (each: Each) => void
  wordOf: (each: Each) => string
}) {
  return (
    <fieldset aria-label={props.label} className="flex gap-1">
      {props.of.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={props.now === each}
          onClick={() => props.onChoose(each)}
          className="min-h-7 rounded border border-transparent px-2 text-ink-2 hover:text-ink aria-pressed:border-line-2 aria-pressed:font-semibold aria-pressed:text-ink"
        >
          {props.wordOf(each)}
        </button>
      ))}
    </fieldset>
  )
}

/** Begins of steps as the reader's locale writes them: hours within a day, else days. */
function useLabels(series: OverviewSeries): string[] {
  const { locale } = useLanguage()
  return series.steps.map(({ at }) => formatStep(locale, at, series.stepMs))
}

const sum = (values: number[]) => values.reduce((total, each) => total + each, 0)

function Sales({ series }: { series: OverviewSeries }) {
  const { t, locale } = useLanguage()
  const [measure, setMeasure] = useState<Measure>('orders')
  const names = useConnectionNames()
  const labels = useLabels(series)
  const nameOf = (id: string) => names.get(id) ?? { name: t('chart.gone'), colour: 'var(--ink-3)' }
  const lines = toSales(series.steps, measure, nameOf, t('chart.others'))
  const all = series.steps.flatMap(({ sales }) => sales)
  return (
    <StepChart
      title={t('chart.sales')}
      summary={t('chart.salesSummary', {
        orders: formatNumber(locale, sum(all.map(({ orders }) => orders))),
        units: formatNumber(locale, sum(all.map(({ units }) => units))),
      })}
      kind="bars"
      labels={labels}
      lines={lines}
      format={(value) => formatNumber(locale, value)}
    >
      <div className="mt-1 text-xs">
        <Choice
          label={t('chart.measure')}
          of={['orders', 'units'] as const}
          now={measure}
          onChoose={setMeasure}
          wordOf={(each) => t(`chart.${each}`)}
        />
      </div>
    </StepChart>
  )
}

function Delays({ series }: { series: OverviewSeries }) {
  const { t, locale } = useLanguage()
  const valuesOf = (which: 'p50' | 'p99') => series.steps.map(({ delayMs }) => delayMs?.[which] ?? null)
  const worst = Math.max(0, ...valuesOf('p99').map((value) => value ?? 0))
  return (
    <StepChart
      title={t('chart.delay')}
      summary={
        worst === 0 ? t('chart.delayNone') : t('chart.delaySummary', { time: formatDuration(locale, worst) })
      }
      kind="lines"
      labels={useLabels(series)}
      lines={[
        { key: 'p50', name: t('chart.p50'), colour: 'var(--sea)', values: valuesOf('p50') },
        { key: 'p99', name: t('chart.p99'), colour: 'var(--amber)', values: valuesOf('p99') },
      ]}
      format={(value) => formatDuration(locale, value)}
    />
  )
}

/**
 * What can be said honestly of oversells that did not happen: so many shelves still showed units that were gone, and were
 * emptied. Nobody knows how many shoppers would have come; beside them stand those that were oversold all the same.
 */
function Oversells({ series }: { series: OverviewSeries }) {
  const { t, locale } = useLanguage()
  const emptied = series.steps.map((step) => step.emptied)
  const oversold = series.steps.map((step) => step.oversoldUnits)
  return (
    <StepChart
      title={t('chart.oversells')}
      summary={t('chart.oversellsSummary', {
        emptied: formatNumber(locale, sum(emptied)),
        oversold: formatNumber(locale, sum(oversold)),
      })}
      kind="bars"
      labels={useLabels(series)}
      lines={[
        { key: 'emptied', name: t('chart.emptied'), colour: 'var(--sea-fill)', values: emptied },
        { key: 'oversold', name: t('chart.oversold'), colour: 'var(--red-fill)', values: oversold },
      ]}
      format={(value) => formatNumber(locale, value)}
    >
      <details className="text-xs text-ink-2">
        <summary className="min-h-7 cursor-pointer py-1">{t('chart.howKnown')}</summary>
        <p>{t('chart.emptiedMeaning')}</p>
      </details>
    </StepChart>
  )
}

function Stock({ series }: { series: OverviewSeries }) {
  const { t, locale } = useLanguage()
  const last = series.steps.findLast(({ stock }) => stock !== null)?.stock
  return (
    <StepChart
      title={t('chart.stock')}
      summary={
        last ? t('chart.stockSummary', { n: formatNumber(locale, last.onHand) }) : t('chart.stockNone')
      }
      kind="lines"
      labels={useLabels(series)}
      lines={[
        {
          key: 'onHand',
          name: t('stock.onHand'),
          colour: 'var(--cargo)',
          values: series.steps.map(({ stock }) => stock?.onHand ?? null),
        },
        {
          key: 'reserved',
          name: t('stock.reserved'),
          colour: 'var(--sea-fill)',
          values: series.steps.map(({ stock }) => stock?.reserved ?? null),
        },
      ]}
      format={(value) => formatNumber(locale, value)}
    />
  )
}
