import {
  type CallOptions,
  digestOfFile,
  Forbidden,
  isConnectorError,
  type QueuedMessage,
} from '@plimsoll/connector-kit'
import { EdiProblem } from '../problems.ts'
import { acknowledgementSets } from '../write.ts'
import { type Book, IN_FEED, readFile } from './book.ts'
import { type Told, toMessage } from './message.ts'
import { OUT_FEED, outgoingName, toContent } from './outgoing.ts'
import { decideShipment } from './shipment-told.ts'
import { type ExchangeTerms, SAID_NOW } from './terms.ts'

/** Files in one pull at the most: each is a message, and the hub asks again at once. */
const FILES_MAX = 20
/** A file without its end may still be written, for so long. */
const WRITING_MS = 120_000

export function createInbox(terms: ExchangeTerms, readBook: () => Promise<Book>) {
  const { profile, folder, log, folders, now } = terms

  /** Files as they were when they were taken in: reading one again says nothing new. */
  const taken = new Map<string, TakenIn>()

  return {
    takeIn,

    /** To the partner, of what was handed over in other ways than the folder; and of what a process left when it died. */
    async acknowledgeKept({ incoming, outgoing }: Book): Promise<void> {
      const done = new Set(outgoing.map(({ name }) => name))
      for (const { read, digest } of incoming)
        if (!(read instanceof EdiProblem) && !done.has(outgoingName('acknowledgement', digest)))
          await keepAcknowledgement(read, digest)
    },

    /** Until a file is archived it is told again. */
    async pull(options?: CallOptions): Promise<QueuedMessage[]> {
      const messages: QueuedMessage[] = []
      for (const each of (await takeIn(options)).slice(0, FILES_MAX))
        messages.push(...(await messagesOf(each.read, each)))
      return messages
    },

    /** Moves what was told into the archive. What the partner has put in its place meanwhile stays. */
    async acknowledge(receipts: readonly string[], options?: CallOptions): Promise<void> {
      for (const receipt of receipts) {
        const [digest = '', name = ''] = receipt.split(' ', 1).concat(receipt.slice(receipt.indexOf(' ') + 1))
        if (digest === REFUSED) continue
        const content = await readIfThere(name, options)
        if (content === undefined || digestOfFile(content) !== digest) {
          for (const [mark, each] of taken) if (each.name === name) taken.delete(mark)
          continue
        }
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

  /**
   * What lies there is kept in the log, and its acknowledgement with it. The sweep sends that: reading waits for no folder
   * that cannot be written.
   */
  async function takeIn(options?: CallOptions): Promise<TakenIn[]> {
    const here: TakenIn[] = []
    for (const { name, bytes, modifiedAt } of await listed(options)) {
      if (/^\.|\.(tmp|part|filepart|done)$/i.test(name)) continue
      const mark = JSON.stringify([name, bytes, modifiedAt ?? null])
      const known = modifiedAt === undefined ? undefined : taken.get(mark)
      if (known !== undefined) {
        here.push(known)
        continue
      }
      const content = await readIfThere(name, options)
      if (content === undefined) continue
      const read = readFile(content, profile)
      const isYoung = modifiedAt !== undefined && now() - modifiedAt.getTime() < WRITING_MS
      if (read instanceof EdiProblem && isYoung && read.code === 'envelope-broken') continue
      const { file } = await log.keep({
        direction: 'in',
        feed: IN_FEED,
        name,
        content,
        sequence: undefined,
        ...SAID_NOW,
      })
      if (!(read instanceof EdiProblem)) await keepAcknowledgement(read, file.digest)
      const made = { name, digest: file.digest, read }
      taken.set(mark, made)
      here.push(made)
    }
    for (const [mark, each] of taken) if (!here.includes(each)) taken.delete(mark)
    return here
  }

  async function listed(options?: CallOptions) {
    try {
      return await folder.list(folders.in, options)
    } catch (error) {
      if (isConnectorError(error) && error.kind === 'not-found')
        throw new Forbidden(`There is no folder "${folders.in}" on the partner's side.`, folders.in, {
          cause: error,
        })
      throw error
    }
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

  async function keepAcknowledgement(
    read: Exclude<ReturnType<typeof readFile>, EdiProblem>,
    digest: string,
  ): Promise<void> {
    const sets = acknowledgementSets(read, profile)
    if (sets.length === 0) return
    await log.keep({
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

type TakenIn = { name: string; digest: string; read: ReturnType<typeof readFile> }

const REFUSED = 'refused'

function isSame(one: { controlNumber: string }, other: { controlNumber: string } | undefined): boolean {
  return other !== undefined && Number(one.controlNumber) === Number(other.controlNumber)
}
