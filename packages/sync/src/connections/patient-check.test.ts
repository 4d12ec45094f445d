import { type CheckResult, RateLimited, Unavailable } from '@plimsoll/connector-kit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkPatiently } from './patient-check.ts'

const FOUND: CheckResult = {
  account: 'Harbour',
  accountId: 'harbour',
  currency: undefined,
  timeZone: undefined,
  missingScopes: [],
  warnings: [],
}

test('a platform that asks to wait a little is asked again after that, and nobody waits longer than ten seconds', async () => {
  const waits = fc.array(fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }), {
    maxLength: 15,
  })
  await fc.assert(
    fc.asyncProperty(waits, async (told) => {
      const slept: number[] = []
      let asked = 0
      const checked = checkPatiently(
        { sleep: async (ms) => void slept.push(ms) },
        {
          check: async () => {
            const nth = asked
            asked += 1
            if (nth >= told.length) return FOUND
            throw new RateLimited('wait', told[nth])
          },
        },
      )
      const outcome = await checked.then(
        (found) => found.account,
        (error: unknown) => (error instanceof RateLimited ? 'told to wait' : String(error)),
      )
      expect(slept).toEqual(told.slice(0, slept.length).map((ms) => ms ?? 1_000))
      expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(10_000)
      expect(asked).toBeLessThanOrEqual(12)
      expect(outcome).toBe(slept.length === told.length ? 'Harbour' : 'told to wait')
      if (told.every((ms) => ms !== undefined && ms <= 1_000) && told.length <= 9)
        expect(outcome).toBe('Harbour')
    }),
  )
})

test('what fails otherwise is told at once', async () => {
  const failing = checkPatiently(
    { sleep: () => Promise.reject(new Error('nobody waits')) },
    { check: () => Promise.reject(new Unavailable('away', false)) },
  )
  await expect(failing).rejects.toMatchObject({ kind: 'unavailable' })
})
