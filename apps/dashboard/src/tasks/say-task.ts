import type { ToldTask } from '@plimsoll/client'
import { formatMoment, formatNumber } from '../format.ts'

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/
type Fact = ToldTask['facts'][string]

/** What is needed to say a fact in the reader's language. */
type TaskWords = {
  locale: string
  none: string
  units(n: number): string
  /** Why something can be sent from nowhere, by its code. */
  because(code: string): string
  /** What the hub's own rules say, by the code of a refusal; and by what an item is tracked. */
  refusal(code: string): string
  tracking(kind: string): string
  /** What somebody else said, as the end of a sentence. */
  said(message: string): string
}

/** The facts of a task as its sentence takes them: each number, moment and list by the reader's locale. */
export function sayFacts(facts: ToldTask['facts'], words: TaskWords): Record<string, string> {
  const said = Object.entries(facts).map(([name, fact]) => [name, sayFact(name, fact, words)])
  const { message } = facts
  const isSaid = typeof message === 'string' && message !== ''
  return { ...Object.fromEntries(said), said: isSaid ? words.said(withoutStop(message)) : '' }
}

function sayFact(name: string, fact: Fact, words: TaskWords): string {
  const { locale } = words
  if (Array.isArray(fact)) {
    const list = new Intl.ListFormat(locale, { type: 'conjunction' })
    return list.format(name === 'because' ? fact.map((code) => words.because(code)) : fact)
  }
  if (typeof fact === 'number') {
    if (name === 'units') return words.units(fact)
    if (name !== 'hours') return formatNumber(locale, fact)
    return new Intl.NumberFormat(locale, { style: 'unit', unit: 'hour', unitDisplay: 'long' }).format(fact)
  }
  if (name === 'message' || name === 'why') return asSentence(fact)
  if (name === 'refusal') return words.refusal(fact)
  if (name === 'tracking') return words.tracking(fact)
  if (fact === '') return words.none
  return instant.test(fact) ? formatMoment(locale, fact) : fact
}

/** What a platform answers ends with a stop or without: another sentence follows it. */
function asSentence(text: string): string {
  return text === '' || /[.!?。！？]$/.test(text) ? text : `${text}.`
}

function withoutStop(text: string): string {
  return text.replace(/[.。]$/, '')
}
