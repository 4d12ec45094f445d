/** Breaks answers the way that broken platforms, proxies and plugins do. For property tests. */

/** What may stand where something else was meant. */
const strangers: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e21,
  2 ** 53 + 2,
  '',
  '7',
  '1.5',
  'TELEPORTED',
  'not a date',
  '2026-02-31T25:61:61',
  [],
  {},
  [[]],
  { '0': 1 },
]

/** One value of the text, anywhere in it, becomes something else or goes missing. */
export function spoiltValue(text: string, random: () => number): string {
  const root: unknown = JSON.parse(text)
  const places = [...placesIn(root)]
  const place = places[Math.floor(random() * places.length)]
  if (place === undefined || random() < 0.02) return JSON.stringify(strangers[at(random)])
  const { holder, key, value } = place
  if (random() < 0.25) {
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
  } else {
    // What is a list may come as an object and the reverse: PHP writes an empty map as [].
    const turned = Array.isArray(value)
      ? { ...value }
      : isObject(value)
        ? Object.values(value)
        : String(value)
    Object.assign(holder, { [key]: random() < 0.3 ? turned : strangers[at(random)] })
  }
  return JSON.stringify(root)
}

/** The text itself breaks: cut off, a web page, something before or after it. */
export function spoiltText(text: string, random: () => number): string {
  const ways: readonly (() => string)[] = [
    () => text.slice(0, Math.floor(random() * text.length)),
    () => '<!doctype html><html><body>Just a moment…</body></html>',
    () => `<br />\n<b>Notice</b>: Undefined index in <b>/srv/plugin.php</b>\n${text}`,
    () => `${text}<!-- served from cache -->`,
    () => `\uFEFF${text}`,
    () => '',
    () => 'null',
    () => '[]',
    () => '{}',
    () => '0',
    () => `[${text}]`,
  ]
  return ways[Math.floor(random() * ways.length)]?.() ?? ''
}

function at(random: () => number): number {
  return Math.floor(random() * strangers.length)
}

type Place = { holder: Record<string, unknown> | unknown[]; key: string; value: unknown }

function* placesIn(value: unknown): Generator<Place> {
  if (Array.isArray(value)) {
    for (const [key, inner] of value.entries()) {
      yield { holder: value, key: String(key), value: inner }
      yield* placesIn(inner)
    }
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      yield { holder: value, key, value: inner }
      yield* placesIn(inner)
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
