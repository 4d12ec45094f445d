import { writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { SampleRead } from '@plimsoll/client'
import {
  acceptConnectionFile,
  findConnectionId,
  listConnectionFiles,
  readConnectionFile,
  receiveConnectionFile,
} from '@plimsoll/sync'
import type { Command } from 'commander'
import { toFileView } from '../views/connection-files.ts'
import { tryDescription } from '../views/samples.ts'
import { readInput } from './input-file.ts'
import { numberIn } from './number-option.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type TryOptions = CommonOptions & { as?: string; connector?: string }
type FileOptions = CommonOptions & { feed?: string; as?: string }
type View = ReturnType<typeof toFileView>

const position = numberIn({ min: 1, max: Number.MAX_SAFE_INTEGER })

/** `plimsoll warehouse`: files of warehouses that say what they have to say by file. */
export function warehouseCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('warehouse').description('files of warehouses that speak by file')

  addCommonOptions(group.command('file'))
    .description('hand a connection a file, as if it had come out of its folder')
    .argument('<connection>', 'id or name of a connection')
    .argument('<file>', 'the file; - is standard input')
    .option('--feed <feed>', 'what it is about, such as levels (default: its name tells)')
    .option('--as <name>', 'the name that it has at the warehouse (default: that of the file)')
    .action(async (connection: string, file: string, options: FileOptions) => {
      const content = readInput(file)
      exit(
        await runReading(
          options,
          async ({ context }) => {
            const connectionId = await findConnectionId(context, connection)
            const given = {
              name: options.as ?? basename(file),
              feed: options.feed,
              saidAt: undefined,
              content,
            }
            const kept = await receiveConnectionFile(context, connectionId, given)
            return { file: toFileView(kept.file), isNew: kept.isNew }
          },
          ({ file: kept, isNew }) =>
            isNew
              ? `Kept as file ${kept.position}, ${kept.feed}.`
              : `It was there already, as file ${kept.position}: nothing changes.`,
        ),
      )
    })

  addCommonOptions(group.command('files'))
    .description('the newest files that came from a warehouse and went to it')
    .argument('<connection>', 'id or name of a connection')
    .action(async (connection: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            const connectionId = await findConnectionId(context, connection)
            const files = await listConnectionFiles(context, connectionId, { before: undefined, limit: 50 })
            return { rows: files.map(toFileView) }
          },
          ({ rows }) => (rows.length === 0 ? 'No files yet.' : rows.map(sayFile).join('\n')),
        ),
      )
    })

  addCommonOptions(group.command('save'))
    .description('save such a file as it came or went')
    .argument('<connection>', 'id or name of a connection')
    .argument('<number>', 'as `plimsoll warehouse files` says it', position)
    .argument('<path>', 'where to')
    .action(async (connection: string, number: number, path: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            const connectionId = await findConnectionId(context, connection)
            const { file, content } = await readConnectionFile(context, connectionId, number)
            writeFileSync(path, content, { mode: 0o600 })
            return toFileView(file)
          },
          (file) => `${file.name} is saved.`,
        ),
      )
    })

  addCommonOptions(group.command('try'))
    .description('what a description makes of a sample file; nothing is stored')
    .argument('<description>', 'the JSON file that describes the warehouse')
    .argument('<feed>', 'what the sample is about, such as levels')
    .argument('<file>', 'the sample; - is standard input')
    .option('--as <name>', 'the name that it has at the warehouse (default: that of the file)')
    .option('--connector <id>', 'the connector that is described so (default: generic-warehouse)')
    .action(async (described: string, feed: string, file: string, options: TryOptions) => {
      const settings = { definition: readInput(described).toString('utf8') }
      const content = readInput(file).toString('base64')
      const sample = { feed, fileName: options.as ?? basename(file), content }
      exit(
        await runReading(
          options,
          async ({ context }) =>
            await tryDescription(context, options.connector ?? 'generic-warehouse', { settings, sample }),
          sayReading,
        ),
      )
    })

  addCommonOptions(group.command('accept'))
    .description('say that a file is right which is held back as empty or too small')
    .argument('<connection>', 'id or name of a connection')
    .argument('<number>', 'as `plimsoll warehouse files` says it', position)
    .action(async (connection: string, number: number, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            const connectionId = await findConnectionId(context, connection)
            return toFileView(await acceptConnectionFile(context, connectionId, number))
          },
          (file) => `${file.name} is accepted: what it says counts.`,
        ),
      )
    })
}

function sayFile({ position: number, direction, feed, name, keptAt, deliveredAt, bytes }: View): string {
  const state = direction === 'out' ? (deliveredAt === null ? 'waiting' : 'delivered') : 'received'
  return [
    String(number).padStart(6),
    keptAt,
    direction.padEnd(3),
    feed.padEnd(17),
    state.padEnd(9),
    `${name} (${bytes} bytes)`,
  ].join('  ')
}

function sayReading({ problem, wrong, rows, understood, lookedAt, fields }: SampleRead): string {
  return [
    ...(problem === null ? [] : [problem]),
    ...wrong.map(({ field, message }) => `${field}: ${message}`),
    `${understood} of ${lookedAt} rows are understood.`,
    ...rows.flatMap((row) => (row.problem === null ? [] : [`row ${row.number}: ${row.problem}`])),
    ...fields.map(
      ({ name, value, problem: why }) => `${name.padEnd(16)}  ${why ?? value ?? 'finds nothing'}`,
    ),
  ].join('\n')
}
