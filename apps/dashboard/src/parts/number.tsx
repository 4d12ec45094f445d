import { useEffect, useRef } from 'react'
import { useHubNow } from '../clock.ts'
import { formatAgo, formatMoment, formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'

/** A live number: it lights up for a moment when it changes while it is on the screen. */
export function Live({ value, of, className = '' }: { value: number; of?: string; className?: string }) {
  const { locale } = useLanguage()
  const element = useRef<HTMLSpanElement>(null)
  const known = useRef({ of, value })
  useEffect(() => {
    const before = known.current
    known.current = { of, value }
    // A virtual row is used again for another item: that is no change of the number.
    if (before.of !== of || before.value === value || !element.current) return
    element.current.classList.remove('flash')
    void element.current.offsetWidth
    element.current.classList.add('flash')
  }, [value, of])
  return (
    <span ref={element} className={`rounded-[3px] ${className}`}>
      {formatNumber(locale, value)}
    </span>
  )
}

/** A moment as its age; the full moment is its title. */
export function Ago({ at, className }: { at: string; className?: string }) {
  const { locale } = useLanguage()
  return (
    <time dateTime={at} title={formatMoment(locale, at)} className={className}>
      {formatAgo(locale, at, useHubNow())}
    </time>
  )
}
