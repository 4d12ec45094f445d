/**
 * `npm run lab -- [--seeds N] [--from K] [--twice] [--mutants] [--json]`: runs seeds and tells which fail.
 * `npm run lab -- --seed K [--story] [--details] [--shrink]`: replays one. Its result is the last line on stdout as
 * one JSON object where `--json` is given; what it says meanwhile goes to stderr.
 * `npm run lab -- oversell …`: the oversell laboratory (`oversell/README.md`).
 * `npm run lab -- week …`: a week of orders through two warehouses (`week/README.md`).
 */
import { parseArgs } from 'node:util'
import { runOversell } from './oversell/main.ts'
import { runMutants } from './running/run-mutants.ts'
import { isFailure, runSeeds, type SeedOutcome } from './running/run-seeds.ts'
import { shrink } from './running/shrink.ts'
import { storyOf } from './running/story.ts'
import { runWeek } from './week/main.ts'
import { startLabServer } from './world/server.ts'

const SHRINKING_RUNS_MAX = 120

const [laboratory, ...others] = process.argv.slice(2)
const OTHERS: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  oversell: runOversell,
  week: runWeek,
}
const other = OTHERS[laboratory ?? '']

const HELP = `npm run lab -- [--seeds N] [--from K]     plays N seeds (25) from K (1); a failing one is made smaller and told
            [--twice]                 each twice, comparing a hash of all calls, statements and results
            [--mutants]               and then every mutant, which must be caught by one of those seeds
            [--mutant NAME]           only this one (may be given several times)
            [--connections N]         of a brand with N platforms (1 to 3 as the seed has it)
            [--days N]                N days (1), each with a storm of its own, and nights in which the hub sleeps
            [--json]                  the last line is one JSON object
npm run lab -- --seed K [--story]     replays one and tells it; --details tells more, --shrink makes it smaller
npm run lab -- oversell [--json]      strategies compared on real order history (laboratory/oversell/README.md)
npm run lab -- week [--json]          a week of real orders through two warehouses (laboratory/week/README.md)`

const { values: asked } = parseArgs({
  args: other === undefined ? process.argv.slice(2) : [],
  options: {
    seeds: { type: 'string', default: '25' },
    from: { type: 'string', default: '1' },
    first: { type: 'string' },
    connections: { type: 'string' },
    days: { type: 'string', default: '1' },
    seed: { type: 'string' },
    twice: { type: 'boolean', default: false },
    story: { type: 'boolean', default: false },
    details: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
    'until-failure': { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    mutant: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (asked.help) process.stdout.write(`${HELP}\n`)
else process.exitCode = other === undefined ? await main() : await other(others)

async function main(): Promise<number> {
  const startedAt = performance.now()
  const say = (text: string) => void process.stderr.write(`${text}\n`)
  const isOne = asked.seed !== undefined
  const from = wholeNumber(asked.seed ?? asked.from)
  const count = isOne ? 1 : wholeNumber(asked.seeds)
  const server = await startLabServer()
  try {
    const tell = (outcome: SeedOutcome) => {
      if (!asked.json || isFailure(outcome)) say(lineOf(outcome))
    }
    const likeliest = asked.first === undefined ? undefined : wholeNumber(asked.first)
    const options = {
      from,
      count,
      first: likeliest,
      twice: asked.twice,
      size: {
        connections: asked.connections === undefined ? undefined : wholeNumber(asked.connections),
        days: Math.max(1, wholeNumber(asked.days)),
      },
      untilFailure: asked['until-failure'],
    }
    const outcomes = await runSeeds(server, options, tell)
    const failed = outcomes.filter(isFailure)
    const [first] = failed
    if (
      first?.result.violation !== undefined &&
      (asked.shrink || (!asked.json && !asked.story && !asked['until-failure']))
    ) {
      say(`\nSeed ${first.seed} fails; making it smaller.`)
      const smallest = await shrink(first.result, server, { runsMax: SHRINKING_RUNS_MAX, tell: say })
      say(`\n${storyOf(smallest, asked)}\n\nReplay: npm run lab -- --seed ${first.seed} --story`)
    } else if (asked.story) {
      for (const { result } of outcomes) say(`\n${storyOf(result, asked)}`)
    }
    const mutants =
      asked.mutants || asked.mutant !== undefined
        ? await runMutants({ from, count, named: asked.mutant, say })
        : { total: 0, caught: 0, survivors: [] }
    const summary = {
      seeds: outcomes.length,
      failed: failed.map(({ seed }) => seed),
      mutants,
      simulatedHours: rounded(outcomes.reduce((sum, { result }) => sum + result.simulatedMs, 0) / 3_600_000),
      wallSeconds: rounded((performance.now() - startedAt) / 1_000),
    }
    if (asked.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
    else
      say(
        `\n${summary.seeds} seeds, ${summary.failed.length} failed; ${mutants.caught} of ${mutants.total} mutants caught; ${summary.simulatedHours} simulated hours in ${summary.wallSeconds} s`,
      )
    return failed.length > 0 || mutants.survivors.length > 0 ? 1 : 0
  } finally {
    await server.stop()
  }
}

function lineOf({ seed, result, difference }: SeedOutcome): string {
  const { violation, steps, statements, calls, simulatedMs } = result
  const size = `${(simulatedMs / 1_000).toFixed(0)} s, ${steps} steps, ${statements} statements, ${calls} calls`
  if (difference !== undefined) return `seed ${seed} went two ways at ${difference}`
  return violation === undefined
    ? `seed ${seed} held (${size})`
    : `seed ${seed} FAILED (${size})\n  ${violation.invariant}: ${violation.text}`
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${text} is not a whole number.`)
  return value
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
