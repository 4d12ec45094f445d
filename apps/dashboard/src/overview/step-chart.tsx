import { type PointerEvent, type ReactNode, useState } from 'react'
import { useLanguage } from '../language.ts'
import { type Line, scaleTop, toPath } from './chart-model.ts'

const height = 100

/**
 * A chart over steps: bars that stand upon each other, or lines. The pointer reads a step's values beneath it; the same
 * is in a table for whoever does not see it or wants the numbers.
 */
export function StepChart(props: {
  title: string
  /** What it says, in one sentence. */
  summary: string
  kind: 'bars' | 'lines'
  labels: string[]
  lines: Line[]
  format: (value: number) => string
  children?: ReactNode
}) {
  const { t } = useLanguage()
  const { kind, labels, lines, format } = props
  const [at, setAt] = useState<number>()
  const count = labels.length
  const sums = labels.map((_, step) => lines.reduce((sum, line) => sum + (line.values[step] ?? 0), 0))
  const most =
    kind === 'bars'
      ? Math.max(0, ...sums)
      : Math.max(0, ...lines.flatMap((line) => line.values.map((value) => value ?? 0)))
  const top = scaleTop(most)
  const y = (value: number) => height - (value / top) * height
  const isEmpty =
    lines.length === 0 || lines.every((line) => line.values.every((value) => value === null || value === 0))
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    setAt(Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count))))
  }
  const shown = at ?? count - 1
  return (
    <figure className="min-w-0 px-4 pt-3 pb-2.5" aria-label={props.title}>
      <h3 className="font-semibold">{props.title}</h3>
      <p className="text-xs text-ink-2">{props.summary}</p>
      {isEmpty ? (
        <p className="grid h-32 place-items-center text-ink-2">{t('chart.empty')}</p>
      ) : (
        <>
          <div className="mt-2 flex h-28 gap-2">
            <div
              className="flex w-11 shrink-0 flex-col justify-between text-right text-xs leading-none text-ink-2"
              aria-hidden
            >
              <span>{format(top)}</span>
              <span>{format(0)}</span>
            </div>
            <svg
              viewBox={`0 0 ${count} ${height}`}
              preserveAspectRatio="none"
              className="h-full min-w-0 flex-1 border-y border-line"
              aria-hidden="true"
              onPointerMove={point}
              onPointerDown={point}
              onPointerLeave={() => setAt(undefined)}
            >
              <path d={`M0 50H${count}`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
              {at !== undefined && (
                <rect x={at} width="1" height={height} fill="var(--flash)" opacity="0.45" />
              )}
              {kind === 'bars' ? <Bars lines={lines} y={y} /> : null}
              {kind === 'lines' &&
                lines.map((line, number) => (
                  <path
                    key={line.key}
                    d={toPath(line.values, (step) => step + 0.5, y)}
                    fill="none"
                    stroke={line.colour}
                    strokeWidth="2.2"
                    strokeLinecap="round"
                    strokeDasharray={number > 0 ? '5 4' : undefined}
                    vectorEffect="non-scaling-stroke"
                  />
                ))}
            </svg>
          </div>
          <p className="mt-1 flex justify-between pl-13 text-xs text-ink-2" aria-hidden>
            <span>{labels[0]}</span>
            <span>{labels.at(-1)}</span>
          </p>
          <ul className="mt-1 flex flex-wrap gap-x-4 text-xs" aria-hidden>
            <li className="font-medium">{labels[shown]}</li>
            {lines.map((line, number) => (
              <li key={line.key} className="flex items-center gap-1.5 text-ink-2">
                <span
                  className={`w-3 rounded-sm ${kind === 'lines' ? 'h-0 border-t-2' : 'h-3'} ${kind === 'lines' && number > 0 ? 'border-dashed' : ''}`}
                  style={kind === 'lines' ? { borderColor: line.colour } : { background: line.colour }}
                />
                {line.name}
                <b className="font-semibold text-ink">
                  {(line.values[shown] ?? null) === null ? '–' : format(line.values[shown] ?? 0)}
                </b>
              </li>
            ))}
          </ul>
          <Table {...props} />
        </>
      )}
      {props.children}
    </figure>
  )
}

function Bars({ lines, y }: { lines: Line[]; y: (value: number) => number }) {
  const stacked = new Map<number, number>()
  return lines.map((line) =>
    line.values.map((value, step) => {
      if (!value) return null
      const from = stacked.get(step) ?? 0
      stacked.set(step, from + value)
      return (
        <rect
          key={`${line.key} ${step}`}
          x={step + 0.1}
          width="0.8"
          y={y(from + value)}
          height={y(from) - y(from + value)}
          fill={line.colour}
          stroke="var(--surface)"
          strokeWidth="0.75"
          vectorEffect="non-scaling-stroke"
          className="pointer-events-none"
        />
      )
    }),
  )
}

function Table({
  title,
  labels,
  lines,
  format,
}: {
  title: string
  labels: string[]
  lines: Line[]
  format: (value: number) => string
}) {
  const { t } = useLanguage()
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="mt-1 text-xs" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="min-h-7 cursor-pointer py-1 text-ink-2">{t('chart.asTable')}</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it
        <section className="max-h-64 overflow-auto" tabIndex={0} aria-label={title}>
          <table className="w-full text-right">
            <thead className="text-ink-2">
              <tr>
                <th className="text-left font-medium">{t('chart.from')}</th>
                {lines.map((line) => (
                  <th key={line.key} scope="col" className="px-2 font-medium">
                    {line.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {labels.map((label, step) => (
                <tr key={label} className="border-t border-line">
                  <th scope="row" className="text-left font-normal whitespace-nowrap">
                    {label}
                  </th>
                  {lines.map((line) => (
                    <td key={line.key} className="px-2">
                      {(line.values[step] ?? null) === null ? '–' : format(line.values[step] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  )
}
