import type { WebhookEvent, WebhookMessage, WebhookRequest } from './canonical.ts'
import type { ConnectorContext } from './contract.ts'
import type { ReceivedFile } from './files/connection-files.ts'
import type { PersonalDataKey } from './personal-data.ts'

/** How a platform's messages are trusted and read, whether it calls with them or puts them into a queue. */
export type WebhookHandling<Settings, Credentials> = {
  /**
   * True only if the platform sent exactly these bytes. May fetch what the signature is verified with (`publicKeys`
   * keeps it). Throws a ConnectorError only where that cannot be had now: the platform is then asked to call again.
   */
  verify(
    request: WebhookRequest,
    context: ConnectorContext<Settings, Credentials>,
  ): boolean | Promise<boolean>
  /**
   * Answers a platform that asks, before it calls an address, whether that is ours. Undefined: this is no challenge.
   * Asked for every GET; for a POST, before it is verified.
   */
  challenge?(
    request: WebhookRequest,
    context: ConnectorContext<Settings, Credentials>,
  ): ChallengeAnswer | undefined
  /**
   * Given where one address or queue serves all connections of an application: the account that a message is about, as
   * `check()` names it in `accountId`. The message is not verified yet: whose keys verify it depends on this.
   */
  accountOf?(message: WebhookMessage): string | undefined
  /**
   * Pings that platforms send unsigned when a webhook is made (WooCommerce): answered 200, nothing stored.
   * Absent: none.
   */
  isPing?(message: WebhookMessage): boolean
  /**
   * True where its topic says that it is about numbers which the platform changes at every sale and every write: a
   * reason to look, looked into after what comes with it. Asked before the signature is verified. Absent: none.
   */
  mayWait?(message: WebhookMessage): boolean
  /**
   * Given where only the connection's settings say what a message means: it is kept as this file (`context.files`) before
   * it is answered or acknowledged, and `parse` is then given `fileMessage(feed)` in its place. Undefined: `parse` reads
   * it by itself. Throws a ConnectorError where it belongs to no feed: it is refused, not kept.
   */
  toFile?(
    message: WebhookMessage & { url?: string },
    context: ConnectorContext<Settings, Credentials>,
  ): ReceivedFile | undefined | Promise<ReceivedFile | undefined>
  /** Reads a verified message. Throws Malformed, never guesses. */
  parse(message: WebhookMessage): WebhookEvent[]
  /** JSON keys that hold personal data, dropped at any depth before anything is stored; of addresses, what routing needs stays. */
  personalDataKeys: readonly PersonalDataKey[]
}

/** Answered with status 200. */
export type ChallengeAnswer = { contentType: string; body: string }

const FEED_HEADER = 'x-plimsoll-feed'

/** What stands for a file that was kept: its feed has something new. */
export function fileMessage(feed: string): WebhookMessage {
  return { headers: { [FEED_HEADER]: feed }, body: new Uint8Array() }
}

/** The feed of such a message; undefined: it is another. */
export function feedOfMessage(message: WebhookMessage): string | undefined {
  return message.headers[FEED_HEADER]
}
