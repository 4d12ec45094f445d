import type { FastifyInstance } from 'fastify'
import type { Configuration } from './configuration.ts'

/** Gives the address; where the port cannot be had, a `ListenProblem`. */
export async function listen(server: FastifyInstance, { host, port }: Configuration): Promise<string> {
  try {
    return await server.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : 'may not be used by this user'
    throw new ListenProblem(
      `Port ${port} of ${host} ${why}. Name another with --port (0 picks a free one), or stop what uses it.`,
      { cause: error },
    )
  }
}

/** The port cannot be had; the message says which and what to do. */
export class ListenProblem extends Error {
  constructor(message: string, options: ErrorOptions) {
    super(message, options)
    this.name = 'ListenProblem'
  }
}
