import { useNavigate } from '@tanstack/react-router'
import { type ComponentProps, type ComponentType, useEffect, useRef, useState } from 'react'
import { later } from '../clock.ts'
import { allWords } from '../language.ts'
import { meaningOf } from './keys.ts'
import type { Opened } from './opened.tsx'

/** What the keys open, and its words: not needed before the first screen stands. */
export async function openedFile(): Promise<ComponentType<ComponentProps<typeof Opened>>> {
  const [file] = await Promise.all([import('./opened.tsx'), allWords()])
  return file.Opened
}

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
  const [Dialogs, setDialogs] = useState<Awaited<ReturnType<typeof openedFile>>>()
  useEffect(() => {
    // Where the hub is away, nothing opens, and the next press asks again.
    if (open !== undefined && Dialogs === undefined)
      openedFile().then(
        (found) => setDialogs(() => found),
        () => setOpen(undefined),
      )
  }, [open, Dialogs])
  return Dialogs && <Dialogs open={open} onOpen={setOpen} />
}

const OPEN_PALETTE = 'plimsoll:palette'

/** For a button that opens the palette. */
export function openPalette(): void {
  window.dispatchEvent(new Event(OPEN_PALETTE))
}
