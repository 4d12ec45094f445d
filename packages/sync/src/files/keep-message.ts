import type { Connector, ConnectorContext, LoggedFile, WebhookMessage } from '@plimsoll/connector-kit'
import { fileMessage } from '@plimsoll/connector-kit'

/**
 * Keeps what only the connection's settings can read, before anything else is done with it.
 * @returns what stands for it from now on: the message itself, where its connector keeps no files
 * @throws ConnectorError where it belongs to no feed: nothing is kept
 */
export async function keepMessage<M extends WebhookMessage>(
  { connector }: { connector: Connector },
  message: M & { url?: string },
  bound: ConnectorContext<unknown, unknown>,
): Promise<{ message: WebhookMessage; file?: LoggedFile; isNew?: boolean }> {
  const received = await connector.webhooks.toFile?.(message, bound)
  if (received === undefined) return { message }
  if (bound.files === undefined) throw new Error('a connector that keeps files was handed no log of them')
  const kept = await bound.files.log.keep({ direction: 'in', ...received })
  return { message: fileMessage(received.feed), ...kept }
}
