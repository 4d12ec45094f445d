import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@plimsoll/connector-kit'
import type { Faults } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { GIVEN } from './login.ts'
import type { Traits } from './traits.ts'

/**
 * A standard queue of SQS, as its JSON protocol speaks: at least once, in no order, hidden for a while once received.
 * Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference; the signature is Signature Version 4.
 */
const receive = z.object({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  WaitTimeSeconds: z.int().min(0).max(20).default(0),
  VisibilityTimeout: z.int().min(0).max(43_200).optional(),
})
const remove = z.object({
  QueueUrl: z.string(),
  Entries: z
    .array(z.object({ Id: z.string(), ReceiptHandle: z.string() }))
    .min(1)
    .max(10),
})

type Message = { id: string; body: string; hiddenUntil: number }

type Queueing = { traits: Traits; faults: Faults; clock: Clock; random: () => number; queueUrl: string }

export function createQueue({ traits, faults, clock, random, queueUrl }: Queueing) {
  const messages = new Map<string, Message>()
  const receipts = new Map<string, string>()
  let made = 0

  const take = (count: number, hiddenMs: number): Message[] => {
    const now = clock.now()
    const waiting = [...messages.values()].filter(({ hiddenUntil }) => hiddenUntil <= now)
    const taken: Message[] = []
    while (taken.length < count && waiting.length > 0) {
      taken.push(...waiting.splice(Math.floor(random() * waiting.length), 1))
    }
    for (const message of taken) message.hiddenUntil = now + hiddenMs
    return taken
  }

  const receiveMessages = async (body: unknown): Promise<object> => {
    const { MaxNumberOfMessages, WaitTimeSeconds, VisibilityTimeout } = receive.parse(body)
    const until = clock.now() + WaitTimeSeconds * 1_000
    const hiddenMs = VisibilityTimeout === undefined ? traits.visibilityMs : VisibilityTimeout * 1_000
    let taken = take(MaxNumberOfMessages, hiddenMs)
    while (taken.length === 0 && clock.now() < until) {
      await clock.sleep(Math.min(20, until - clock.now()))
      taken = take(MaxNumberOfMessages, hiddenMs)
    }
    // Nothing at all where there is none.
    if (taken.length === 0) return {}
    return {
      Messages: taken.map(({ id, body: text }) => {
        made += 1
        const receipt = `receipt-${made}`
        receipts.set(receipt, id)
        return {
          MessageId: id,
          ReceiptHandle: receipt,
          MD5OfBody: createHash('md5').update(text).digest('hex'),
          Body: text,
        }
      }),
    }
  }

  const deleteMessages = (body: unknown): object => {
    const { Entries } = remove.parse(body)
    const known = Entries.filter(({ ReceiptHandle }) => receipts.has(ReceiptHandle))
    const unknown = Entries.filter(({ ReceiptHandle }) => !receipts.has(ReceiptHandle))
    for (const { ReceiptHandle } of known) messages.delete(receipts.get(ReceiptHandle) ?? '')
    return {
      Successful: known.map(({ Id }) => ({ Id })),
      Failed: unknown.map(({ Id }) => ({ Id, SenderFault: true, Code: 'ReceiptHandleIsInvalid' })),
    }
  }

  return {
    /** Lost, doubled and delayed as the faults say. */
    put(body: string): void {
      for (const { delayMs } of faults.webhookCopies()) {
        made += 1
        const id = `message-${made}`
        messages.set(id, { id, body, hiddenUntil: clock.now() + delayMs })
      }
    },
    size: () => messages.size,
    routes(app: FastifyInstance): void {
      app.post('/', async (request: FastifyRequest, reply: FastifyReply) => {
        const refuse = (status: number, code: string, message: string) =>
          reply
            .code(status)
            .type('application/x-amz-json-1.0')
            .send(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }))
        if (faults.isRevoked() || !isSigned(request, clock.now()))
          return refuse(403, 'InvalidSignatureException', 'The request signature does not match.')
        if (faults.shouldThrottle()) return refuse(400, 'ThrottlingException', 'Rate exceeded')
        const body: unknown = JSON.parse((request.rawBody ?? Buffer.from('{}')).toString('utf8'))
        if (z.object({ QueueUrl: z.string() }).safeParse(body).data?.QueueUrl !== queueUrl)
          return refuse(400, 'QueueDoesNotExist', 'The specified queue does not exist.')
        const send = (answer: object) => reply.type('application/x-amz-json-1.0').send(JSON.stringify(answer))
        try {
          switch (request.headers['x-amz-target']) {
            case 'AmazonSQS.ReceiveMessage':
              return send(await receiveMessages(body))
            case 'AmazonSQS.DeleteMessageBatch':
              return send(deleteMessages(body))
            default:
              return refuse(400, 'UnsupportedOperation', 'Unsupported operation.')
          }
        } catch (error) {
          if (!(error instanceof z.ZodError)) throw error
          return refuse(400, 'InvalidParameterValue', error.issues[0]?.message ?? 'invalid')
        }
      })
    },
  }
}
export type Queue = ReturnType<typeof createQueue>

const SKEW_MS = 15 * 60_000

/** Worked out here once more, apart from how the connector does it. */
function isSigned(request: FastifyRequest, now: number): boolean {
  const authorization = request.headers.authorization ?? ''
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/sqs\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  const date = String(request.headers['x-amz-date'] ?? '')
  if (parts === null || !/^\d{8}T\d{6}Z$/.test(date)) return false
  const [, keyId, day = '', region = '', signedHeaders = '', signature = ''] = parts
  const at = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
  if (keyId !== GIVEN.awsAccessKeyId || Math.abs(at - now) > SKEW_MS || !date.startsWith(day)) return false
  const names = signedHeaders.split(';')
  const sha = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
  const canonical = [
    request.method,
    '/',
    '',
    ...names.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}`),
    '',
    signedHeaders,
    sha(request.rawBody ?? ''),
  ].join('\n')
  const scope = `${day}/${region}/sqs/aws4_request`
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const key = [day, region, 'sqs', 'aws4_request'].reduce<string | Buffer>(
    mac,
    `AWS4${GIVEN.awsSecretAccessKey}`,
  )
  const wanted = mac(key, ['AWS4-HMAC-SHA256', date, scope, sha(canonical)].join('\n'))
  return timingSafeEqual(wanted, Buffer.from(signature, 'hex'))
}
