import { type KeptMail, readAllMail } from '@plimsoll/accounts'
import type { Command } from 'commander'
import type { HubBase } from '../hub-base.ts'
import { untilInterrupted } from './interrupt.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem, EXIT, type Output } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

type MailOptions = CommonOptions & { follow?: true; limit: number }

const LOOK_MS = 1_000
/** Put between two looks at most so many, or the older of them are not shown by --follow. */
const FOLLOWED_MAX = 1_000

/** `mail`: the outbox, for whoever has the machine. Where no mail server is set this is how letters are read. */
export function mailCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('mail'))
    .description(
      'read the letters that the hub has sent, could not send, or keeps where no mail server is set',
    )
    .option('--follow', 'go on, and show each letter as it is put, until Ctrl-C')
    .option('--limit <number>', 'the newest so many', numberIn({ min: 1, max: FOLLOWED_MAX }), 50)
    .addHelpText(
      'after',
      '\nSending needs PLIMSOLL_SMTP_URL (smtp://user:password@mail.example:587) and PLIMSOLL_MAIL_FROM.\n',
    )
    .action(async (options: MailOptions) => {
      if (options.follow === true && options.json === true)
        throw new CommandProblem('--follow shows letters to people: leave --json or --follow out.')
      exit(
        await withHub(options, async (hub, output) => {
          if (hub.configuration.mail === undefined) output.say(NO_SERVER)
          const { everyone, context } = hub
          const letters = await readAllMail(everyone.kysely, context.masterKey, { newest: options.limit })
          if (options.follow === true) return await follow(hub, output, letters)
          output.result({ mailServer: hub.configuration.mail?.host ?? null, letters }, toText)
          return EXIT.ok
        }),
      )
    })
}

const NO_SERVER =
  'No mail server is set here, so letters wait to be read. To send them, start the hub with PLIMSOLL_SMTP_URL\n(smtp://user:password@mail.example:587) and PLIMSOLL_MAIL_FROM (Plimsoll <hub@brand.example>).\n'

async function follow(
  { everyone, context }: HubBase,
  output: Output,
  letters: readonly KeptMail[],
): Promise<number> {
  const shown = new Set<string>()
  const show = (each: KeptMail) => {
    if (shown.has(each.mailId)) return
    shown.add(each.mailId)
    output.say(letterText(each))
  }
  for (const each of letters) show(each)
  await untilInterrupted(async (signal) => {
    while (!signal.aborted) {
      await context.clock.sleep(LOOK_MS, signal).catch(() => undefined) // interrupted: the loop ends
      for (const each of await readAllMail(everyone.kysely, context.masterKey, { newest: FOLLOWED_MAX })) {
        // What was there before and is beyond the limit is not news.
        if (letters.length === 0 || each.createdAt >= (letters[0]?.createdAt ?? each.createdAt)) show(each)
      }
    }
  })
  return EXIT.ok
}

function toText({ letters }: { letters: readonly KeptMail[] }): string {
  return letters.length === 0 ? 'There is no letter.' : letters.map(letterText).join('\n')
}

function letterText(letter: KeptMail): string {
  const { to, subject, text, createdAt } = letter
  const body = text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
  return `${createdAt.toISOString()}  ${standing(letter)}\n  To: ${to}\n  Subject: ${subject}\n\n${body}\n`
}

function standing({ state, attempts, problem, sentAt }: KeptMail): string {
  if (state === 'sent') return `sent ${sentAt?.toISOString() ?? ''}`
  const tried = attempts === 0 ? '' : ` after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`
  const why = problem === null ? '' : `: ${problem}`
  return state === 'failed' ? `given up${tried}${why}` : `waits${tried}${why}`
}
