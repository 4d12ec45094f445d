import { expect, test } from 'vitest'
import { expectSoundRecipient } from '../conformance/soundness.ts'
import { createAddressBook, sampleRecipients } from './addresses.ts'
import { seededRandom } from './seeded-random.ts'

const drawn = (seed: number) => {
  const next = createAddressBook(seededRandom(seed))
  return Array.from({ length: 200 }, () => next())
}

test('a seed replays whom orders go to, and another seed draws others', () => {
  expect(drawn(7)).toEqual(drawn(7))
  expect(drawn(8)).not.toEqual(drawn(7))
})

test('in time everybody is drawn; changing one that was drawn changes no other', () => {
  const people = drawn(7)
  expect(new Set(people.map(({ name }) => name)).size).toBe(sampleRecipients.length)
  people[0]?.addressLines.push('changed')
  expect(drawn(7)[0]?.addressLines).not.toContain('changed')
})

test('they are like real ones: several countries, some without regions or postal codes, some not in Latin letters', () => {
  for (const recipient of sampleRecipients) expectSoundRecipient(recipient)
  expect(new Set(sampleRecipients.map(({ country }) => country)).size).toBe(sampleRecipients.length)
  expect(sampleRecipients.some(({ region }) => region === undefined)).toBe(true)
  expect(sampleRecipients.some(({ postalCode }) => postalCode === undefined)).toBe(true)
  expect(sampleRecipients.some(({ name }) => /\p{Script=Han}/u.test(name))).toBe(true)
})
