import { joinedPairs, type SigningScheme } from '@plimsoll/connector-kit'

/** Neither `client_id` nor `language` is signed. `data` is the text of the JSON that is sent. */
export type SignedCall = {
  action: string
  app_key: string
  data: string
  format: string
  platform: string
  sign_method: string
  timestamp: string
  version: string
}

/** Names and values in the order of the names, between two times the secret: the account's token, and the application's. */
export const scheme: SigningScheme<SignedCall> = {
  canonical: (call, secret) => `${secret}${joinedPairs(call)}${secret}`,
  hash: 'md5',
  letters: 'upper',
}
