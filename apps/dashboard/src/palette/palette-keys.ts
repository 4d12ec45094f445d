/** As it stands on the keyboard of whoever reads it. */
export function paletteKeys(): string {
  return /Mac|iP(hone|ad)/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K'
}
