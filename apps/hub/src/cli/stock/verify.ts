import { type StockProblem, type VerifyCounts, verifyStock } from '@plimsoll/stock'
import type { Command } from 'commander'
import { EXIT } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'

/** Kept for the last line of --json; every problem has a line of its own before it. */
const PROBLEMS_KEPT = 100

export function verifyCommand(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('verify'))
    .description('prove the ledger on its rows: a replay of all movements, checkpoints, guards, reservations')
    .action(async (options: CommonOptions) => {
      exit(
        await withHub(options, async ({ everyone }, output) => {
          const problems: StockProblem[] = []
          const counts = await verifyStock(everyone, (problem) => {
            if (problems.length < PROBLEMS_KEPT) problems.push(problem)
            process.stdout.write(`${output.json ? JSON.stringify(problem) : sayProblem(problem)}\n`)
          })
          const good = counts.problems === 0
          output.result({ good, ...counts, first: problems }, () => sayCounts(counts))
          return good ? EXIT.ok : EXIT.notGood
        }),
      )
    })
}

function sayProblem({ promise, subject, problem }: StockProblem): string {
  const about = Object.entries(subject).map(([name, value]) => `${name} ${value}`)
  return `BAD  ${promise}: ${about.join(', ')}: ${problem}`
}

function sayCounts(counts: VerifyCounts): string {
  const { problems, movements, balances, checkpoints, closedMonths, archivedMonths, reservations, guards } =
    counts
  const looked = `${movements} movements replayed; ${balances} balances, ${checkpoints} checkpoints of ${closedMonths} closed months, ${reservations} reservations and ${guards} guards looked at${archivedMonths === 0 ? '' : `; ${archivedMonths} months lie in files (plimsoll stock archive verify)`}.`
  return problems === 0 ? `The ledger is sound. ${looked}` : `${problems} problems. ${looked}`
}
