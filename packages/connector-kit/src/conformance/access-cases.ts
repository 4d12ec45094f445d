import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'

/** Who we are, what we may, and where the platform keeps stock. */
export function accessCases(): ConformanceCase[] {
  return [
    {
      title: 'access: check() names the account and misses no right',
      async story({ operations }) {
        const found = await operations.check()
        expect(found.account).not.toBe('')
        expect(found.missingScopes).toEqual([])
      },
    },
    {
      title: 'access: check() with wrong credentials is Unauthorized',
      async story({ open }) {
        await refusalOf(open('wrong').check(), 'unauthorized')
      },
    },
    {
      title: 'access: revoked credentials are Unauthorized in every operation',
      async story({ operations, simulator, write, addProducts }) {
        const [level] = await addProducts(1)
        if (level === undefined) throw new Error('the simulator added no level')
        await operations.check() // whatever is cached now must not outlive the revocation
        simulator.faults.set({ revoked: true })
        await refusalOf(operations.check(), 'unauthorized')
        await refusalOf(operations.listings(undefined), 'unauthorized')
        await refusalOf(operations.levels([level]), 'unauthorized')
        await refusalOf(operations.setLevels([write(level, 3)]), 'unauthorized')
        await refusalOf(operations.orders({ since: new Date(0), cursor: undefined }), 'unauthorized')
        expect(simulator.faults.counts().revoked, 'the simulator refused them').toBeGreaterThan(0)
      },
    },
    {
      title: 'access: every level lies at a location that locations() names',
      async story({ operations, addProducts }) {
        const levels = await addProducts(3)
        const locations = await operations.locations()
        expect(locations.some((location) => location.active)).toBe(true)
        const known = locations.map((location) => location.externalId)
        for (const level of levels) expect(known).toContain(level.locationId)
      },
    },
    {
      title: 'access: a call whose signal has aborted never leaves',
      async story({ operations, simulator }) {
        const signal = AbortSignal.abort(new Error('the lane stops'))
        const error = await refusalOf(operations.listings(undefined, { signal }), 'unavailable')
        expect(error).toMatchObject({ sent: false })
        expect(simulator.faults.counts().error).toBe(0)
      },
    },
    {
      title: 'budgets: a burst of calls is never throttled',
      async story({ operations, addProducts, calls }) {
        const [level] = await addProducts(1)
        if (level === undefined) throw new Error('the simulator added no level')
        await Promise.all(Array.from({ length: 40 }, () => operations.levels([level])))
        expect(calls.length).toBeGreaterThanOrEqual(40)
        expect(calls.filter(({ outcome }) => 'status' in outcome && outcome.status === 429)).toEqual([])
      },
    },
  ]
}
