/** Which pages of the list a stretch of visible rows needs, one page beyond each end so that scrolling finds them. */
export function pagesFor(window: { first: number; last: number; total: number; pageRows: number }): number[] {
  const { first, last, total, pageRows } = window
  if (total === 0) return [0]
  const lastPage = Math.floor((total - 1) / pageRows)
  // Half a page of look-ahead: enough for a fling, without reading three pages for a still screen.
  const ahead = Math.floor(pageRows / 2)
  const from = Math.max(0, Math.floor((first - ahead) / pageRows))
  const to = Math.min(lastPage, Math.floor((last + ahead) / pageRows))
  return Array.from({ length: Math.max(1, to - from + 1) }, (_, number) => Math.min(from, lastPage) + number)
}
