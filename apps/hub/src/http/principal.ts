import type { FastifyRequest } from 'fastify'

/**
 * Who asks, as movements, history and audit name them.
 * @returns `api` as long as the hub has no accounts: whoever is on this machine
 */
export function actorOf(_request: FastifyRequest): string {
  return 'api'
}
