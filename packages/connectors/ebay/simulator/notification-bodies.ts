import { z } from 'zod'
import type { TokenKind } from './access.ts'
import type { RowError } from './rest.ts'

/** What the Notification API is sent and keeps. */
export type Destination = {
  destinationId: string
  name: string
  status: 'ENABLED' | 'DISABLED' | 'MARKED_DOWN'
  deliveryConfig: { endpoint: string; verificationToken: string }
}
export type Subscription = {
  subscriptionId: string
  owner: TokenKind
  topicId: string
  destinationId: string
  status: 'ENABLED' | 'DISABLED'
  payload: { format: string; schemaVersion: string; deliveryProtocol: string }
}

/** Topics, and whose they are. */
export const topicOwners: Readonly<Record<string, TokenKind>> = {
  ORDER_CONFIRMATION: 'user',
  AUTHORIZATION_REVOCATION: 'application',
  MARKETPLACE_ACCOUNT_DELETION: 'application',
}

export function notificationError(errorId: number, message: string): RowError {
  return { errorId, domain: 'API_NOTIFICATION', category: 'REQUEST', message }
}

export const destinationBody = z.object({
  name: z.string().min(1).max(64),
  status: z.enum(['ENABLED', 'DISABLED']),
  deliveryConfig: z.object({
    endpoint: z.url(),
    verificationToken: z.string().regex(/^[A-Za-z0-9_-]{32,80}$/),
  }),
})
export const subscriptionBody = z.object({
  topicId: z.string().min(1),
  destinationId: z.string().min(1),
  status: z.enum(['ENABLED', 'DISABLED']),
  payload: z.object({
    format: z.literal('JSON'),
    deliveryProtocol: z.literal('HTTPS'),
    schemaVersion: z.string().min(1),
  }),
})
