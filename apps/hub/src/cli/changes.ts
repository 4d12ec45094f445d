import { CHANGE_KINDS, type Change, type ChangeKind, type ChangePage, undone } from '@plimsoll/client'
import { type Command, Option } from 'commander'
import { listChanges } from '../changes/changes.ts'
import { numberIn, PORT } from './number-option.ts'
import { EXIT } from './output.ts'
import { findRunningHub } from './running-hub.ts'
import { runReading } from './stock/document-command.ts'
import { toDate } from './whatif.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

type ListOptions = CommonOptions & {
  kind?: ChangeKind[]
  connection?: string
  item?: string
  listing?: string
  location?: string
  actor?: string
  since?: Date
  until?: Date
  set?: string
  cursor?: string
  limit: number
}

/** `changes`: who changed which policy, mapping or setting, and undoing it. */
export function changesCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('changes')
    .description('who changed which policy, mapping or setting, from what to what, and undoing it')

  addCommonOptions(
    group
      .command('list')
      .description('changes, newest first')
      .addOption(new Option('--kind <kinds...>', 'only of these kinds').choices(CHANGE_KINDS))
      .option('--connection <connection>', 'of a connection, by id or name')
      .option('--item <sku>', 'of an item')
      .option('--listing <id>', 'of a listing')
      .option('--location <code>', 'of a location')
      .option('--actor <actor>', 'by this one')
      .option('--since <instant>', 'from then on: 2026-11-11T00:00:00+08:00', toDate)
      .option('--until <instant>', 'before then', toDate)
      .option('--set <id>', 'all that one request changed')
      .option('--limit <number>', 'so many', numberIn({ min: 1, max: 200 }), 50)
      .option('--cursor <cursor>', 'go on where the page before ended'),
  ).action(async (options: ListOptions) => {
    const { set, kind, ...asked } = options
    const query = { ...asked, kinds: kind, changeSet: set }
    exit(await runReading(options, ({ context }) => listChanges(context, query), sayPage))
  })

  addCommonOptions(
    group
      .command('undo')
      .description(
        'put back what was before a change, if it is still what the change left; asks a running hub',
      )
      .argument('<id>', 'of the change, as `changes list` says it')
      .option('--port <port>', 'of the running hub', numberIn(PORT)),
  ).action(async (id: string, options: CommonOptions & { port?: number }) => {
    exit(
      await withHub(options, async (hub, output) => {
        const running = await findRunningHub(hub)
        const answer = undone.parse(await running.post(`/changes/${encodeURIComponent(id)}/undo`, {}))
        output.result(answer, () => answer.by.map(sayChange).join('\n'))
        return EXIT.ok
      }),
    )
  })
}

function sayPage({ rows, next }: ChangePage): string {
  if (rows.length === 0) return 'Nothing was changed.'
  return [...rows.map(sayChange), ...(next === null ? [] : [`More: --cursor ${next}`])].join('\n')
}

function sayChange({ id, kind, subject, at, actor, why, before, after, changed, undoes }: Change): string {
  const whom = [subject.connectionName, subject.sku, subject.listingTitle, subject.location, subject.name]
    .filter((each) => each !== null)
    .join(', ')
  const values = changed.map((name) => `${name}: ${say(before?.[name])} → ${say(after?.[name])}`)
  const notes = [why, undoes === null ? null : `undoes ${undoes}`].filter((each) => each !== null)
  return [
    `${at}  ${id}  ${kind}${whom === '' ? '' : ` of ${whom}`}, by ${actor}`,
    ...(notes.length === 0 ? [] : [`  (${notes.join('; ')})`]),
    ...values.map((value) => `  ${value}`),
  ].join('\n')
}

const SAID_LENGTH_MAX = 120

function say(value: unknown): string {
  const text = value === undefined || value === null ? 'nothing' : JSON.stringify(value)
  return text.length > SAID_LENGTH_MAX ? `${text.slice(0, SAID_LENGTH_MAX)}…` : text
}
