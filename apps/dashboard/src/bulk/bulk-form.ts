import type { BulkEditBody } from '@plimsoll/client/client'

/** What is filled in, as it stands in the fields. */
export type BulkForm = {
  of: 'items' | 'listings'
  search: string
  skus: string
  connection: string
  bufferUnits: string
  cap: string
  floor: string
  sharePercent: string
  pause: 'keep' | 'on' | 'off'
  protection: 'keep' | 'open' | 'buffered' | 'guaranteed' | 'auto'
  why: string
}

export const emptyForm: BulkForm = {
  of: 'items',
  search: '',
  skus: '',
  connection: '',
  bufferUnits: '',
  cap: '',
  floor: '',
  sharePercent: '',
  pause: 'keep',
  protection: 'keep',
  why: '',
}

export const numberFields = ['bufferUnits', 'cap', 'floor', 'sharePercent'] as const

/** The address of the screen: a bulk edit that there is, or what to begin with. */
export function readBulkSearch(search: Record<string, unknown>): { id?: string; q?: string } {
  const [id, q] = [search.id, search.q].map((each) => (each === undefined ? '' : String(each)))
  return { ...(id && { id }), ...(q && { q }) }
}

/** Whether nothing narrows it down. */
export function isForEverything({ search, skus, connection }: BulkForm): boolean {
  return search.trim() === '' && skusOf(skus).length === 0 && connection === ''
}

/** What the hub is asked. @returns undefined where nothing is to be set, or a number is none */
export function toBulkBody(form: BulkForm): BulkEditBody | undefined {
  const set: Record<string, number | boolean> = {}
  for (const name of numberFields) {
    const text = form[name].trim()
    if (text === '') continue
    if (!/^\d{1,9}$/.test(text)) return undefined
    set[name] = Number(text)
  }
  if (form.pause !== 'keep') set.paused = form.pause === 'on'
  const isProtected = form.of === 'items' && form.protection !== 'keep'
  if (Object.keys(set).length === 0 && !isProtected) return undefined
  const skus = skusOf(form.skus)
  const [search, why] = [form.search.trim(), form.why.trim()]
  return {
    of: form.of,
    ...(search !== '' && { search }),
    ...(skus.length > 0 && { skus }),
    ...(form.connection !== '' && { connection: form.connection }),
    ...(isForEverything(form) && { everything: true }),
    set,
    ...(isProtected && form.protection !== 'keep' && { protection: form.protection }),
    ...(why !== '' && { why }),
  }
}

function skusOf(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()))].filter((line) => line !== '')
}
