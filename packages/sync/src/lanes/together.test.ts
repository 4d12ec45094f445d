import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Together } from './together.ts'

const unlimited = { weigh: () => 1, weightMax: 100, groupsMax: 8 }

describe('what is asked for together', () => {
  it('goes as one where it is asked at one moment, and each is given its own', async () => {
    const groups: number[][] = []
    const together = new Together<number, number>(async (asked) => {
      groups.push([...asked])
      return asked.map((each) => each * 10)
    }, unlimited)
    // As lanes do that one wake-up reaches by ways of different length.
    const afterTurns = async (turns: number) => {
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      return await together.ask(turns)
    }
    expect(await Promise.all([3, 0, 7].map(afterTurns))).toEqual([30, 0, 70])
    expect(groups).toEqual([[0, 3, 7]])
  })

  it('asks for each by itself where all of it fails, so that what is wrong with one fails nobody else', async () => {
    const together = new Together<number, number>(async (asked) => {
      if (asked.includes(2)) throw new Error('two is wrong')
      return [...asked]
    }, unlimited)
    const answers = await Promise.allSettled([1, 2, 3].map((each) => together.ask(each)))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('asks for nothing twice where the database was away: it may have been done', async () => {
    let calls = 0
    const together = new Together<number, number>(async () => {
      calls += 1
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' })
    }, unlimited)
    const answers = await Promise.allSettled([1, 2, 3].map((each) => together.ask(each)))
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true)
    expect(calls).toBe(1)
  })

  it('answers everybody once, with their own, whatever fails, however heavy, however many groups at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ weight: fc.nat(12), waitsTurns: fc.nat(4), isWrong: fc.boolean(), after: fc.nat(3) }),
          { maxLength: 30 },
        ),
        fc.integer({ min: 1, max: 4 }),
        async (asks, groupsMax) => {
          let underWay = 0
          let most = 0
          const asked: number[] = []
          const weightMax = 10
          const together = new Together<(typeof asks)[number] & { nth: number }, number>(
            async (group) => {
              underWay += 1
              most = Math.max(most, underWay)
              const weight = group.reduce((sum, each) => sum + each.weight, 0)
              expect(group.length === 1 || weight <= weightMax).toBe(true)
              for (let turn = 0; turn < Math.max(...group.map((each) => each.waitsTurns)); turn += 1)
                await setImmediate()
              underWay -= 1
              const wrong = group.find(({ isWrong }) => isWrong)
              if (wrong !== undefined) throw new Error(`${wrong.nth}`)
              asked.push(...group.map(({ nth }) => nth))
              return group.map(({ nth }) => nth)
            },
            { weigh: ({ weight }) => weight, weightMax, groupsMax },
          )
          const answers = await Promise.allSettled(
            asks.map(async (each, nth) => {
              for (let turn = 0; turn < each.after; turn += 1) await setImmediate()
              return await together.ask({ ...each, nth })
            }),
          )
          answers.forEach((answer, nth) => {
            if (asks[nth]?.isWrong === true)
              expect(answer).toMatchObject({ status: 'rejected', reason: { message: `${nth}` } })
            else expect(answer).toEqual({ status: 'fulfilled', value: nth })
          })
          const right = asks.flatMap(({ isWrong }, nth) => (isWrong ? [] : [nth]))
          expect(asked.sort((a, b) => a - b)).toEqual(right)
          // What is taken apart is asked for side by side.
          if (asks.every(({ isWrong }) => !isWrong)) expect(most).toBeLessThanOrEqual(groupsMax)
        },
      ),
      { numRuns: 200 },
    )
  })
})
