import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/** Chromium for tests and measurements; undefined, with the reason said, where none can start. */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser | undefined> {
  try {
    const executablePath = await sparticuz.executablePath()
    return await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', ...more],
    })
  } catch (error) {
    console.warn(`Chromium cannot start here: ${String(error).split('\n')[0]}`)
    return undefined
  }
}
