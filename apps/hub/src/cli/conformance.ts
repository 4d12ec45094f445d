import type { CaseResult, ConformanceSetups } from '@plimsoll/connector-kit/conformance-suite'
import { loadConformance } from '@plimsoll/connectors'
import type { Command } from 'commander'
import { connectorPlaces } from './connector-places.ts'
import { CommandProblem, createOutput, EXIT, type Output } from './output.ts'

type ConformanceOptions = { case?: string; verbose?: boolean; json?: boolean }
type Run = { name: string; results: CaseResult[] }

/** `plimsoll conformance`: opens no database; a connector's simulators are started and stopped in this process. */
export function conformanceCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('conformance')
    .description('try a connector against its simulator with the whole conformance suite')
    .argument('<connector>', 'shopify, woocommerce, …, or the folder of one, such as ./lantern')
    .option('--case <text>', 'only cases whose title contains this')
    .option('--verbose', 'say where in the code each failed case stopped')
    .option('--json', 'print one JSON object on the last line, and nothing for people')
    .action(async (nameOrFolder: string, options: ConformanceOptions) => {
      const output = createOutput(options)
      const { id, setups } = await loadConformance(nameOrFolder, connectorPlaces())
      const runs = await runAll(setups, options, output)
      const all = runs.flatMap(({ results }) => results)
      if (all.length === 0) throw new CommandProblem(`No case has "${options.case}" in its title.`)
      const count = (outcome: CaseResult['outcome']) => all.filter((each) => each.outcome === outcome).length
      const counts = { ok: count('ok'), failed: count('failed'), notClaimed: count('not-claimed') }
      output.result({ connector: id, ...counts, runs }, sayCounts)
      exit(counts.failed === 0 ? EXIT.ok : EXIT.notGood)
    })
}

async function runAll(
  setups: ConformanceSetups,
  { case: wanted, verbose = false }: ConformanceOptions,
  output: Output,
): Promise<Run[]> {
  // The suite is large, and no other command needs it.
  const { runConformance } = await import('@plimsoll/connector-kit/conformance-suite')
  const runs: Run[] = []
  for (const [name, setup] of Object.entries(setups)) {
    output.say(name)
    const results = await runConformance(setup, {
      isWanted: (title) => wanted === undefined || title.toLowerCase().includes(wanted.toLowerCase()),
      onResult: (result) => output.say(sayResult(result, verbose)),
    })
    runs.push({ name, results })
  }
  return runs
}

function sayResult(result: CaseResult, verbose: boolean): string {
  switch (result.outcome) {
    case 'ok':
      return `  ok           ${result.title} (${result.durationMs} ms)`
    case 'failed':
      return [
        `  FAILED       ${result.title} (${result.durationMs} ms)`,
        ...indent(verbose ? result.where : result.why),
      ].join('\n')
    case 'not-claimed':
      return `  not claimed  ${result.title}: ${result.why}`
  }
}

function indent(text: string): string[] {
  return text.split('\n').map((line) => `               ${line}`)
}

function sayCounts({ ok, failed, notClaimed }: { ok: number; failed: number; notClaimed: number }): string {
  return `${ok} ok, ${failed} failed, ${notClaimed} not claimed.`
}
