import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { later } from '../clock.ts'
import { useLanguage } from '../language.ts'
import { isComposing } from './composing.ts'
import { type Asked, hearValue } from './own-words.ts'

const typingPauseMs = 180

/** A screen's search field: `/` goes to it from anywhere, typing searches after a short pause, Escape clears and leaves. */
export function SearchField(props: {
  label: string
  value: string
  onSearch: (next: string) => void
  /** What Enter does with the text as it stands, such as a scanner's. */
  onEnter?: (text: string) => void
  isWide?: boolean
}) {
  const { t } = useLanguage()
  const { label, value, onSearch, onEnter } = props
  const [text, setText] = useState(value)
  const field = useRef<HTMLInputElement>(null)
  const asked = useRef<Asked>([value])
  useEffect(() => {
    const heard = hearValue(asked.current, value)
    asked.current = heard.asked
    if (heard.isOthers) setText(value)
  }, [value])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select')
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      field.current?.select()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  const latest = useRef(onSearch)
  latest.current = onSearch
  const words = text.trim()
  useEffect(() => {
    if (words === value) return
    return later(() => {
      asked.current = [...asked.current, words]
      latest.current(words)
    }, typingPauseMs)
  }, [words, value])
  return (
    <div className={`relative w-full ${props.isWide ? 'sm:w-96' : 'sm:w-72'}`}>
      <Search size={15} className="absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3" aria-hidden />
      <input
        ref={field}
        type="search"
        value={text}
        aria-label={label}
        aria-keyshortcuts="/"
        title={t('items.searchKey')}
        placeholder={label}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (isComposing(event)) return
          if (event.key === 'Escape') text === '' ? event.currentTarget.blur() : setText('')
          if (event.key === 'Enter' && words !== '') onEnter?.(words)
        }}
        className="h-9 w-full rounded border border-line-2 bg-surface pr-9 pl-8 placeholder:text-ink-3"
      />
      <kbd className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 rounded border border-line-2 px-1.5 text-xs text-ink-2">
        /
      </kbd>
    </div>
  )
}
