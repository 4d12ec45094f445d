import { ArrowDown, ArrowUp, GripVertical, Pencil, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useLanguage } from '../language.ts'
import { RuleForm } from './rule-form.tsx'
import { limits, type RuleRow } from './rules.ts'
import { useRuleWords } from './use-rule-words.ts'

/** One rule: a sentence, a grip to drag it by (or the arrow keys), and its fields when it is opened. */
export function RuleLine(props: {
  row: RuleRow
  at: number
  count: number
  isOpen: boolean
  problem: string | undefined
  places: readonly { code: string; name: string }[]
  onOpen: (isOpen: boolean) => void
  onChange: (row: RuleRow) => void
  onMove: (from: number, to: number) => void
  onRemove: () => void
}) {
  const { row, at, count, isOpen } = props
  const { t } = useLanguage()
  const words = useRuleWords()(row.rule)
  const [isOver, setOver] = useState(false)
  const isLimit = limits.some((kind) => kind === row.rule.kind)
  return (
    <li
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false)
        const from = event.dataTransfer.getData(DRAGGED)
        if (from === '') return
        event.preventDefault()
        props.onMove(Number(from), at)
      }}
      className={`border-b border-line px-2 py-2 last:border-0 sm:px-4 ${isOver ? 'bg-sea-soft' : ''}`}
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <button
          type="button"
          draggable
          onDragStart={(event) => {
            event.dataTransfer.setData(DRAGGED, String(at))
            event.dataTransfer.effectAllowed = 'move'
          }}
          onKeyDown={(event) => {
            const to = event.key === 'ArrowUp' ? at - 1 : event.key === 'ArrowDown' ? at + 1 : undefined
            if (to === undefined || to < 0 || to >= count) return
            event.preventDefault()
            props.onMove(at, to)
          }}
          aria-label={t('routing.grip', { n: at + 1, of: count, rule: words })}
          title={t('routing.gripHint')}
          className="grid size-8 shrink-0 cursor-grab place-items-center rounded text-ink-3 hover:bg-sunken"
        >
          <GripVertical size={16} aria-hidden />
        </button>
        <span className="w-6 shrink-0 text-right tabular-nums text-ink-2">{at + 1}</span>
        <p className="min-w-52 flex-1 basis-60 break-words">
          {words}
          <span className="block text-xs text-ink-2">
            {t(isLimit ? 'routing.limit' : 'routing.preference')}
          </span>
        </p>
        <span className="ml-auto flex">
          <Small
            label={t('routing.up', { n: at + 1 })}
            isOff={at === 0}
            onClick={() => props.onMove(at, at - 1)}
          >
            <ArrowUp size={15} aria-hidden />
          </Small>
          <Small
            label={t('routing.down', { n: at + 1 })}
            isOff={at === count - 1}
            onClick={() => props.onMove(at, at + 1)}
          >
            <ArrowDown size={15} aria-hidden />
          </Small>
          <Small
            label={t('routing.edit', { n: at + 1 })}
            isPressed={isOpen}
            onClick={() => props.onOpen(!isOpen)}
          >
            <Pencil size={15} aria-hidden />
          </Small>
          <Small label={t('routing.remove', { n: at + 1 })} onClick={props.onRemove}>
            <X size={15} aria-hidden />
          </Small>
        </span>
      </div>
      {props.problem !== undefined && (
        <p role="alert" className="mt-1 text-red">
          {props.problem}
        </p>
      )}
      {isOpen && (
        <div className="mt-2 rounded border border-line p-3">
          <RuleForm
            id={`rule-${row.key}`}
            rule={row.rule}
            places={props.places}
            onChange={(rule) => props.onChange({ ...row, rule })}
          />
        </div>
      )}
    </li>
  )
}

const DRAGGED = 'application/x-plimsoll-rule'

function Small(props: {
  label: string
  isOff?: boolean
  isPressed?: boolean
  onClick: () => void
  children: ReactNode
}) {
  return (
    <button
      type="button"
      className="control min-h-9 border-transparent px-2 aria-expanded:bg-sunken"
      aria-label={props.label}
      title={props.label}
      aria-expanded={props.isPressed}
      disabled={props.isOff}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  )
}
