import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useCalm } from '../clock.ts'
import { connectionsQuery, hub } from '../hub.ts'
import { setLanguage, useLanguage } from '../language.ts'
import { isComposing } from '../parts/composing.ts'
import { viewHref, viewsQuery } from '../saved-views/view-queries.ts'
import { setTheme } from '../theme.ts'
import { goTos } from './keys.ts'
import { fitting } from './match.ts'

type Group = 'screen' | 'view' | 'action' | 'item' | 'order' | 'connection'
type Entry = {
  id: string
  group: Group
  label: string
  note?: string | undefined
  also?: string
  run: () => void
}

const FOUND_MAX = 6
const PAUSE_MS = 180

/** Goes to any screen, item, order or connection, and does what is done everywhere. */
export function CommandPalette(props: { isOpen: boolean; onClose: () => void; onHelp: () => void }) {
  return (
    <Dialog.Root open={props.isOpen} onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[#04101a99]" />
        <Dialog.Content
          aria-describedby={undefined}
          className="panel fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 flex-col shadow-2xl"
        >
          <Palette {...props} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const { t } = useLanguage()
  const list = useId()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const { entries, isLooking } = useEntries(typed, onClose, onHelp)
  const at = Math.min(chosen, Math.max(0, entries.length - 1))
  const active = useRef<HTMLDivElement>(null)
  useEffect(() => active.current?.scrollIntoView({ block: 'nearest' }))
  const onKey = (event: KeyboardEvent) => {
    // An input method takes Enter and the arrows for itself.
    if (isComposing(event)) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && entries.length > 0) {
      event.preventDefault()
      setChosen((at + step + entries.length) % entries.length)
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      entries[at]?.run()
    }
  }
  return (
    <>
      <Dialog.Title className="sr-only">{t('nav.goToAnything')}</Dialog.Title>
      <div className="relative border-b border-line">
        <Search size={16} className="absolute top-1/2 left-4 -translate-y-1/2 text-ink-3" aria-hidden />
        <input
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={entries[at] === undefined ? undefined : `${list}-${at}`}
          aria-autocomplete="list"
          aria-label={t('palette.label')}
          placeholder={t('palette.placeholder')}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
            setChosen(0)
          }}
          onKeyDown={onKey}
          className="h-12 w-full bg-transparent pr-4 pl-11 text-base outline-none placeholder:text-ink-3"
        />
      </div>
      <div
        id={list}
        role="listbox"
        aria-label={t('nav.goToAnything')}
        className="min-h-0 overflow-y-auto py-2"
      >
        {entries.map((entry, nth) => (
          <div
            key={entry.id}
            id={`${list}-${nth}`}
            ref={nth === at ? active : undefined}
            role="option"
            // The field has the focus and says which is chosen.
            tabIndex={-1}
            aria-selected={nth === at}
            onClick={entry.run}
            onKeyDown={onKey}
            onMouseMove={() => setChosen(nth)}
            className="mx-2 flex min-h-9 cursor-pointer items-center justify-between gap-4 rounded px-3 py-1.5 aria-selected:bg-sea-soft"
          >
            <span className="min-w-0 truncate">
              {entry.label}
              {entry.note !== undefined && <span className="ml-2 text-ink-2">{entry.note}</span>}
            </span>
            <span className="shrink-0 text-xs text-ink-2">{t(`palette.groups.${entry.group}`)}</span>
          </div>
        ))}
      </div>
      <p role="status" className={entries.length === 0 ? 'px-5 pb-4 text-ink-2' : 'sr-only'}>
        {entries.length === 0 && t(isLooking ? 'palette.looking' : 'palette.empty')}
      </p>
    </>
  )
}

/** What there is to go to: screens and actions at once, the rest as soon as the hub has found it. */
function useEntries(typed: string, onClose: () => void, onHelp: () => void) {
  const { t, language } = useLanguage()
  const navigate = useNavigate()
  const wanted = useCalm(typed.trim(), typed.trim(), PAUSE_MS)
  const isWanted = wanted.length > 0
  const { data: connections } = useQuery(connectionsQuery)
  const items = useQuery({
    queryKey: ['items', 'palette', wanted],
    queryFn: ({ signal }) => hub.items({ search: wanted, limit: FOUND_MAX }, signal),
    enabled: isWanted,
  })
  const code = useQuery({
    queryKey: ['items', 'palette-code', wanted],
    // No item has it: that is an answer.
    queryFn: ({ signal }) => hub.itemByCode(wanted, signal).catch(() => null),
    enabled: /^\S{6,}$/.test(wanted),
    retry: false,
  })
  const orders = useQuery({
    queryKey: ['orders', 'palette', wanted],
    queryFn: ({ signal }) => hub.orders({ search: wanted, limit: FOUND_MAX }, signal),
    enabled: isWanted,
  })
  const go = (href: string) => () => {
    onClose()
    void navigate({ href })
  }
  const act = (run: () => void) => () => {
    onClose()
    run()
  }
  const fixed = useMemo(() => fixedEntries(t, go, act, onHelp), [language])
  const channels: Entry[] = (connections?.rows ?? []).map(({ connectionId, name }) => ({
    id: `connection ${connectionId}`,
    group: 'connection',
    label: name,
    run: go(`/connections/${encodeURIComponent(connectionId)}`),
  }))
  const { data: saved } = useQuery(viewsQuery)
  const views: Entry[] = (saved?.rows ?? []).map((view) => ({
    id: `view ${view.viewId}`,
    group: 'view',
    label: view.name,
    note: t(`views.onScreen.${view.screen}`),
    run: go(viewHref(view)),
  }))
  const isFresh = isWanted && wanted === typed.trim()
  const byCode: Entry[] =
    isFresh && code.data
      ? [
          {
            id: 'code',
            group: 'item',
            label: code.data.item.sku,
            note: t('palette.byCode'),
            run: go(`/items/${encodeURIComponent(code.data.item.sku)}`),
          },
        ]
      : []
  const found: Entry[] = isFresh
    ? (items.data?.rows ?? []).map(({ sku, name }) => ({
        id: `item ${sku}`,
        group: 'item',
        label: sku,
        note: name,
        run: go(`/items/${encodeURIComponent(sku)}`),
      }))
    : []
  const numbers: Entry[] = isFresh
    ? (orders.data?.rows ?? []).map(({ orderId, number, channel }) => ({
        id: `order ${orderId}`,
        group: 'order',
        label: number,
        note: channel,
        run: go(`/orders/${encodeURIComponent(orderId)}`),
      }))
    : []
  const named = new Set(byCode.map(({ label }) => label))
  return {
    entries: [
      ...byCode,
      ...fitting([...fixed, ...views, ...channels], typed).slice(0, isWanted ? FOUND_MAX : undefined),
      ...found.filter(({ label }) => !named.has(label)),
      ...numbers,
    ],
    isLooking: typed.trim() !== '' && (!isFresh || items.isPending || orders.isPending),
  }
}

function fixedEntries(
  t: ReturnType<typeof useLanguage>['t'],
  go: (to: string) => () => void,
  act: (run: () => void) => () => void,
  onHelp: () => void,
): Entry[] {
  const screens = [
    ...goTos.map(({ to, name }) => [to, t(name)] as const),
    ['/serials', t('nav.serials')] as const,
    ...(
      [
        ['/tasks', 'tasks'],
        ['/packing', 'packing'],
        ['/returns', 'returns'],
        ['/counts', 'counts'],
        ['/pick-list', 'pickList'],
        ['/routing', 'routing'],
        ['/orders/new', 'newOrder'],
        ['/connections/new', 'connect'],
        ['/bulk', 'bulk'],
        ['/import-items', 'importItems'],
      ] as const
    ).map(([to, name]) => [to, t(`palette.screens.${name}`)] as const),
  ]
  const actions = [
    ['shortcuts', onHelp],
    ['dark', () => setTheme('dark')],
    ['light', () => setTheme('light')],
    ['system', () => setTheme('system')],
    ['english', () => void setLanguage('en')],
    ['chinese', () => void setLanguage('zh')],
  ] as const
  return [
    ...screens.map(([to, label]): Entry => ({ id: to, group: 'screen', label, also: to, run: go(to) })),
    ...actions.map(
      ([name, run]): Entry => ({
        id: name,
        group: 'action',
        label: t(`palette.actions.${name}`),
        also: name,
        run: act(run),
      }),
    ),
  ]
}
