import { useNavigate } from '@tanstack/react-router'
import { Dialog } from 'radix-ui'
import { useEffect, useRef, useState } from 'react'
import { later } from '../clock.ts'
import { useLanguage } from '../language.ts'
import { CommandPalette } from './command-palette.tsx'
import { goTos, meaningOf } from './keys.ts'

/** The second of two keys comes within this, or the first meant nothing. */
const SECOND_KEY_MS = 1_200

/** Listens for the keys that work everywhere, and opens what they open. */
export function Shortcuts() {
  const [open, setOpen] = useState<'palette' | 'help'>()
  const navigate = useNavigate()
  const begun = useRef<(() => void) | undefined>(undefined)
  useEffect(() => {
    const onOpen = () => setOpen('palette')
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event
      const isTyping =
        target instanceof HTMLElement &&
        (target.matches('input, textarea, select') || target.isContentEditable)
      // A question that is open has the keys for itself.
      const isAsked = document.querySelector('[role="dialog"]') !== null
      const press = {
        key,
        isCtrlOrMeta: event.ctrlKey || event.metaKey,
        isAlt: event.altKey,
        isTyping: isTyping || isAsked,
        isComposing: event.isComposing,
      }
      const meaning = meaningOf(press, begun.current !== undefined)
      begun.current?.()
      begun.current = undefined
      if (meaning.kind === 'none') return
      if (meaning.kind !== 'begun') event.preventDefault()
      if (meaning.kind === 'palette') setOpen((before) => (before === 'palette' ? undefined : 'palette'))
      if (meaning.kind === 'help') setOpen('help')
      if (meaning.kind === 'go') void navigate({ href: meaning.to })
      if (meaning.kind === 'begun') {
        begun.current = later(() => {
          begun.current = undefined
        }, SECOND_KEY_MS)
      }
    }
    document.addEventListener('keydown', onKey)
    window.addEventListener(OPEN_PALETTE, onOpen)
    return () => {
      document.removeEventListener('keydown', onKey)
      window.removeEventListener(OPEN_PALETTE, onOpen)
    }
  }, [navigate])
  const close = () => setOpen(undefined)
  return (
    <>
      <CommandPalette isOpen={open === 'palette'} onClose={close} onHelp={() => setOpen('help')} />
      <ShortcutSheet isOpen={open === 'help'} onClose={close} />
    </>
  )
}

const OPEN_PALETTE = 'plimsoll:palette'

/** For a button that opens the palette. */
export function openPalette(): void {
  window.dispatchEvent(new Event(OPEN_PALETTE))
}

/** As it stands on the keyboard of whoever reads it. */
export function paletteKeys(): string {
  return /Mac|iP(hone|ad)/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K'
}

function ShortcutSheet({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useLanguage()
  const rows: [string[], string][] = [
    [[paletteKeys()], t('shortcuts.palette')],
    [['/'], t('shortcuts.search')],
    ...goTos.map(({ keys, name }): [string[], string] => [
      [...keys],
      t('shortcuts.goTo', { screen: t(name) }),
    ]),
    [['?'], t('shortcuts.help')],
  ]
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[#04101a99]" />
        <Dialog.Content className="panel fixed top-1/2 left-1/2 z-50 max-h-[85vh] w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto p-5 shadow-2xl">
          <Dialog.Title className="text-base font-semibold">{t('shortcuts.title')}</Dialog.Title>
          <Dialog.Description className="mt-1 text-ink-2">{t('shortcuts.note')}</Dialog.Description>
          <dl className="mt-4 space-y-2">
            {rows.map(([keys, what]) => (
              <div key={what} className="flex items-center justify-between gap-4">
                <dt>{what}</dt>
                <dd className="flex shrink-0 items-center gap-1.5">
                  {keys.map((key, nth) => (
                    <span key={key} className="flex items-center gap-1.5">
                      {nth > 0 && <span className="text-xs text-ink-2">{t('shortcuts.thenKey')}</span>}
                      <kbd className="rounded border border-line-2 px-1.5 text-xs">{key}</kbd>
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
          <div className="mt-5 flex justify-end">
            <button type="button" className="control" onClick={onClose}>
              {t('app.close')}
            </button>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
