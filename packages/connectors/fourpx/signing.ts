import { joinedPairs, type SigningScheme } from '@plimsoll/connector-kit'

export type SignedCall = {
  /** Of the address, those that are signed: neither `sign` nor `access_token` nor `language`. */
  parameters: { app_key: string; format: string; method: string; timestamp: string; v: string }
  body: string
}

/** Names and values in the order of the names, then the body as it is sent, then the secret: open.4px.com, 接入说明. */
export const scheme: SigningScheme<SignedCall> = {
  canonical: ({ parameters, body }, secret) => `${joinedPairs(parameters)}${body}${secret}`,
  hash: 'md5',
  letters: 'lower',
}
