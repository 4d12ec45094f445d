import { Dialog } from 'radix-ui'
import { useLanguage } from '../language.ts'
import { CommandPalette } from './command-palette.tsx'
import { goTos } from './keys.ts'
import { paletteKeys } from './palette-keys.ts'

export type Opening = 'palette' | 'help' | undefined

/** What the keys of everywhere open: the palette, and the sheet that lists those keys. */
export function Opened({ open, onOpen }: { open: Opening; onOpen: (next: Opening) => void }) {
  const close = () => onOpen(undefined)
  return (
    <>
      <CommandPalette isOpen={open === 'palette'} onClose={close} onHelp={() => onOpen('help')} />
      <ShortcutSheet isOpen={open === 'help'} onClose={close} />
    </>
  )
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
