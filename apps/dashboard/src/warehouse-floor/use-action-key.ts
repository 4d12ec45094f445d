import { useRef } from 'react'

/**
 * The key of an action: the same while it is tried again, another once it was carried out. What the network sends twice
 * then counts once.
 */
export function useActionKey(): { current: () => string; next: () => void } {
  const key = useRef(crypto.randomUUID())
  return {
    current: () => key.current,
    next: () => {
      key.current = crypto.randomUUID()
    },
  }
}
