/**
 * `npm run bench -- NAME [--quick] [--json]` (`converge` also takes `--platforms`, and with it `--only shopify,ebay` and `--listings 500`): runs one benchmark. Its result is one JSON object on the last line;
 * what it says meanwhile goes to stderr.
 */
import { readdir } from 'node:fs/promises'

export type BenchOptions = {
  /** A short run that shows that the benchmark works; its figures are no measurement. */
  quick: boolean
  /** `converge`: on every simulated platform, not on a plain one. */
  platforms: boolean
  /** `converge --platforms`: only on these. */
  only: readonly string[] | undefined
  /** `converge --platforms`: as many listings. */
  listings: number | undefined
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
  const valued = name === 'converge' ? ['--only', '--listings'] : []
  const known = ['--quick', '--json', ...(name === 'converge' ? ['--platforms'] : []), ...valued]
  const values = new Map<string, string>()
  for (let nth = 0; nth < rest.length; nth += 1) {
    const option = rest[nth] ?? ''
    if (!known.includes(option)) {
      process.stderr.write(`There is no option ${option}; there are ${known.join(', ')}.\n`)
      return 2
    }
    if (!valued.includes(option)) continue
    nth += 1
    const value = rest[nth]
    if (value === undefined || (option === '--listings' && !/^[1-9]\d{0,6}$/.test(value))) {
      process.stderr.write(
        `${option} needs a value, such as ${option === '--only' ? 'shopify,ebay' : '500'}.\n`,
      )
      return 2
    }
    values.set(option, value)
  }
  const { bench } = (await import(`./${name}.ts`)) as { bench: Bench }
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const result = await bench({
    quick: rest.includes('--quick'),
    platforms: rest.includes('--platforms'),
    only: values.get('--only')?.split(','),
    listings: values.has('--listings') ? Number(values.get('--listings')) : undefined,
    say,
  })
  process.stdout.write(`${JSON.stringify({ bench: name, quick: rest.includes('--quick'), ...result })}\n`)
  return 0
}
const withoutEnding = (file: string) => file.replace(/\.ts$/, '')

process.exitCode = await main(process.argv.slice(2))
