import {
  type CallOptions,
  type ConnectorError,
  FOLDER_TIMEOUT_MS,
  isConnectorError,
  Unavailable,
} from '@plimsoll/connector-kit'
import { acknowledgementKindOf } from '../profile.ts'
import type { Book } from './book.ts'
import { controlNumberOf, type Outgoing, toFile } from './outgoing.ts'
import { type ExchangeTerms, SAID_NOW } from './terms.ts'

export type Outbox = {
  /** Puts it where the partner fetches it. Done again it is the same file with the same number. */
  deliver(outgoing: Outgoing, options?: CallOptions): Promise<void>
  /**
   * Sends what was kept and not sent, and again what the partner has not acknowledged in time. It stops at the first that
   * cannot be put there: whatever follows waits for the same folder.
   * @returns what a person is to be told while documents wait; undefined: none does
   */
  sweep(book: Book, options?: CallOptions): Promise<Unavailable | undefined>
}

const RESENT_FEED = 'edi-resent'

export function createOutbox({ profile, folder, log, folders, now }: ExchangeTerms): Outbox {
  const put = async (outgoing: Outgoing, options?: CallOptions) => {
    const { name, content } = toFile(outgoing, profile)
    try {
      await folder.write(`${folders.out}/${name}`, content, options)
    } catch (error) {
      if (!isConnectorError(error) || error.kind !== 'not-found') throw error
      // Another process writes the same file at this moment, byte for byte; or the folder went away below us.
      if ((await folder.find(`${folders.out}/${name}`, options)) !== undefined) return
      throw new Unavailable(`${name} could not be written.`, true, { cause: error })
    }
  }
  const deliver: Outbox['deliver'] = async (outgoing, options) => {
    await put(outgoing, options)
    // After the file: one that was put and not noted is put again, never the other way round.
    await log.noteDelivered(outgoing.position)
  }

  return {
    deliver,
    async sweep(book, options) {
      const acknowledged = new Set(
        book.incoming.flatMap(({ read }) =>
          read instanceof Error
            ? []
            : read.sets.flatMap(({ documents }) =>
                documents.flatMap((each) =>
                  each.kind === 'acknowledgement' ? [Number(each.document.controlNumber)] : [],
                ),
              ),
        ),
      )
      const advised = new Set(
        book.shipments.filter(({ told }) => told.advices.length > 0).map(({ told }) => told.reference),
      )
      const isAnswered = (outgoing: Outgoing) =>
        outgoing.content.kind === 'acknowledgement' ||
        acknowledgementKindOf(profile) === 'none' ||
        acknowledged.has(controlNumberOf(outgoing, profile)) ||
        advised.has(outgoing.content.reference)
      for (const outgoing of book.outgoing) {
        try {
          if (outgoing.deliveredAt !== undefined) {
            if (!isAnswered(outgoing)) await resendIfLate(outgoing, outgoing.deliveredAt, options)
          } else if (!isBeingSent(outgoing)) await deliver(outgoing, options)
        } catch (error) {
          if (!isConnectorError(error)) throw error
          const waiting = book.outgoing.filter(({ deliveredAt }) => deliveredAt === undefined)
          return toWaiting(error, waiting.length)
        }
      }
      return undefined
    },
  }

  /** Whoever keeps an order puts it there at once: doing so beside it, both would write one file. */
  function isBeingSent({ content, keptAt }: Outgoing): boolean {
    return content.kind !== 'acknowledgement' && now() - keptAt.getTime() < FOLDER_TIMEOUT_MS
  }

  function toWaiting(error: ConnectorError, count: number): Unavailable {
    const what = count > 1 ? `${count} documents wait` : 'A document waits'
    return new Unavailable(
      `${what} to be put into the folder "${folders.out}" on the partner's side: ${error.message} See that the folder is there, is not full, and that this user may write in it.`,
      true,
      { ...error.platform, cause: error },
    )
  }

  /** Once for each time that the partner's minutes have passed, so often and no more. */
  async function resendIfLate(outgoing: Outgoing, sentAt: Date, options?: CallOptions): Promise<void> {
    const { withinMinutes, resendsMax } = profile.acknowledgements
    const due = Math.floor((now() - sentAt.getTime()) / (withinMinutes * 60_000))
    const round = Math.min(due, resendsMax)
    if (round < 1) return
    const name = `${outgoing.name} again ${round}`
    const [known] = await log.list({ direction: 'out', feeds: [RESENT_FEED], name })
    if (known !== undefined) return
    await put(outgoing, options)
    await log.keep({
      direction: 'out',
      feed: RESENT_FEED,
      name,
      content: new Uint8Array(),
      sequence: undefined,
      ...SAID_NOW,
    })
  }
}
