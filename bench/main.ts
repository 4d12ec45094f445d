/**
 * `npm run bench -- NAME [--quick] [--json]` (`converge` also takes `--platforms`): runs one benchmark. Its result is one JSON object on the last line;
 * what it says meanwhile goes to stderr.
 */
import { readdir } from 'node:fs/promises'

export type BenchOptions = {
  /** A short run that shows that the benchmark works; its figures are no measurement. */
  quick: boolean
  /** `converge`: on every simulated platform, not on a plain one. */
  platforms: boolean
  say(line: string): void
}
/** What each file of this folder exports as `bench`. */
export type Bench = (options: BenchOptions) => Promise<Record<string, unknown>>

const ourselves = 'main.ts'

async function main([name, ...rest]: string[]): Promise<number> {
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.ts'))
  const names = files.filter((file) => file !== ourselves && !file.endsWith('.test.ts')).map(withoutEnding)
  if (name === undefined || !names.includes(name)) {
    process.stderr.write(`Say which benchmark to run: ${names.join(', ')}.\n`)
    return 2
  }
  const known = name === 'converge' ? ['--quick', '--json', '--platforms'] : ['--quick', '--json']
  const unknown = rest.find((option) => !known.includes(option))
  if (unknown !== undefined) {
    process.stderr.write(`There is no option ${unknown}; there are ${known.join(', ')}.\n`)
    return 2
  }
  const { bench } = (await import(`./${name}.ts`)) as { bench: Bench }
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const result = await bench({
    quick: rest.includes('--quick'),
    platforms: rest.includes('--platforms'),
    say,
  })
  process.stdout.write(`${JSON.stringify({ bench: name, quick: rest.includes('--quick'), ...result })}\n`)
  return 0
}
const withoutEnding = (file: string) => file.replace(/\.ts$/, '')

process.exitCode = await main(process.argv.slice(2))
