import { rm } from 'node:fs/promises'
import type { Page, Request } from 'playwright-core'
import { launchBrowser } from '../apps/dashboard/test/browser.ts'
import { allNamesRead, type GridFrames, recordGrid } from '../apps/dashboard/test/grid-probe.ts'
import { migrate, openDatabase } from '../packages/database/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import { startHubProcess } from './hub/hub-process.ts'
import { seedLargeBrand } from './hub/large-brand.ts'
import type { Bench } from './main.ts'

/**
 * The grid of 100,000 items over five locations and two connections, served by a real hub to a real Chromium that
 * scrolls, jumps and searches. Looks at every animation frame for rows in view that show no SKU. Drawing is done by
 * the processor here, so frames take longer than on a machine with a graphics card; blank ones are blank anywhere.
 */
export const bench: Bench = async ({ quick, say }) => {
  const items = quick ? 5_000 : 100_000
  const folder = await makeDataFolder()
  // Loading the catalogue is no part of the measurement, and reading asks nothing of fsync.
  const database = await openDatabase({
    dataFolder: folder,
    keep: 'stop-with-process',
    fsync: false,
    runtimeRole: false,
  })
  const browser = await launchBrowser([])
  try {
    if (browser === undefined) throw new Error('this benchmark needs a Chromium that starts')
    await migrate(database)
    await seedLargeBrand(database, { items, say })
    const hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api' })
    try {
      const idle = await hub.memoryMiB()
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' })
      const page = await context.newPage()
      const answers = countAnswers(page)
      const openedAt = performance.now()
      const openMs = await openGrid(page, hub.url)
      await allNamesRead(page, Math.ceil(items / 25_000))
      const allNamesMs = Math.round(performance.now() - openedAt)
      const scenes: Record<string, unknown> = {}
      for (const scene of scenesOf(items)) {
        answers.take()
        scenes[scene.name] = { ...(await playScene(page, scene)), ...answers.take() }
        say(`${scene.name}: ${JSON.stringify(scenes[scene.name])}`)
      }
      return {
        items,
        openMs,
        allNamesMs,
        scenes,
        search: await searchWhileScrolling(page),
        blankFrames: Object.values(scenes).reduce(
          (sum: number, each) => sum + (each as GridFrames).blankFrames,
          0,
        ),
        hubMemoryMiB: {
          idle: idle?.now,
          after: (await hub.memoryMiB())?.now,
          peak: (await hub.memoryMiB())?.peak,
        },
      }
    } finally {
      await hub.stop()
    }
  } finally {
    await browser?.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

type Scene = { name: string; play(page: Page): Promise<void> }

function scenesOf(items: number): Scene[] {
  const wheel = (name: string, deltaPx: number, turns: number): Scene => ({
    name,
    play: async (page) => {
      for (let turn = 0; turn < turns; turn++) await page.mouse.wheel(0, deltaPx)
    },
  })
  return [
    wheel('wheel', 120, 150),
    wheel('fling', 1_200, 150),
    {
      name: 'jump',
      play: async (page) => {
        // All over the list, in an order without a pattern that look-ahead could guess.
        for (let jump = 1; jump <= 20; jump++) {
          await scrollTo(page, ((jump * 7) % 20) / 20)
          await page.waitForFunction(
            () => document.querySelector('[role="table"] [aria-busy="true"]') === null,
          )
        }
      },
    },
    {
      name: 'topToBottom',
      play: async (page) => {
        await scrollTo(page, 0)
        // A wheel held down: some 140 rows at each turn.
        const turns = Math.ceil((items * 42) / 6_000)
        for (let turn = 0; turn < turns; turn++) await page.mouse.wheel(0, 6_000)
        await page.waitForFunction(
          (last) => document.querySelector(`[data-index="${last}"]`)?.getAttribute('aria-busy') === null,
          items - 1,
        )
      },
    },
  ]
}

async function openGrid(page: Page, url: string): Promise<number> {
  const startedAt = performance.now()
  await page.goto(`${url}/items`)
  await page.locator('[data-index="0"] a').waitFor()
  const openMs = Math.round(performance.now() - startedAt)
  await page.waitForLoadState('load')
  await page.mouse.move(700, 500)
  return openMs
}

async function playScene(page: Page, scene: Scene): Promise<GridFrames> {
  const recording = await recordGrid(page)
  await scene.play(page)
  return recording.stop()
}

/** Types while the wheel still turns; from the last letter until the grid shows what was found. */
async function searchWhileScrolling(page: Page): Promise<Record<string, { ms: number; found: string }>> {
  const found: Record<string, { ms: number; found: string }> = {}
  for (const [kind, text] of [
    ['skuPrefix', 'COMPASS-0020'],
    ['nameFragment', 'kettle moss'],
  ] as const) {
    for (let turn = 0; turn < 20; turn++) await page.mouse.wheel(0, 1_200)
    await page.keyboard.press('/')
    const startedAt = performance.now()
    await Promise.all([page.keyboard.type(text), page.mouse.wheel(0, 1_200)])
    await page.waitForFunction((wanted) => {
      const rows = [...document.querySelectorAll('[role="table"] [data-index]')]
      return rows.length > 0 && rows.every((row) => row.textContent?.toLowerCase().includes(wanted))
    }, text.toLowerCase())
    found[kind] = {
      ms: Math.round(performance.now() - startedAt),
      found: (await page.getByRole('status').filter({ hasText: /item/ }).textContent()) ?? '',
    }
    // Clears, and leaves the field.
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.locator('[data-index="0"]').filter({ hasText: 'ANCHOR' }).waitFor()
  }
  return found
}

async function scrollTo(page: Page, share: number): Promise<void> {
  await page.getByRole('table').evaluate((grid, at) => {
    grid.scrollTop = grid.scrollHeight * at
  }, share)
}

/** How long the hub's answers took, as the browser saw them. */
function countAnswers(page: Page) {
  let taken: number[] = []
  page.on('requestfinished', (request: Request) => {
    if (/\/api\/v1\/items\?/.test(request.url())) taken.push(request.timing().responseEnd)
  })
  return {
    take: () => {
      const sorted = taken.toSorted((a, b) => a - b)
      taken = []
      const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
      return { pages: sorted.length, pageP50Ms: at(0.5), pageP95Ms: at(0.95), pageMaxMs: at(1) }
    },
  }
}
