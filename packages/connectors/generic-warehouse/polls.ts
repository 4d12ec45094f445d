import { FILE_HEADERS, Malformed, type QueuedMessage } from '@plimsoll/connector-kit'
import type { Definition, InFeed } from './definition.ts'
import { readFile } from './read-file.ts'
import { poll } from './rest.ts'
import type { Context } from './source.ts'

/**
 * What is asked for every so often. Each answer is a file of its feed: the same answer again is the same file, so that
 * asking more often than something changes costs nothing but the call.
 */
export function pollsOf(
  context: Context,
  { rest, feeds }: Definition,
): { pull(signal: AbortSignal | undefined): Promise<QueuedMessage[]> } {
  const dueAt = new Map<number, number>()
  /** A web page, or an answer that was cut off, says nothing: it is asked for again. @throws Malformed */
  const assertReadable = async (feed: InFeed, content: Buffer): Promise<void> => {
    const terms = feeds[feed]
    if (terms === undefined) return
    const file = { name: `the answer about ${feed}` }
    const { problem, rows } = await readFile(feed, terms, { file, content, now: context.now() })
    if (problem !== undefined) throw new Malformed(problem, '')
    // One bad row is parked; where none can be read it is an answer to something else.
    if (rows.length > 0 && rows.every((read) => 'problem' in read))
      throw new Malformed(`${file.name} has no row that can be read.`, '')
  }
  return {
    async pull(signal) {
      const messages: QueuedMessage[] = []
      for (const [index, { feed, path, everyMinutes }] of (rest?.polls ?? []).entries()) {
        const now = context.now()
        if (rest === undefined || now < (dueAt.get(index) ?? Number.NEGATIVE_INFINITY)) continue
        const { body, saidAt } = await poll(path, { context, rest, operation: `poll.${feed}`, signal })
        await assertReadable(feed, body)
        dueAt.set(index, now + everyMinutes * 60_000)
        messages.push({
          receipt: `poll ${index} ${now}`,
          headers: {
            [FILE_HEADERS.feed]: feed,
            ...(saidAt !== undefined && { [FILE_HEADERS.modifiedAt]: saidAt.toISOString() }),
          },
          body,
        })
      }
      return messages
    },
  }
}
