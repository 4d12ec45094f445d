import type { ExplainNode } from '@plimsoll/client'
import { formatDay, formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'

/** A number and, beneath it, what it is made of; every step may be folded. The first two levels start open. */
export function ExplainTree({ node }: { node: ExplainNode }) {
  return (
    <ul className="mt-1 max-w-xl rounded border border-line bg-paper px-3 py-2">
      <Step node={node} depth={0} />
    </ul>
  )
}

function Step({ node, depth }: { node: ExplainNode; depth: number }) {
  const rows = node.rows ?? []
  if (rows.length === 0) {
    return (
      <li className="py-0.5 pl-[1.15rem]">
        <Line node={node} />
      </li>
    )
  }
  return (
    <li>
      <details open={depth < 2}>
        <summary className="min-h-6 cursor-pointer py-[0.15rem] marker:text-ink-3">
          <Line node={node} />
        </summary>
        <ul className="ml-[0.35rem] border-l border-line-2 pl-4">
          {rows.map((row, number) => (
            <Step key={`${row.label} ${row.detail ?? ''} ${number}`} node={row} depth={depth + 1} />
          ))}
        </ul>
      </details>
    </li>
  )
}

function Line({ node }: { node: ExplainNode }) {
  const { t, locale } = useLanguage()
  const detail = useDetail(node)
  // A fold's triangle takes room of its own, so that the values of folds and rows stand beneath each other.
  const width = node.rows?.length ? 'w-[calc(100%-1.15rem)]' : 'w-full'
  return (
    <span className={`inline-flex ${width} items-baseline justify-between gap-3 align-baseline`}>
      <span className="min-w-0">
        {t(`explain.${isOfApi(node) ? 'reservation' : node.label}`)}
        {detail && <span className="text-ink-2"> · {detail}</span>}
        {node.division && (
          <span className="text-ink-2">
            {` · ${formatNumber(locale, node.division.dividend)} ÷ ${formatNumber(locale, node.division.divisor)}, `}
            {t('explain.remainder', { n: formatNumber(locale, node.division.remainder) })}
          </span>
        )}
      </span>
      <span aria-hidden className="flex-1 border-b border-dotted border-line-2" />
      <b className={`font-semibold ${(node.value ?? 0) < 0 ? 'text-red' : ''}`}>
        {node.value === null ? '–' : formatNumber(locale, node.value)}
      </b>
    </span>
  )
}

/** Units that a client of the API holds are told as an order without a number. */
function isOfApi({ label, detail, reference }: ExplainNode): boolean {
  return label === 'order' && detail === 'API' && reference === undefined
}

/** Reasons and kinds of movement are words of ours; codes, order numbers and names stay as they are. */
function useDetail({ label, detail = '', lot }: ExplainNode): string {
  const { t, locale } = useLanguage()
  if (lot) {
    const day = lot.expiresOn === null ? '' : formatDay(locale, lot.expiresOn)
    return `${lot.code}: ${t(`explain.because.${lot.because}`, { day })}`
  }
  if (detail === '…') return t('explain.rest')
  if (label === 'desired' || label === 'load-line') return t(`because.${detail}`, { defaultValue: detail })
  return label === 'movement' ? t(`movement.${detail}`, { defaultValue: detail }) : detail
}
