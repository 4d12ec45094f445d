import { expect, test } from 'vitest'
import { seededRandom } from './seeded-random.ts'

test('a seed replays, another differs, and numbers spread over 0 to 1', () => {
  const draw = (seed: number) => {
    const random = seededRandom(seed)
    return Array.from({ length: 10_000 }, random)
  }
  const numbers = draw(1)
  expect(draw(1)).toEqual(numbers)
  expect(draw(2)).not.toEqual(numbers)
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const count = numbers.filter((number) => Math.floor(number * 10) === tenth).length
    expect(count).toBeGreaterThan(850)
    expect(count).toBeLessThan(1_150)
  }
})
