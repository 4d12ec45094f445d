import type { ConnectorError } from '@plimsoll/connector-kit'

/**
 * What a platform said to something that a person has just asked for, with the cure. Unlike a lane's work
 * (see `describeProblem` of the sync package) it waits in no queue: nobody tries it again but that person.
 */
export function describeRefusal(error: ConnectorError): string {
  const said = /[.!?。]$/.test(error.message) ? error.message : `${error.message}.`
  return `${said} ${cureOf(error)}`
}

function cureOf(error: ConnectorError): string {
  switch (error.kind) {
    case 'unauthorized':
      return 'Give working credentials and try again.'
    case 'forbidden':
      return 'Grant the missing right on the platform, then try again.'
    case 'rate-limited':
      return 'The platform asks to wait; try again in a moment.'
    case 'unavailable':
      return 'Check the address, and that it can be reached from here, then try again.'
    case 'malformed':
      return 'Look at the address in a browser: a firewall, a maintenance page or a plugin may answer in its place.'
    case 'invalid':
      return 'Correct the value named, then try again.'
    case 'not-found':
      return 'Check the address and the account, then try again.'
    case 'conflict':
      return 'Something else changed it meanwhile; try again.'
    default: {
      const never: never = error.kind
      return never
    }
  }
}
