import { conformanceCases } from '@plimsoll/connector-kit/conformance-suite'
import { describe, expect, test } from 'vitest'
import { conformance } from './conformance.ts'

const TIMEOUT_MS = 120_000

/**
 * What a warehouse that is heard of by its files cannot owe: it is asked nothing at the moment of reading, so no answer can
 * refuse, break or be forged, and what it refuses it says in a file later.
 */
const NOT_OWED = [
  // Reading is reading what was kept: no call is made that could be refused.
  'access: revoked credentials are Unauthorized in every operation',
  // A file is taken or not; what is wrong with a SKU or an address comes back as a state, later.
  'request: an unknown SKU is Invalid and named; nothing is made of it',
  'request: a bad address is Invalid and named, and says nothing of who lives there',
  'inbound: an unknown SKU is Invalid and named',
  // Its row is parked; what other rows say of the shipment stands.
  'shipment: a state that was never documented is an unreadable row, not a guess',
  // A definition names no codes of its own for this.
  'failures: throttled in the platform’s own words is RateLimited',
]
/** The faults of the suite are those of HTTP; what befalls SFTP is tried in `files-by-folder.test.ts`. */
const OF_HTTP = [
  ...['I3: request: an answer that was lost is made sure of, and it ships once'],
  ...['I3: cancel: an answer that was lost is asked for again'],
  ...['I3: inbound: announced twice, and after a lost answer, it is one delivery'],
]

for (const [name, { connector, start }] of Object.entries(conformance)) {
  const isByFile = name.includes('SFTP')
  const isOwed = (title: string) =>
    !NOT_OWED.includes(title) && !(isByFile && (OF_HTTP.includes(title) || title.startsWith('failures: ')))

  describe(`conformance: ${name}`, () => {
    const cases = conformanceCases(connector)

    test('what is not owed is named as the suite names it', () => {
      const titles = cases.map(({ title }) => title)
      expect(titles).toEqual(expect.arrayContaining([...NOT_OWED, ...OF_HTTP]))
    })

    for (const { title, story } of cases.filter((each) => isOwed(each.title)))
      test(title, { timeout: TIMEOUT_MS }, async () => {
        const world = await start()
        try {
          await story(world)
        } finally {
          await world.close()
        }
      })
  })
}
