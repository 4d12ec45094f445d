import { type CallOptions, isConnectorError, Unavailable } from '@plimsoll/connector-kit'
import { acknowledgementKindOf } from '../profile.ts'
import type { Book } from './book.ts'
import { controlNumberOf, type Outgoing, toFile } from './outgoing.ts'
import { type ExchangeTerms, SAID_NOW } from './terms.ts'

export type Outbox = {
  /** Puts it where the partner fetches it. Done again it is the same file with the same number. */
  deliver(outgoing: Outgoing, options?: CallOptions): Promise<void>
  /** Sends what was kept and not sent, and again what the partner has not acknowledged in time. */
  sweep(book: Book, options?: CallOptions): Promise<void>
}

const RESENT_FEED = 'edi-resent'

export function createOutbox({ profile, folder, log, folders, now }: ExchangeTerms): Outbox {
  const put = async (outgoing: Outgoing, options?: CallOptions) => {
    const { name, content } = toFile(outgoing, profile)
    try {
      await folder.write(`${folders.out}/${name}`, content, options)
    } catch (error) {
      // Another process writes the same file at this moment: nothing of the partner's is gone.
      if (isConnectorError(error) && error.kind === 'not-found')
        throw new Unavailable(`${name} could not be written.`, true, { cause: error })
      throw error
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
      for (const outgoing of book.outgoing) {
        if (outgoing.deliveredAt === undefined) {
          await deliver(outgoing, options)
          continue
        }
        const { kind, reference } = outgoing.content
        const isAnswered =
          kind === 'acknowledgement' ||
          acknowledgementKindOf(profile) === 'none' ||
          acknowledged.has(controlNumberOf(outgoing, profile)) ||
          advised.has(reference)
        if (!isAnswered) await resendIfLate(outgoing, outgoing.deliveredAt, options)
      }
    },
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
