import { toStoredKey } from '../client-key.ts'

/** Which request of a client this is, and who made it. */
export type RequestBy = { key: string; actor: string }

/** The same as the ledger keeps it: keys of clients of the API are apart from those of everybody else. */
export function byOfApi({ key, actor }: RequestBy): RequestBy {
  return { key: toStoredKey('api', key), actor }
}
