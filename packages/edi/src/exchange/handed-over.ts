import {
  digestOfFile,
  FILE_HEADERS,
  Invalid,
  type ReceivedFile,
  type WebhookMessage,
} from '@plimsoll/connector-kit'
import { EdiProblem } from '../problems.ts'
import type { PartnerProfile } from '../profile.ts'
import { IN_FEED, readFile } from './book.ts'
import { SAID_NOW } from './terms.ts'

/**
 * A file of the partner's that came by upload or by a call, in place of the folder. Whoever hands it over hears at once what is
 * wrong with it, and nothing of it is kept then: there is no folder to leave it in.
 * @returns undefined for what came out of the folder: it is kept already
 * @throws Invalid with the place in the file
 */
export function toHandedFile(
  { headers, body, url }: WebhookMessage & { url?: string },
  profile: PartnerProfile,
): ReceivedFile | undefined {
  const named = headers[FILE_HEADERS.name]
  if (named === undefined && url === undefined) return undefined
  const read = readFile(body, profile)
  if (read instanceof EdiProblem) throw new Invalid(read.message, 'file')
  const [refused] = read.refused
  if (refused !== undefined)
    throw new Invalid(`${refused.id} ${refused.key}: ${refused.problem.message}`, 'file')
  return {
    feed: IN_FEED,
    name: named === undefined ? `${digestOfFile(body).slice(0, 12)}.edi` : decodeURIComponent(named),
    content: body,
    sequence: undefined,
    ...SAID_NOW,
  }
}
