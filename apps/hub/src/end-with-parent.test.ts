import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

test('a simulator ends when whoever started it is killed', async () => {
  const starter = `
    import { startChild } from ${JSON.stringify(new URL('./demo/children.ts', import.meta.url).href)}
    const options = { environment: process.env, onLog: () => undefined }
    const child = await startChild('shop', ['simulate', 'woocommerce', '--products', '0', '--json'], options)
    console.log(child.process.pid)
    setInterval(() => undefined, 1_000)`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', starter], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface({ input: parent.stdout }), 'line')
  const childId = Number(line)
  expect(process.kill(childId, 0)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => isRunning(childId), { timeout: 10_000 }).toBe(false)
}, 60_000)

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch {
    // ESRCH: there is none.
    return false
  }
}
