import {
  type ConnectorContext,
  type ConnectorError,
  Forbidden,
  type HttpResponse,
  Invalid,
  NotFound,
  type QueuedMessage,
  RateLimited,
  readJson,
  statusError,
  Unauthorized,
  Unavailable,
} from '@plimsoll/connector-kit'
import { AwsV4Signer } from 'aws4fetch'
import { z } from 'zod'
import * as answers from './answers.ts'
import { REGION_HEADER } from './notifications.ts'
import { type Credentials, regionOfSettings, type Settings } from './settings.ts'
import { toAmzDate } from './transport.ts'

type Queueing = Pick<ConnectorContext<Settings, Credentials>, 'settings' | 'credentials' | 'http' | 'now'> & {
  signal?: AbortSignal | undefined
}

/** Amazon's own maximum for each. */
const MESSAGES_MAX = 10
/** How long an empty queue is listened to: a notification is then seen at once. */
const WAIT_SECONDS = 2

/** A queue needs both: its address and the keys of a user who may empty it. */
export function hasQueue({ settings, credentials }: Pick<Queueing, 'settings' | 'credentials'>): boolean {
  return (
    settings.queueUrl !== undefined &&
    credentials.awsAccessKeyId !== undefined &&
    credentials.awsSecretAccessKey !== undefined
  )
}

/**
 * Messages that wait in the queue; each is hidden from others for as long as the queue says, and comes again unless it
 * is acknowledged.
 * Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
export async function pull(queueing: Queueing): Promise<QueuedMessage[]> {
  const body = {
    QueueUrl: queueing.settings.queueUrl,
    MaxNumberOfMessages: MESSAGES_MAX,
    WaitTimeSeconds: WAIT_SECONDS,
  }
  const response = await call('pull', 'ReceiveMessage', body, queueing)
  const { Messages = [] } = readJson(response, answers.received, 'pull')
  const headers = { [REGION_HEADER]: regionOfSettings(queueing.settings) }
  return Messages.map(({ ReceiptHandle, Body }) => ({
    receipt: ReceiptHandle,
    headers,
    body: Buffer.from(Body, 'utf8'),
  }))
}

export async function acknowledge(receipts: readonly string[], queueing: Queueing): Promise<void> {
  if (receipts.length === 0) return
  const body = {
    QueueUrl: queueing.settings.queueUrl,
    Entries: receipts.map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle })),
  }
  const response = await call('acknowledge', 'DeleteMessageBatch', body, queueing)
  const { Failed = [] } = readJson(response, answers.deleted, 'acknowledge')
  // A receipt that is not good any more: it was deleted before, or will come again and be known.
  const passing = Failed.find(({ Code, SenderFault }) => SenderFault !== true && !/ReceiptHandle/.test(Code))
  if (passing !== undefined) {
    throw new Unavailable(`acknowledge: SQS answered ${passing.Code}: ${passing.Message ?? ''}`, true, {
      code: passing.Code,
    })
  }
}

async function call(
  operation: string,
  action: string,
  body: object,
  { settings, credentials, http, now, signal }: Queueing,
): Promise<HttpResponse> {
  const queue = new URL(settings.queueUrl ?? '')
  const url =
    settings.endpoint === undefined ? `${queue.origin}/` : `${settings.endpoint.replace(/\/+$/, '')}/`
  const text = JSON.stringify(body)
  const signed = await new AwsV4Signer({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    body: text,
    accessKeyId: credentials.awsAccessKeyId ?? '',
    secretAccessKey: credentials.awsSecretAccessKey ?? '',
    service: 'sqs',
    // sqs.REGION.amazonaws.com
    region: queue.hostname.split('.')[1] ?? '',
    datetime: toAmzDate(now()),
  }).sign()
  const response = await http.send({
    operation,
    method: 'POST',
    url,
    headers: Object.fromEntries(signed.headers),
    body: text,
    ...(signal !== undefined && { signal }),
  })
  if (response.status !== 200) throw toQueueError(response, operation)
  return response
}

const refusal = z.object({
  __type: z.string(),
  message: z.string().optional(),
  Message: z.string().optional(),
})

/** SQS names its errors in the body; nearly all of them have status 400. */
export function toQueueError(response: HttpResponse, operation: string): ConnectorError {
  const said = refusal.safeParse(parseOrUndefined(response.text)).data
  if (said === undefined || response.status >= 500) return statusError(response, operation)
  const code = said.__type.split('#').at(-1) ?? said.__type
  const message = `${operation}: SQS answered ${code}: ${said.message ?? said.Message ?? ''}`.trim()
  const detail = { status: response.status, code }
  if (/Throttl|OverLimit|TooManyRequests/.test(code)) return new RateLimited(message, undefined, detail)
  if (/AccessDenied/.test(code))
    return new Forbidden(message, 'sqs:ReceiveMessage, sqs:DeleteMessage', detail)
  if (/Signature|Token|UnrecognizedClient|ExpiredToken/.test(code)) return new Unauthorized(message, detail)
  if (/(QueueDoesNotExist|NonExistentQueue)/.test(code)) return new NotFound(message, detail)
  return new Invalid(message, 'queueUrl', detail)
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // A page of something in between: its status is all that is known.
  }
}
