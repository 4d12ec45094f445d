import { useSyncExternalStore } from 'react'

/** Light, dark, or whatever the system prefers. Stored per browser; `public/theme-early.js` reads the same key. */
export type Theme = 'system' | 'light' | 'dark'
const key = 'plimsoll.theme'
const listeners = new Set<() => void>()

export function setTheme(theme: Theme): void {
  if (theme === 'system') {
    localStorage.removeItem(key)
    delete document.documentElement.dataset.theme
  } else {
    localStorage.setItem(key, theme)
    document.documentElement.dataset.theme = theme
  }
  for (const listener of listeners) listener()
}
export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => {
      const stored = localStorage.getItem(key)
      return stored === 'light' || stored === 'dark' ? stored : 'system'
    },
  )
}
