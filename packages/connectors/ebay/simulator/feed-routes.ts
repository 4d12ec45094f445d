import { randomUUID } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { scopes } from '../scopes.ts'
import { childrenOf, readXml, textOf, writeXml, type XmlElement } from '../xml.ts'
import { RestRefusal, type RestRequest, type RestRoute, type RowError } from './rest.ts'

const PATH = '/sell/feed/v1/task'
const FEED_TYPE = 'LMS_REVISE_INVENTORY_STATUS'
const BYTES_MAX = 15 * 1024 * 1024

type Task = {
  id: string
  createdMs: number
  /** Undefined: its file has not come. */
  file: { text: string; endsMs: number; atNs: string } | undefined
  /** Undefined while it is worked on, `failed` where the file could not be read. */
  result: Buffer | 'failed' | undefined
}

const taskBody = z.object({ feedType: z.string(), schemaVersion: z.string() })

/**
 * Sell Feed API, with the one type that writes quantities: a task, its file, and later a result for each request. Its
 * requests are those of the Trading API, with its rules. `work` carries out what is due.
 */
export function createFeeds(options: {
  now(): number
  /** From a file's coming to its end. */
  feedMs: number
  revise(request: XmlElement, receivedAtNs: string): string
}): { routes: RestRoute[]; work(): void } {
  const { now, feedMs, revise } = options
  const tasks = new Map<string, Task>()

  const work = (): void => {
    for (const task of tasks.values()) {
      if (task.file === undefined || task.result !== undefined || now() < task.file.endsMs) continue
      task.result = carryOut(task.file)
    }
  }
  const carryOut = ({ text, atNs }: { text: string; atNs: string }): Buffer | 'failed' => {
    let root: XmlElement
    try {
      root = readXml(text)
    } catch {
      return 'failed'
    }
    if (root.name !== 'BulkDataExchangeRequests') return 'failed'
    // In any order: it works on many side by side.
    const answers = childrenOf(root, 'ReviseInventoryStatusRequest')
      .toReversed()
      .map((request) => {
        const number = writeXml('CorrelationID', textOf(request, 'MessageID'))
        return revise(request, atNs)
          .replace(/^<\?xml[^>]*\?>\n/, '')
          .replace('<Ack>', () => `${number}<Ack>`)
      })
    return zipOf(
      'results.xml',
      `<?xml version="1.0" encoding="UTF-8"?>\n<BulkDataExchangeResponses>${answers.join('\n')}</BulkDataExchangeResponses>`,
    )
  }

  const taskOf = ({ request }: RestRequest): Task => {
    work()
    const { id = '' } = request.params as { id?: string }
    const task = tasks.get(id)
    if (task === undefined) throw new RestRefusal(404, feedError(160_019, 'The task was not found.'))
    return task
  }
  const shared = { api: 'feed', scopes: { user: scopes.inventory } } as const

  const routes: RestRoute[] = [
    {
      ...shared,
      method: 'POST',
      path: PATH,
      handle({ request, reply }) {
        const body = taskBody.safeParse(request.body).data
        if (body?.feedType !== FEED_TYPE)
          throw new RestRefusal(400, feedError(160_002, 'The feedType is invalid.'))
        const id = `task-1-${randomUUID().slice(0, 8)}${tasks.size}`
        tasks.set(id, { id, createdMs: now(), file: undefined, result: undefined })
        return reply.code(202).header('location', `https://api.ebay.com${PATH}/${id}`).send()
      },
    },
    {
      ...shared,
      method: 'POST',
      path: `${PATH}/:id/upload_file`,
      handle(call) {
        const task = taskOf(call)
        if (task.file !== undefined) throw new RestRefusal(400, feedError(160_011, 'The task has a file.'))
        const { rawBody, headers, receivedAtNs } = call.request
        const text = fileIn(rawBody, headers['content-type'] ?? '')
        task.file = { text, endsMs: now() + feedMs, atNs: receivedAtNs }
        return call.reply.code(200).send({})
      },
    },
    { ...shared, method: 'GET', path: `${PATH}/:id`, handle: (call) => toTask(taskOf(call)) },
    {
      ...shared,
      method: 'GET',
      path: `${PATH}/:id/download_result_file`,
      handle(call) {
        const { result } = taskOf(call)
        if (!Buffer.isBuffer(result))
          throw new RestRefusal(400, feedError(160_021, 'There is no result file.'))
        return call.reply
          .type('application/octet-stream')
          .header('content-disposition', 'attachment; filename=results.zip')
          .send(result)
      },
    },
  ]
  return { routes, work }
}

function toTask({ id, createdMs, file, result }: Task) {
  const status =
    file === undefined
      ? 'CREATED'
      : result === undefined
        ? 'IN_PROCESS'
        : result === 'failed'
          ? 'FAILED'
          : 'COMPLETED'
  return {
    taskId: id,
    status,
    feedType: FEED_TYPE,
    creationDate: new Date(createdMs).toISOString(),
    schemaVersion: '1451',
  }
}

function fileIn(bytes: Buffer | undefined, contentType: string): string {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1]
  const text = bytes?.toString('utf8')
  const part = boundary === undefined ? undefined : text?.split(`--${boundary}`)[1]
  const start = part?.indexOf('\r\n\r\n') ?? -1
  if (part === undefined || start < 0 || !/name="file"/.test(part))
    throw new RestRefusal(400, feedError(160_013, 'A file is needed.'))
  if ((bytes?.length ?? 0) > BYTES_MAX)
    throw new RestRefusal(400, feedError(160_014, 'The file is too large.'))
  return part.slice(start + 4).replace(/\r\n$/, '')
}

function feedError(errorId: number, message: string): RowError {
  return { errorId, domain: 'API_FEED', category: 'REQUEST', message }
}

/** A zip archive with one file. */
function zipOf(name: string, text: string): Buffer {
  const content = Buffer.from(text)
  const packed = deflateRawSync(content)
  const about = Buffer.alloc(26)
  about.writeUInt16LE(20, 0)
  about.writeUInt16LE(8, 4)
  about.writeUInt32LE(crc32(content), 10)
  about.writeUInt32LE(packed.length, 14)
  about.writeUInt32LE(content.length, 18)
  about.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), about, Buffer.from(name), packed])
  const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), about, Buffer.alloc(14), Buffer.from(name)])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(entry.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, entry, end])
}
