/**
 * What a warehouse that is heard of by its files cannot owe: it is asked nothing at the moment of reading, so no answer can
 * refuse or break, and what it refuses it says in a file later.
 */
export const NOT_OWED: Readonly<Record<string, string>> = {
  'access: revoked credentials are Unauthorized in every operation':
    'Reading is reading what was kept: no call is made that could be refused.',
  'shipments: credentials that end between two pages are Unauthorized, not the end of the list':
    'Reading is reading what was kept: no call is made that could be refused.',
  'request: an unknown SKU is Invalid and named; nothing is made of it':
    'A file is taken or not; what is wrong with it comes back as a state, later.',
  'request: a bad address is Invalid and named, and says nothing of who lives there':
    'A file is taken or not; what is wrong with it comes back as a state, later.',
  'inbound: an unknown SKU is Invalid and named':
    'A file is taken or not; what is wrong with it is told by people.',
  'return notice: an unknown SKU is Invalid and named; nothing is expected by it':
    'A file is taken or not; what is wrong with it is told by people.',
  'shipment: a state that was never documented is an unreadable row, not a guess':
    'Its row is parked; what other rows say of the shipment stands.',
  'failures: throttled in the platform’s own words is RateLimited':
    'A definition names no codes of its own for this.',
}

const HTTP_FAULT =
  'The suite’s faults are those of HTTP; what befalls SFTP is tried in files-by-folder.test.ts.'

export const NOT_OWED_BY_FILE: Readonly<Record<string, string>> = {
  ...NOT_OWED,
  'I3: request: an answer that was lost is made sure of, and it ships once': HTTP_FAULT,
  'I3: cancel: an answer that was lost is asked for again': HTTP_FAULT,
  'I3: inbound: announced twice, and after a lost answer, it is one delivery': HTTP_FAULT,
  'I3: return notice: told twice, and after a lost answer, one return is expected': HTTP_FAULT,
  'return notice: taken back, nothing is expected; again it is the same; what has come stays':
    'No file is answered: that it was too late is told by what comes.',
  'failures: 429 with a hint is RateLimited with the hint': HTTP_FAULT,
  'failures: 429 without a hint is RateLimited': HTTP_FAULT,
  'failures: 500 is Unavailable, possibly carried out': HTTP_FAULT,
  'failures: 502 is Unavailable, possibly carried out': HTTP_FAULT,
  'failures: 503 is Unavailable, possibly carried out': HTTP_FAULT,
  'failures: 504 is Unavailable, possibly carried out': HTTP_FAULT,
  'failures: 301 is Unavailable, not carried out, and no write is refused for it': HTTP_FAULT,
  'failures: 302 is Unavailable, not carried out, and no write is refused for it': HTTP_FAULT,
  'failures: 307 is Unavailable, not carried out, and no write is refused for it': HTTP_FAULT,
  'failures: 308 is Unavailable, not carried out, and no write is refused for it': HTTP_FAULT,
  'failures: a web page with status 200 is Malformed or Unavailable': HTTP_FAULT,
  'failures: JSON of another shape is Malformed': HTTP_FAULT,
  'failures: truncated JSON is Malformed': HTTP_FAULT,
  'failures: a cut connection is Unavailable, possibly carried out': HTTP_FAULT,
}
