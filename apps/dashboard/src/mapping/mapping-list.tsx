import type { MappingListing } from '@plimsoll/client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { useIsOperator } from '../accounts/own-role.ts'
import { useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { MappingLine, type Pick } from './mapping-line.tsx'

const lineHeight = 104
const overscanRows = 8

/**
 * Listings, of which only what is visible (and a little more) is in the page. By keyboard: j and k go down and up, Enter
 * accepts what is suggested, p shows first what it comes to, x selects.
 */
export function MappingList(props: {
  rows: readonly MappingListing[]
  chosen: ReadonlySet<string>
  onToggle: (listingId: string) => void
  onAccept: (pick: Pick) => void
  onPreview: (pick: Pick) => void
  onEnd: () => void
}) {
  const { t } = useLanguage()
  const names = useConnectionNames()
  const scroller = useRef<HTMLDivElement>(null)
  const mayMap = useIsOperator() !== false
  const [current, setCurrent] = useState(0)
  const { rows, onEnd } = props
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: overscanRows,
    getItemKey: (index) => rows[index]?.listingId ?? index,
  })
  const visible = list.getVirtualItems()
  const last = visible.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= rows.length - 10) onEnd()
  }, [last, rows.length, onEnd])
  const at = Math.min(current, rows.length - 1)
  const go = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index))
    setCurrent(next)
    list.scrollToIndex(next, { align: 'auto' })
  }
  const press = useRef((_event: KeyboardEvent): void => undefined)
  press.current = (event) => {
    const row = rows[at]
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return
    const isFree = row.item === null && row.ignored === null && row.suggestions.length > 0
    if (event.key === 'j') go(at + 1)
    else if (event.key === 'k') go(at - 1)
    // By its keys nobody does what is switched off for them.
    else if (!mayMap) return
    else if (event.key === 'x') props.onToggle(row.listingId)
    else if (event.key === 'Enter' && isFree) props.onAccept({ listingId: row.listingId })
    else if (event.key === 'p' && isFree) props.onPreview({ listingId: row.listingId })
    else return
    event.preventDefault()
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => press.current(event)
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return (
    <section
      ref={scroller}
      aria-label={t('mapping.title')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      className="max-h-[70dvh] overflow-auto overscroll-contain outline-offset-[-2px]"
    >
      <ul className="relative" style={{ height: `${list.getTotalSize()}px` }}>
        {visible.map(({ index, key, start }) => {
          const row = rows[index]
          return row === undefined ? null : (
            <li
              key={key}
              ref={list.measureElement}
              data-index={index}
              aria-current={index === at ? 'true' : undefined}
              className={`absolute inset-x-0 border-b border-line ${index === at ? 'bg-sunken shadow-[inset_3px_0_var(--sea-fill)]' : ''}`}
              style={{ transform: `translateY(${start}px)` }}
            >
              <MappingLine
                row={row}
                connection={names.get(row.connectionId)?.name ?? ''}
                isChosen={props.chosen.has(row.listingId)}
                onToggle={() => {
                  setCurrent(index)
                  props.onToggle(row.listingId)
                }}
                onAccept={props.onAccept}
                onPreview={props.onPreview}
              />
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** Keys belong to a field or a question before they belong to the list, and Enter to what it would press. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  const fields = 'input:not([type=checkbox]), textarea, select, [role=dialog]'
  return target.closest(key === 'Enter' ? `${fields}, button, a` : fields) !== null
}
