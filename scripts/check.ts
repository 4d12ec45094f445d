/**
 * `npm test` and `npm run check`: every check, a line each, its whole output where it fails, and last of all
 * `N passed, N failed` over checks and tests. With `--without-tests` only the checks; other arguments go to vitest.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { countTests } from './vitest-report.ts'

const root = path.dirname(import.meta.dirname)

const withoutTests = process.argv.includes('--without-tests')
const vitestArguments = process.argv.slice(2).filter((argument) => argument !== '--without-tests')

const checks: Check[] = [
  {
    name: 'format and lint',
    run: () => tool('@biomejs/biome', 'biome', ['check', '--error-on-warnings', '.']),
  },
  { name: 'types', isLongest: true, run: () => tool('typescript', 'tsc', ['--noEmit']) },
  {
    name: 'types of the dashboard',
    when: () => existsSync(path.join(root, 'apps', 'dashboard', 'tsconfig.json')),
    run: () => tool('typescript', 'tsc', ['--noEmit', '-p', path.join('apps', 'dashboard')]),
  },
  {
    name: 'direction of imports',
    run: () =>
      tool('dependency-cruiser', 'depcruise', [
        '--config',
        '.dependency-cruiser.cjs',
        'packages',
        'apps',
        'scripts',
        'laboratory',
      ]),
  },
  {
    name: 'unused files, exports and dependencies',
    run: () => tool('knip', 'knip', ['--no-progress']),
  },
]

const totals: Counts = { passed: 0, failed: 0, skipped: 0 }

// The longest alone is as long as all the others one after the other: side by side they are done in half of the time.
const asked = checks.filter(({ when }) => when === undefined || when())
const [longest, others] = [
  asked.filter((check) => check.isLongest),
  asked.filter((check) => !check.isLongest),
]
await Promise.all([runInTurn(longest), runInTurn(others)])
if (!withoutTests) await runTests()

console.log(
  `${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`,
)
process.exitCode = totals.failed === 0 ? 0 : 1

async function runInTurn(some: readonly Check[]) {
  for (const check of some) await runCheck(check)
}

async function runCheck({ name, run }: Check) {
  const startedAt = performance.now()
  const { code, output } = await run()
  report(name, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }, startedAt, output)
}

async function runTests() {
  const startedAt = performance.now()
  const folder = mkdtempSync(path.join(tmpdir(), 'plimsoll-test-'))
  const file = path.join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const { code, output } = await tool('vitest', 'vitest', ['run', ...reporters, ...vitestArguments])
    const { skippedNames, ...counts } = countTests(
      existsSync(file) ? readFileSync(file, 'utf8') : undefined,
      code,
    )
    report('tests', counts, startedAt, output)
    for (const skipped of skippedNames) console.log(`      skipped: ${skipped}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function report(name: string, counts: Counts, startedAt: number, output: string): void {
  totals.passed += counts.passed
  totals.failed += counts.failed
  totals.skipped += counts.skipped
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  const outcome = counts.failed === 0 ? 'ok  ' : 'FAIL'
  const many = counts.passed + counts.failed > 1 ? ` (${counts.passed} passed, ${counts.failed} failed)` : ''
  console.log(`${outcome}  ${name}${many}, ${seconds} s`)
  if (counts.failed > 0) console.log(output.trimEnd())
}

/** Runs a tool of ours with the Node that runs this file; gives its exit code and all that it printed. */
function tool(packageName: string, binary: string, args: readonly string[]): Promise<Outcome> {
  const folder = path.join(root, 'node_modules', packageName)
  const { bin }: { bin: string | Record<string, string> } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  )
  const program = path.join(folder, typeof bin === 'string' ? bin : (bin[binary] ?? ''))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        output += text
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        child.kill(signal)
        process.exitCode = 1
      })
    }
  })
}

type Check = { name: string; isLongest?: boolean; when?: () => boolean; run: () => Promise<Outcome> }

type Outcome = { code: number | null; output: string }

type Counts = { passed: number; failed: number; skipped: number }
