import { type CallOptions, digestOfFile, isConnectorError, type QueuedMessage } from '@plimsoll/connector-kit'
import { EdiProblem } from '../problems.ts'
import { acknowledgementSets } from '../write.ts'
import { type Book, IN_FEED, readFile } from './book.ts'
import { type Told, toMessage } from './message.ts'
import type { Outbox } from './outbox.ts'
import { fromLog, OUT_FEED, outgoingName, toContent } from './outgoing.ts'
import { decideShipment } from './shipment-told.ts'
import { type ExchangeTerms, SAID_NOW } from './terms.ts'

/** Files in one pull at the most: each is a message, and the hub asks again at once. */
const FILES_MAX = 20
/** A file without its end may still be written, for so long. */
const WRITING_MS = 120_000

export function createInbox(terms: ExchangeTerms, outbox: Outbox, readBook: () => Promise<Book>) {
  const { profile, folder, log, folders, now } = terms

  return {
    /** Kept in the log first, then acknowledged to the partner, then told. Until it is archived it is told again. */
    async pull(options?: CallOptions): Promise<QueuedMessage[]> {
      const files = (await folder.list(folders.in, options)).filter(
        ({ name }) => !/^\.|\.(tmp|part|filepart|done)$/i.test(name),
      )
      const messages: QueuedMessage[] = []
      for (const { name, modifiedAt } of files) {
        if (messages.length >= FILES_MAX) break
        const content = await readIfThere(name, options)
        if (content === undefined) continue
        const read = readFile(content, profile)
        const isYoung = modifiedAt !== undefined && now() - modifiedAt.getTime() < WRITING_MS
        if (read instanceof EdiProblem && isYoung && isUnfinished(read)) continue
        const { file } = await log.keep({
          direction: 'in',
          feed: IN_FEED,
          name,
          content,
          sequence: undefined,
          ...SAID_NOW,
        })
        if (!(read instanceof EdiProblem)) await acknowledgeToPartner(read, file.digest, options)
        messages.push(...(await messagesOf(read, { name, digest: file.digest })))
      }
      return messages
    },

    /** Moves what was told into the archive. What the partner has put in its place meanwhile stays. */
    async acknowledge(receipts: readonly string[], options?: CallOptions): Promise<void> {
      for (const receipt of receipts) {
        const [digest = '', name = ''] = receipt.split(' ', 1).concat(receipt.slice(receipt.indexOf(' ') + 1))
        if (digest === REFUSED) continue
        const content = await readIfThere(name, options)
        if (content === undefined || digestOfFile(content) !== digest) continue
        const to = `${folders.archive}/${name}`
        if ((await folder.move(`${folders.in}/${name}`, to, options)) === 'taken')
          await folder.move(
            `${folders.in}/${name}`,
            `${folders.archive}/${digest.slice(0, 12)}-${now()}-${name}`,
            options,
          )
      }
    },
  }

  async function readIfThere(name: string, options?: CallOptions): Promise<Buffer | undefined> {
    try {
      return await folder.read(`${folders.in}/${name}`, options)
    } catch (error) {
      // Another process was quicker.
      if (isConnectorError(error) && error.kind === 'not-found') return undefined
      throw error
    }
  }

  async function acknowledgeToPartner(
    read: Exclude<ReturnType<typeof readFile>, EdiProblem>,
    digest: string,
    options?: CallOptions,
  ): Promise<void> {
    const sets = acknowledgementSets(read, profile)
    if (sets.length === 0) return
    const { file } = await log.keep({
      direction: 'out',
      feed: OUT_FEED,
      name: outgoingName('acknowledgement', digest),
      content: toContent({
        kind: 'acknowledgement',
        about: digest,
        reference: read.interchange.controlNumber,
        lines: [],
        locationId: '',
        order: undefined,
        sets,
      }),
      sequence: undefined,
      ...SAID_NOW,
    })
    if (file.deliveredAt === undefined)
      await outbox.deliver(fromLog(file, await log.read(file.position)), options)
  }

  /** What a file changes, as it stands now: cumulative, so that order and repetition do not matter. */
  async function messagesOf(
    read: ReturnType<typeof readFile>,
    { name, digest }: { name: string; digest: string },
  ): Promise<QueuedMessage[]> {
    if (read instanceof EdiProblem)
      return [toMessage(`${digest} ${name}`, { name, told: [], problems: [read.message] })]
    const told: Told[] = []
    const { shipments } = await readBook()
    const kinds = read.sets.flatMap(({ documents }) => documents)
    const references = new Set(
      kinds.flatMap((each) => (each.kind === 'shipping-advice' ? [each.document.reference] : [])),
    )
    const acknowledged = new Set(
      kinds.flatMap((each) => (each.kind === 'acknowledgement' ? [each.document] : [])),
    )
    for (const { told: each } of shipments) {
      const isAcknowledged =
        each.acknowledgement !== undefined &&
        [...acknowledged].some((word) => isSame(word, each.acknowledgement))
      const isCancelWord =
        each.cancel?.acknowledgement !== undefined &&
        [...acknowledged].some((word) => isSame(word, each.cancel?.acknowledgement))
      if (references.has(each.reference) || isAcknowledged || isCancelWord)
        told.push({ kind: 'shipment', shipment: decideShipment(each, new Date(now()), profile) })
    }
    for (const each of kinds)
      if (each.kind === 'receipt')
        told.push({ kind: 'receipt', externalId: each.document.reference ?? each.document.receiptNumber })
    if (kinds.some(({ kind }) => kind === 'stock-report' || kind === 'adjustment'))
      told.push({ kind: 'counted' })
    const good = toMessage(`${digest} ${name}`, { name, told, problems: [] })
    if (read.refused.length === 0) return [good]
    const problems = read.refused.map(({ id, key, problem }) => `${id} ${key}: ${problem.message}`)
    return [toMessage(`${REFUSED} ${digest}`, { name, told: [], problems }), good]
  }
}

const REFUSED = 'refused'

function isSame(one: { controlNumber: string }, other: { controlNumber: string } | undefined): boolean {
  return other !== undefined && Number(one.controlNumber) === Number(other.controlNumber)
}

/** Its end is not there: the partner may still be writing. */
function isUnfinished({ code, message }: EdiProblem): boolean {
  return code === 'envelope-broken' || (code === 'not-edi' && message === '')
}
