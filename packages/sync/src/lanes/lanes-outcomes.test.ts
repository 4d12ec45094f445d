import {
  Conflict,
  type ConnectorError,
  Forbidden,
  Invalid,
  Malformed,
  NotFound,
  RateLimited,
  Unauthorized,
  Unavailable,
} from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { decideFailedCall, decideSettlement, type FailedCall, type Settlement } from './lanes.ts'

// What a lane makes of the outcomes of its writes.

const invalid = new Invalid('no', 'quantity')
const notFound = new NotFound('gone')
const conflict = new Conflict('other', 3)
const malformed = new Malformed('html', '<html>')
const limited = new RateLimited('slow', 100)
const unavailable = new Unavailable('cut', true)
const neverLeft = new Unavailable('down', false)
const unauthorized = new Unauthorized('who')
const forbidden = new Forbidden('no right', 'write_inventory')

test.each<[string, Parameters<typeof decideSettlement>[1], Settlement]>([
  [
    'the echo as sent',
    { writeId: 'w', kind: 'applied', quantity: 7 },
    { kind: 'acknowledged', quantity: 7, asWanted: true },
  ],
  [
    'the echo decides',
    { writeId: 'w', kind: 'applied', quantity: 9 },
    { kind: 'acknowledged', quantity: 9, asWanted: false },
  ],
  [
    'taken, outcome later',
    { writeId: 'w', kind: 'accepted', ticket: 't' },
    { kind: 'accepted', ticket: 't' },
  ],
  ['not carried out', { writeId: 'w', kind: 'untouched' }, { kind: 'again' }],
  ['conflict', { writeId: 'w', kind: 'refused', error: conflict }, { kind: 'conflict', error: conflict }],
  ['unreadable', { writeId: 'w', kind: 'refused', error: malformed }, { kind: 'unknown', error: malformed }],
  ['throttled', { writeId: 'w', kind: 'refused', error: limited }, { kind: 'again' }],
  ['down', { writeId: 'w', kind: 'refused', error: neverLeft }, { kind: 'again' }],
  [
    'may have been carried out',
    { writeId: 'w', kind: 'refused', error: unavailable },
    { kind: 'unknown', error: unavailable },
  ],
  ['invalid', { writeId: 'w', kind: 'refused', error: invalid }, { kind: 'refused', error: invalid }],
  ['gone', { writeId: 'w', kind: 'refused', error: notFound }, { kind: 'refused', error: notFound }],
  ['forbidden', { writeId: 'w', kind: 'refused', error: forbidden }, { kind: 'refused', error: forbidden }],
  [
    'unauthorized',
    { writeId: 'w', kind: 'refused', error: unauthorized },
    { kind: 'refused', error: unauthorized },
  ],
])('the outcome of one write of 7: %s', (_, outcome, settlement) => {
  expect(decideSettlement({ quantity: 7 }, outcome)).toEqual(settlement)
})

test.each<[string, ConnectorError, number, FailedCall]>([
  ['throttled', limited, 3, { kind: 'again', pause: false }],
  ['never left', neverLeft, 3, { kind: 'again', pause: false }],
  ['no answer', unavailable, 3, { kind: 'unknown' }],
  ['unreadable answer', malformed, 3, { kind: 'unknown' }],
  ['unreadable before it left', new Malformed('x', '', false), 3, { kind: 'again', pause: false }],
  ['unauthorized', unauthorized, 3, { kind: 'again', pause: true }],
  ['forbidden', forbidden, 3, { kind: 'again', pause: true }],
  ['invalid batch', invalid, 2, { kind: 'split' }],
  ['invalid alone', invalid, 1, { kind: 'refused' }],
  ['not found in a batch', notFound, 2, { kind: 'split' }],
  ['not found alone', notFound, 1, { kind: 'refused' }],
  ['conflict in a batch', conflict, 2, { kind: 'split' }],
  ['conflict alone', conflict, 1, { kind: 'refused' }],
])('a call that failed as a whole: %s', (_, error, writes, failed) => {
  expect(decideFailedCall(error, writes)).toEqual(failed)
})
