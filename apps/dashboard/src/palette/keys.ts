/** What a key press means. Pure: the sheet and the listener are made from the same table. */

type GoTo = { keys: readonly [string, string]; to: string; name: string }

/** `g`, then a letter, goes to a screen. */
export const goTos = [
  { keys: ['g', 'h'], to: '/', name: 'nav.overview' },
  { keys: ['g', 'o'], to: '/orders', name: 'nav.orders' },
  { keys: ['g', 'i'], to: '/items', name: 'nav.items' },
  { keys: ['g', 'r'], to: '/replenishment', name: 'nav.replenishment' },
  { keys: ['g', 'w'], to: '/deliveries', name: 'nav.floor' },
  { keys: ['g', 'c'], to: '/connections', name: 'nav.connections' },
  { keys: ['g', 'p'], to: '/parked', name: 'nav.parked' },
  { keys: ['g', 'a'], to: '/activity', name: 'nav.activity' },
  { keys: ['g', 'l'], to: '/changes', name: 'nav.changes' },
] as const satisfies readonly GoTo[]

export type Press = {
  key: string
  isCtrlOrMeta: boolean
  isAlt: boolean
  /** In a field, or where text is written. */
  isTyping: boolean
  /** An input method is composing: Enter and letters are its own. */
  isComposing: boolean
}

type Meaning =
  | { kind: 'palette' }
  | { kind: 'help' }
  | { kind: 'go'; to: string }
  /** The first of two keys: the next one says where. */
  | { kind: 'begun' }
  | { kind: 'none' }

/** @param begun whether the key before was the first of two */
export function meaningOf(press: Press, begun: boolean): Meaning {
  const { key, isCtrlOrMeta, isAlt, isTyping, isComposing } = press
  if (isComposing) return { kind: 'none' }
  // Works from within a field too: it types nothing there.
  if (isCtrlOrMeta && !isAlt && key.toLowerCase() === 'k') return { kind: 'palette' }
  if (isTyping || isCtrlOrMeta || isAlt) return { kind: 'none' }
  if (begun) {
    const found = goTos.find(({ keys }) => keys[1] === key.toLowerCase())
    return found === undefined ? { kind: 'none' } : { kind: 'go', to: found.to }
  }
  if (key === '?') return { kind: 'help' }
  return key === 'g' ? { kind: 'begun' } : { kind: 'none' }
}
