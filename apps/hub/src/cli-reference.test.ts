import { readFileSync } from 'node:fs'
import { Command, type Option } from 'commander'
import { expect, test } from 'vitest'
import { EXIT } from './cli/output.ts'
import { createProgram } from './cli/program.ts'
import { addLedgerOptions } from './cli/stock/ledger-command.ts'
import { addCommonOptions } from './cli/with-hub.ts'

const reference = readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8')
const sections = new Map(
  reference
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] ?? '', section] as const),
)
const commands = listCommands(
  createProgram(() => undefined),
  ['plimsoll'],
)
const commonRows = addCommonOptions(new Command()).options.map(rowOf)
/** Options that many commands take: said once, and named where a command takes them all. */
const shared: [heading: string, rows: string[][]][] = [
  ['Common options', commonRows],
  [
    'Stock options',
    addLedgerOptions(new Command())
      .options.map(rowOf)
      .filter((row) => !commonRows.some((common) => isSame(row, common))),
  ],
]

test('the reference has a section for each command, in the order of the program, and no other', () => {
  expect([...sections.keys()]).toEqual([
    'Exit codes',
    ...shared.map(([heading]) => heading),
    ...commands.map(([heading]) => heading),
  ])
})

test('the exit codes are those of the program', () => {
  const codes = tableOf('Exit codes').map(([code = '', name = '']) => [
    name.replaceAll('`', ''),
    Number(code),
  ])
  expect(Object.fromEntries(codes)).toEqual(EXIT)
})

test.each(shared)('the %s are those that the program adds', (heading, rows) => {
  expect(tableOf(heading)).toEqual(rows)
})

test.each(commands)('%s is described as the program describes it', (heading, command) => {
  const section = sections.get(heading) ?? ''
  const description = command.description()
  expect(section).toContain(`${description[0]?.toUpperCase()}${description.slice(1)}.`)
  const options = command.options.filter((option) => !option.hidden).map(rowOf)
  const taken = shared.filter(([, rows]) =>
    rows.every((row) => options.some((option) => isSame(option, row))),
  )
  expect(shared.filter(([name]) => section.includes(linkTo(name)))).toEqual(taken)
  const own = options.filter((option) => !taken.some(([, rows]) => rows.some((row) => isSame(option, row))))
  const args = command.registeredArguments.map((each) => [`\`<${each.name()}>\``, each.description])
  expect(tableOf(heading)).toEqual([...args, ...own])
})

test.each(commands)('%s has an example', (heading) => {
  expect(sections.get(heading)).toMatch(/```console\n\$ plimsoll /)
})

/** Each command that does something, with its heading: `plimsoll import items FILE`. */
function listCommands(command: Command, above: string[]): [string, Command][] {
  return command.commands.flatMap((each): [string, Command][] => {
    const path = [...above, each.name()]
    if (each.commands.length > 0) return listCommands(each, path)
    return [[[...path, ...each.registeredArguments.map((one) => one.name().toUpperCase())].join(' '), each]]
  })
}

/** `[common options](#common-options)` */
function linkTo(heading: string): string {
  return `[${heading.toLowerCase()}](#${heading.toLowerCase().replace(' ', '-')})`
}

function rowOf(option: Option): string[] {
  const usual = typeof option.defaultValue === 'number' ? ` (default: ${option.defaultValue})` : ''
  return [`\`${option.flags}\``, `${option.description}${usual}`]
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.join() === other.join()
}

/** The cells of the table in a section, without its head. */
function tableOf(heading: string): string[][] {
  return (sections.get(heading) ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter(([first = '']) => !['option', 'code'].includes(first) && !first.startsWith('---'))
}
