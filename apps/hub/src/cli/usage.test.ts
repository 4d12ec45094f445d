import { type Command, CommanderError } from 'commander'
import { expect, test, vi } from 'vitest'
import { COMMAND_NAMES } from '../testing/command-names.ts'
import { lastJson, runCli } from '../testing/run-cli.ts'
import { createProgram } from './program.ts'

// Each command is a process of its own: a second and more where the machine is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** `serve`, `import items`, …: every command that does something. */
function commandPaths(command: Command = createProgram(() => undefined), above: string[] = []): string[][] {
  return command.commands.flatMap((each) => {
    const path = [...above, each.name()]
    return each.commands.length === 0 ? [path] : commandPaths(each, path)
  })
}

const paths = commandPaths()

test('the commands are those that the design names for now', () => {
  expect(paths.map((path) => path.join(' '))).toEqual(COMMAND_NAMES)
})

test.each(paths.map((path) => [path.join(' '), path] as const))(
  'plimsoll %s says what it does, its options and its exit codes',
  async (name, path) => {
    const { code, said } = await parse([...path, '--help'])
    expect(code).toBe(0)
    expect(said).toContain(`Usage: plimsoll ${name}`)
    expect(said).toContain('--json')
    expect(said).toContain('Exit codes: 0 done; 1 failed; 2 wrong input')
  },
)

const wrong: [said: string, args: string[]][] = [
  ["unknown command 'sync'", ['sync']],
  ["unknown option '--fast'", ['serve', '--fast']],
  ["missing required argument 'sku'", ['explain']],
  ["missing required argument 'connector'", ['connect']],
  ["missing required argument 'code'", ['item', 'lookup']],
  [
    "option '--unit <code=factor>' argument 'case=x' is invalid. Give it as case=12, or case=12:down",
    ['item', 'change', 'MUG', '--unit', 'case=x'],
  ],
  [
    "option '--custom <key=value>' argument 'x' is invalid. Give a name and a value with an equals sign",
    ['item', 'change', 'MUG', '--custom', 'x'],
  ],
  [
    "option '--tracking <tracking>' argument 'batch' is invalid. Allowed choices are plain, lot, serial.",
    ['item', 'create', 'MUG', '--tracking', 'batch'],
  ],
  ["missing required argument 'connector'", ['simulate']],
  ["missing required argument 'connector'", ['conformance']],
  ["missing required argument 'id'", ['connector', 'new']],
  ["missing required argument 'file'", ['import', 'items']],
  ['too many arguments', ['doctor', 'please']],
  ["missing required argument 'sku'", ['stock', 'show']],
  ["missing required argument 'reservation'", ['stock', 'release']],
  ["required option '--location <code>' not specified", ['stock', 'move-reservation', '7', '1']],
  [
    "argument 'broken' is invalid. Allowed choices are sellable, damaged, inspection.",
    ['stock', 'return', '7', '1', '--condition', 'broken'],
  ],
  ['too many arguments', ['stock', 'receive', 'MUG', '1', 'MAIN', 'now']],
  [
    "option '--quantity <number>' argument '1e3' is invalid. Give a whole number.",
    ['stock', 'receive', 'MUG', '--quantity', '1e3'],
  ],
  [
    "option '--effective-at <instant>' argument '2026-03-01T10:00:00' is invalid. Write it as 2026-11-25T10:00:00Z",
    ['stock', 'count', 'MUG', '1', '--effective-at', '2026-03-01T10:00:00'],
  ],
  [
    "option '--key <key>' argument '' is invalid. Give a text of 1 to 200 characters.",
    ['stock', 'receive', 'MUG', '1', '--key', ''],
  ],
  [
    "option '--port <number>' argument '70000' is invalid. Give a whole number from 0 to 65535.",
    ['serve', '--port', '70000'],
  ],
  ["option '--port <number>' argument '-1' is invalid", ['serve', '--port', '-1']],
  ["option '--port <number>' argument '' is invalid", ['serve', '--port', '']],
  ["option '--port <number>' argument '1e3' is invalid", ['simulate', 'shopify', '--port', '1e3']],
  ["option '--port <number>' argument 'x' is invalid", ['demo', '--port', 'x']],
  [
    "option '--seconds <number>' argument '0' is invalid. Give a whole number from 1 to 2000000.",
    ['demo', '--seconds', '0'],
  ],
  [
    "option '--rate <number>' argument 'fast' is invalid. Give a number from 0.01 to 1000.",
    ['demo', '--rate', 'fast'],
  ],
  ["option '--rate <number>' argument '0' is invalid", ['demo', '--rate', '0']],
  [
    "option '--seed <number>' argument '1.5' is invalid. Give a whole number from 0 to 4294967295.",
    ['demo', '--seed', '1.5'],
  ],
  [
    "option '--products <number>' argument '10001' is invalid",
    ['simulate', 'shopify', '--products', '10001'],
  ],
  [
    "option '--option <name=json>' argument 'bucket' is invalid. Write it as name=json.",
    ['simulate', 'shopify', '--option', 'bucket'],
  ],
  [
    "option '--orders-poll-ms <number>' argument '10' is invalid. Give a whole number from 500 to 3600000.",
    ['connect', 'shopify', '--orders-poll-ms', '10'],
  ],
  ["option '--port <number>' argument 'x' is invalid", ['connect', 'shopify', '--port', 'x']],
  ["missing required argument 'connection'", ['connection', 'authorize']],
  ['too many arguments', ['connectors', 'shopify', 'woocommerce']],
  [
    "option '--set <key=value>' argument 'shop' is invalid. Write it as key=value.",
    ['connect', 'shopify', '--set', 'shop'],
  ],
]

test.each(wrong)('wrong usage is refused before anything is opened: %s', async (what, args) => {
  const { code, said } = await parse(args)
  expect(code).not.toBe(0)
  expect(said).toContain(what)
})

/** Lets the program read arguments that end before any command runs. */
async function parse(args: readonly string[]): Promise<{ code: number; said: string }> {
  let said = ''
  const write = (text: string) => {
    said += text
  }
  const program = createProgram(() => undefined)
  const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)]
  for (const command of everyCommand(program)) command.configureOutput({ writeOut: write, writeErr: write })
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { code: error.exitCode, said }
  }
  throw new Error(`plimsoll ${args.join(' ')} was taken`)
}

test('as a process, help ends with 0 and wrong usage with 2, in words and as JSON', async () => {
  const [help, bare, usage, json] = await Promise.all([
    runCli(['explain', '--help']),
    runCli([]),
    runCli(['serve', '--port', 'x']),
    runCli(['serve', '--port', 'x', '--json']),
  ])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain('Usage: plimsoll explain')
  expect(bare).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: plimsoll') })
  const said = "option '--port <number>' argument 'x' is invalid. Give a whole number from 0 to 65535."
  expect(usage).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) })
  expect(lastJson(json)).toEqual({ error: said, exitCode: 2 })
})

test('as a process, a wrong variable ends with 2, and its value is not repeated: it may be secret', async () => {
  const { code, stderr } = await runCli(['serve'], {
    environment: { DATABASE_URL: 'mysql://u:hush@localhost' },
  })
  expect(code).toBe(2)
  expect(stderr).toBe(
    'plimsoll: --database-url (DATABASE_URL): give an address such as postgres://user@host/database.\n',
  )
})
