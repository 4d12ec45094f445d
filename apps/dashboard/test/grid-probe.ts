import type { Page } from 'playwright-core'

/** What the grid showed while it was scrolled, frame by frame. */
export type GridFrames = {
  frames: number
  /** Frames in which some row in view showed no SKU, and the most such rows in one frame. */
  blankFrames: number
  blankRowsMax: number
  /** Frames in which some row in view showed its SKU but not its numbers yet. */
  waitingFrames: number
  /** Time from frame to frame, in ms. */
  frameP50Ms: number
  frameP95Ms: number
  frameMaxMs: number
  /** Of the frames that a screen of 60 Hz would have drawn, those that were not. */
  droppedShare: number
  /** Rows that have been at the top of the view: how far it went. */
  firstRow: number
  lastRow: number
}

type Recorder = {
  stop: () => Omit<GridFrames, 'frameP50Ms' | 'frameP95Ms' | 'frameMaxMs' | 'droppedShare'> & {
    gaps: number[]
  }
}
declare global {
  interface Window {
    gridRecorder?: Recorder
  }
}

/** Waits until the SKUs and names of all rows have been read: from then on no row may be blank. */
export async function allNamesRead(page: Page, stretches: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      performance.getEntriesByType('resource').filter(({ name }) => name.includes('/item-names')).length >=
      wanted,
    stretches,
  )
}

/**
 * The same, and that the page has taken them in, which comes a moment after they have arrived: goes to the middle of
 * each stretch, waits for its names, and returns to the top.
 */
export async function allNamesDrawn(page: Page, stretches: number): Promise<void> {
  await allNamesRead(page, stretches)
  const places = Array.from({ length: stretches }, (_, nth) => (nth + 0.5) / stretches)
  for (const place of [...places, 0]) {
    await page.evaluate((at) => {
      const grid = document.querySelector('[role="table"]')
      if (grid !== null) grid.scrollTop = at * grid.scrollHeight
    }, place)
    await page.waitForFunction((at) => {
      const grid = document.querySelector('[role="table"]')
      const rows = [...document.querySelectorAll('[data-index]')]
      if (grid === null || rows.length === 0) return false
      const total = Number(grid.getAttribute('aria-rowcount')) - 1
      const isThere = rows.some((row) => Math.abs(Number(row.getAttribute('data-index')) - at * total) < 100)
      return isThere && rows.every((row) => (row.querySelector('a')?.textContent ?? '') !== '')
    }, place)
  }
}

/**
 * Looks at the grid in every animation frame, until stopped: what stands at each row's height, as a person would
 * see it, and not what the page believes to have drawn.
 */
export async function recordGrid(
  page: Page,
  { jumpsByScript = false }: { jumpsByScript?: boolean } = {},
): Promise<{ stop(): Promise<GridFrames> }> {
  await page.evaluate((mayJump) => {
    const found = document.querySelector('[role="table"]')
    if (!(found instanceof HTMLElement)) throw new Error('there is no grid on this screen')
    const grid = found
    const gaps: number[] = []
    const seen = {
      frames: 0,
      blankFrames: 0,
      blankRowsMax: 0,
      waitingFrames: 0,
      firstRow: Infinity,
      lastRow: -1,
    }
    let before = performance.now()
    let isStopped = false
    let lastTop = grid.scrollTop
    function look() {
      if (isStopped) return
      const at = performance.now()
      gaps.push(at - before)
      before = at
      seen.frames++
      const box = grid.getBoundingClientRect()
      const head = grid.querySelector('[role="columnheader"]')?.getBoundingClientRect().bottom ?? box.top
      let blank = 0
      let waiting = false
      for (let y = head + 4; y < box.bottom - 16; y += 20) {
        const row = document.elementFromPoint(box.left + 30, y)?.closest('[data-index]')
        const sku = row?.querySelector('a')?.textContent ?? ''
        if (row instanceof HTMLElement) {
          const index = Number(row.dataset.index)
          seen.firstRow = Math.min(seen.firstRow, index)
          seen.lastRow = Math.max(seen.lastRow, index)
        }
        if (sku === '') blank++
        else if (row?.querySelector('.skeleton')) waiting = true
      }
      // A script that jumps further than the view, within a frame, is painted before the page hears of it: no hand does
      // that. From the next frame on it counts.
      const isJump = mayJump && Math.abs(grid.scrollTop - lastTop) > grid.clientHeight
      lastTop = grid.scrollTop
      if (isJump) blank = 0
      if (blank > 0) seen.blankFrames++
      if (waiting) seen.waitingFrames++
      seen.blankRowsMax = Math.max(seen.blankRowsMax, blank)
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
    window.gridRecorder = {
      stop: () => {
        isStopped = true
        return { ...seen, gaps: gaps.slice(1) }
      },
    }
  }, jumpsByScript)
  return {
    stop: async () => {
      const { gaps, ...seen } = await page.evaluate(() => {
        if (window.gridRecorder === undefined) throw new Error('nothing is recorded')
        return window.gridRecorder.stop()
      })
      const sorted = gaps.toSorted((a, b) => a - b)
      const at = (share: number) =>
        Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 10) / 10
      const due = gaps.reduce((sum, gap) => sum + Math.max(1, Math.round(gap / (1_000 / 60))), 0)
      const droppedShare = due === 0 ? 0 : Math.round((1 - gaps.length / due) * 1_000) / 1_000
      return { ...seen, frameP50Ms: at(0.5), frameP95Ms: at(0.95), frameMaxMs: at(1), droppedShare }
    },
  }
}
