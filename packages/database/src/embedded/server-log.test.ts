import { expect, test } from 'vitest'
import { retryFromLog } from './server-log.ts'

// The words of PostgreSQL 18 (miscinit.c, pqcomm.c, postmaster.c). Old backends vanish within 50 ms, so
// no test with a real server meets that refusal every time.
test.each([
  ['FATAL:  pre-existing shared memory block (key 2273089, ID 32770) is still in use', 'old-backends'],
  ['FATAL:  lock file "postmaster.pid" already exists', 'someone-else'],
  ['FATAL:  lock file "postmaster.pid" is empty', 'empty-lock-file'],
  ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', 'port-taken'],
  ['FATAL:  could not create any TCP/IP sockets', 'port-taken'],
  ['FATAL:  could not map anonymous shared memory: Cannot allocate memory', undefined],
  ['', undefined],
])('a start refused with "%s" is tried again because of: %s', (line, retry) => {
  expect(retryFromLog(`LOG:  starting PostgreSQL 18.4\n${line}\n`)).toBe(retry)
})
