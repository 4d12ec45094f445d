import { grantBegun } from '@plimsoll/client'
import { type GrantEnd, readGrant, SyncProblem, syncProblem, withdrawGrant } from '@plimsoll/sync'
import type { HubBase } from '../hub-base.ts'
import { untilInterrupted } from './interrupt.ts'
import { CommandProblem, EXIT, type Output } from './output.ts'
import { findRunningHub, isSyncCode } from './running-hub.ts'

/** What is asked of the hub: see POST /grants. */
export type GrantRequestBody = { connector: string; given: unknown } & (
  | { connectionId: string }
  | { name: string; location: string; settings: unknown; ordersPollMs?: number }
)

export type Granted = Extract<GrantEnd, { kind: 'done' }>

const LOOK_MS = 500
const SAY_MS = 10_000
/** An answer that came as it was given up: the hub asks the platform a few things, then it has ended. */
const LAST_MS = 30_000

/**
 * Has a person grant access on the platform's own page: begun at the hub that runs, which the page sends the browser back
 * to, and waited for here.
 * @throws SyncProblem or CommandProblem where it is refused, expired or given up; nothing is changed then
 */
export async function authorize(hub: HubBase, output: Output, body: GrantRequestBody): Promise<Granted> {
  const running = await findRunningHub(hub)
  return await untilInterrupted(async (signal) => {
    const { grantId, url, expiresAt } = grantBegun.parse(await running.post('/grants', body))
    output.result({ url, expiresAt }, () =>
      [
        'Open this address in a browser and agree on the page that it leads to; it is good once, for a quarter of an hour:',
        `  ${url}`,
        'Waiting until it is granted. Ctrl-C gives it up, and nothing is changed.',
      ].join('\n'),
    )
    return toGranted(await follow(hub, output, { grantId, expiresAt: new Date(expiresAt), signal }))
  })
}

async function follow(
  hub: HubBase,
  output: Output,
  { grantId, expiresAt, signal }: { grantId: string; expiresAt: Date; signal: AbortSignal },
): Promise<GrantEnd> {
  const { clock } = hub.context
  let saidAt = clock.monotonic()
  while (!signal.aborted) {
    const end = await look(hub, grantId)
    if (end.kind !== 'waiting') return end
    if (clock.monotonic() - saidAt >= SAY_MS) {
      saidAt = clock.monotonic()
      const seconds = Math.max(0, Math.round((expiresAt.getTime() - clock.now()) / 1_000))
      output.say(`  still waiting; the address is good for ${sayTime(seconds)} more`)
    }
    // Cut short by Ctrl-C alone: the loop then ends.
    await clock.sleep(LOOK_MS, signal).catch(() => undefined)
  }
  return await giveUp(hub, grantId)
}

async function giveUp({ context }: HubBase, grantId: string): Promise<GrantEnd> {
  if (await withdrawGrant(context, grantId))
    throw new CommandProblem(
      'Given up: nothing was changed, and the address leads nowhere now.',
      EXIT.notGood,
    )
  // Its answer had come already: how it ends is said rather than left open.
  const until = context.clock.monotonic() + LAST_MS
  for (;;) {
    const end = await readGrant(context, grantId)
    if (end.kind === 'done') {
      const message = `It was granted before you gave it up: access to ${end.account ?? 'the account'} is kept. See plimsoll doctor for its connection, and plimsoll import listings to go on.`
      throw new CommandProblem(message, EXIT.notGood)
    }
    if (end.kind === 'refused' || context.clock.monotonic() > until) return end
    await context.clock.sleep(LOOK_MS)
  }
}

/** How it stands; one that has run out is said as that. */
async function look({ context }: HubBase, grantId: string): Promise<GrantEnd> {
  try {
    return await readGrant(context, grantId)
  } catch (error) {
    if (!(error instanceof SyncProblem) || error.code !== 'unknown-grant') throw error
    throw new CommandProblem(
      'It was not granted within a quarter of an hour: nothing was changed. Run the command again for a fresh address.',
      EXIT.notGood,
    )
  }
}

function toGranted(end: GrantEnd): Granted {
  switch (end.kind) {
    case 'done':
      return end
    case 'refused':
      if (isSyncCode(end.code)) throw syncProblem(end.code, 'grant', end.message)
      throw new CommandProblem(
        `${sentence(end.message)} Nothing was changed; run the command again.`,
        EXIT.platform,
      )
    case 'waiting':
      throw new CommandProblem(
        'The platform has answered, and the hub is still working on it: see plimsoll doctor for what became of it.',
        EXIT.notGood,
      )
    default: {
      const never: never = end
      return never
    }
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function sayTime(seconds: number): string {
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
