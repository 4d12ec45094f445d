import { useCallback, useRef, useState } from 'react'

/**
 * State whose newest value can be asked for at once, before it is drawn: a scanner is faster than a screen, and what it
 * adds to must be what the scan before has left.
 * @returns what is drawn, the newest, and how it is changed
 */
export function useKept<Value>(start: Value): [Value, () => Value, (next: Value) => void] {
  const [drawn, draw] = useState(start)
  const newest = useRef(start)
  const latest = useCallback(() => newest.current, [])
  const set = useCallback((next: Value) => {
    newest.current = next
    draw(next)
  }, [])
  return [drawn, latest, set]
}
