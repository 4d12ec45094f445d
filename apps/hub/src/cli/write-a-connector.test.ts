import { readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makeTemporaryFolder } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { lastJson, runCli } from '../testing/run-cli.ts'

// Each command is a process of its own, and the whole suite takes a while.
vi.setConfig({ testTimeout: 180_000 })

/** docs/guides/write-a-connector.md, followed to the letter: its commands, its edits, and what it says will happen. */
const guide = readFileSync(new URL('../../../../docs/guides/write-a-connector.md', import.meta.url), 'utf8')

type Step =
  | { kind: 'run'; command: string }
  | { kind: 'replace'; file: string; from: string; to: string }
  | { kind: 'write'; file: string; text: string }

const steps = stepsOf(guide)
let outside: string
beforeAll(async () => {
  outside = await makeTemporaryFolder()
})
afterAll(() => rm(outside, { recursive: true, force: true }))

test('every code block of the guide is a step', () => {
  const blocks = guide.match(/^```(ts|console)$/gm) ?? []
  const used = steps.reduce((sum, { kind }) => sum + (kind === 'replace' ? 2 : 1), 0)
  const commands = steps.filter(({ kind }) => kind === 'run').length
  const consoles = blocks.filter((block) => block === '```console').length
  expect(used - commands + consoles).toBe(blocks.length)
  expect(steps.length).toBeGreaterThan(15)
})

test('followed from the empty folder, it ends with a connector that conforms', async () => {
  const failing: string[][] = []
  for (const step of steps) {
    if (step.kind === 'run') failing.push(await follow(step.command))
    else await edit(step)
  }
  // What the guide says of each run, in its order: made, green, 401, the number's fall, green, listed, simulated.
  expect(failing).toEqual([
    [],
    [],
    expect.arrayContaining(['access: check() names the account and misses no right']),
    expect.arrayContaining([
      'subtracted: just placed: the order says what the platform has subtracted',
      'write at a stage: just placed, then fulfilled: promise + not yet subtracted ends at the promise',
    ]),
    [],
    [],
    [],
  ])
  const aboutTheFall = failing[3]?.filter((title) => !/^(subtracted|write at a stage): /.test(title))
  expect(aboutTheFall, 'fails for no other reason').toEqual([])
})

/** @returns titles of the cases that failed */
async function follow(command: string): Promise<string[]> {
  const words = command.split(' ')
  const environment = words[0]?.startsWith('PLIMSOLL_CONNECTORS=') ? { PLIMSOLL_CONNECTORS: outside } : {}
  const args = words
    .slice(words.indexOf('plimsoll') + 1)
    .map((word) => word.replace('../connectors', outside))
  // Runs until it is stopped; another test does that.
  if (args[0] === 'simulate') return []
  const ended = await runCli([...args, '--json'], { environment })
  expect({ command, stderr: ended.stderr }).toEqual({ command, stderr: '' })
  const { runs = [] } = lastJson(ended) as { runs?: { results: { title: string; outcome: string }[] }[] }
  return runs.flatMap(({ results }) =>
    results.filter(({ outcome }) => outcome === 'failed').map(({ title }) => title),
  )
}

async function edit(step: Exclude<Step, { kind: 'run' }>): Promise<void> {
  const file = path.join(outside, 'tidepool', step.file)
  const before = await readFile(file, 'utf8')
  if (step.kind === 'write') {
    await writeFile(file, step.text)
    return
  }
  await writeFile(file, replaceLines(before, step))
}

/** As a person does it: the lines are found whatever their indentation, and what replaces them is indented alike. */
function replaceLines(text: string, { file, from, to }: Extract<Step, { kind: 'replace' }>): string {
  const lines = text.split('\n')
  const wanted = from.trimEnd().split('\n')
  const places = lines.flatMap((_, at) =>
    wanted.every((line, offset) => lines[at + offset]?.trim() === line.trim()) ? [at] : [],
  )
  expect(places, `${file} has this once: ${from}`).toHaveLength(1)
  const [at = 0] = places
  const indentOf = (line = '') => line.length - line.trimStart().length
  const shift = indentOf(lines[at]) - indentOf(wanted[0])
  const indented = to
    .trimEnd()
    .split('\n')
    .map((line) =>
      line === '' ? '' : `${' '.repeat(Math.max(0, indentOf(line) + shift))}${line.trimStart()}`,
    )
  return lines.toSpliced(at, wanted.length, ...indented).join('\n')
}

function stepsOf(text: string): Step[] {
  const block = '\\n\\n```ts\\n([\\s\\S]*?)```'
  const pattern = new RegExp(
    [
      `[Ii]n \`([^\`]+)\`, replace${block}\\n\\nwith${block}`,
      `Write \`([^\`]+)\` anew:${block}`,
      '```console\\n([\\s\\S]*?)```',
    ].join('|'),
    'g',
  )
  return [...text.matchAll(pattern)].flatMap((found): Step[] => {
    const [, file = '', from = '', to = '', whole = '', content = '', commands = ''] = found
    if (file !== '') return [{ kind: 'replace', file, from, to }]
    if (whole !== '') return [{ kind: 'write', file: whole, text: content }]
    return commands
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .map((line) => ({ kind: 'run', command: line.slice(2) }))
  })
}
