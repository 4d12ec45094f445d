import fc from 'fast-check'

/**
 * How a property test runs: seed and run count from `PLIMSOLL_SEED` and `PLIMSOLL_RUNS`, and a failure that
 * prints the line that replays it. Hand it to `fc.assert` as its last argument.
 * @param runs run count where the environment says none; fewer for properties that work on a database
 */
export function fromEnvironment<Arguments>(runs = 100): fc.Parameters<Arguments> {
  const seed = wholeNumber('PLIMSOLL_SEED')
  return {
    numRuns: wholeNumber('PLIMSOLL_RUNS') ?? runs,
    ...(seed === undefined ? {} : { seed }),
    reporter: (run) => {
      if (!run.failed) return
      const replay = `Replay with: PLIMSOLL_SEED=${run.seed} PLIMSOLL_RUNS=${run.numRuns} npm test -- -t '<name of this test>'`
      throw new Error(`${fc.defaultReportMessage(run)}\n\n${replay}`, { cause: run.errorInstance })
    },
  }
}

function wholeNumber(name: string): number | undefined {
  const text = process.env[name]
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`${name} must be a whole number and is "${text}".`)
  return value
}
