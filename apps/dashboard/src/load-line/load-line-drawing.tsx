import type { ItemDetail } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { decideLoad, draftMarks, spread } from './load-line.ts'

/**
 * The load line at full size: the ship's side with its draft marks at the left, the cargo (reserved, held)
 * from the keel up, the disc on the line, and each channel's mark where its promise ends, as the marks for
 * the seas stand beside the disc on a real hull.
 */
const heightPx = 300
const labelGapPx = 21

export function LoadLineDrawing({ item }: { item: ItemDetail }) {
  const { t, locale } = useLanguage()
  const load = decideLoad(item)
  const whole = Math.max(item.onHand, item.reserved + item.held, 1)
  const fromTop = (units: number) => heightPx * (1 - Math.min(1, Math.max(0, units / whole)))
  const line = fromTop(item.reserved + item.held)
  const marks = item.listings.map((listing) => {
    const desired = listing.levels.reduce((sum, level) => sum + (level.desired ?? 0), 0)
    // What this channel may still take would lift the cargo's top to here.
    return {
      name: listing.connectionName,
      desired,
      top: fromTop(item.reserved + item.held + desired * listing.unitsPerListing),
    }
  })
  const labels = spread(
    marks.map((mark) => mark.top),
    labelGapPx,
    heightPx,
  )
  const summary = t('loadLine.summary', {
    onHand: item.onHand,
    reserved: item.reserved,
    held: item.held,
    available: item.available,
  })
  return (
    <figure className="px-4 py-6">
      <div className="relative flex" style={{ height: `${heightPx}px` }}>
        <div className="relative w-12 shrink-0" aria-hidden>
          {draftMarks(whole, 6).map((units) => (
            <span
              key={units}
              className="absolute right-1.5 flex -translate-y-1/2 items-center gap-1 text-xs text-ink-2 after:h-px after:w-2 after:bg-ink-3"
              style={{ top: `${fromTop(units)}px` }}
            >
              {formatNumber(locale, units)}
            </span>
          ))}
        </div>
        <svg
          className="w-[32%] max-w-32 min-w-24 shrink-0 max-sm:w-[24%] max-sm:min-w-20"
          viewBox={`0 0 100 ${heightPx}`}
          preserveAspectRatio="none"
          height={heightPx}
          role="img"
          aria-label={summary}
        >
          <defs>
            <clipPath id="hull-side">
              <path d={`M0 0H100V${heightPx - 46}Q100 ${heightPx} 62 ${heightPx}H0Z`} />
            </clipPath>
            <pattern
              id="held-hatch"
              width="7"
              height="7"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect width="7" height="7" fill="var(--line)" />
              <path d="M0 0v7" stroke="var(--ink-3)" strokeWidth="3" />
            </pattern>
          </defs>
          <g clipPath="url(#hull-side)">
            <rect width="100" height={heightPx} fill={load.isEmpty ? 'var(--sunken)' : 'var(--sea-soft)'} />
            <rect
              y={fromTop(item.reserved)}
              width="100"
              height={load.reservedShare * heightPx}
              fill={load.isOversold ? 'var(--red-fill)' : 'var(--cargo)'}
            />
            <rect
              y={fromTop(item.reserved + item.held)}
              width="100"
              height={load.heldShare * heightPx}
              fill="url(#held-hatch)"
            />
          </g>
        </svg>
        <Disc top={line} isOversold={load.isOversold} />
        <div className="relative min-w-0 flex-1">
          {marks.map((mark, number) => {
            const at = labels[number] ?? mark.top
            return (
              <div key={mark.name}>
                <svg
                  className="absolute top-0 left-0 overflow-visible"
                  width="34"
                  height={heightPx}
                  aria-hidden="true"
                >
                  <path
                    d={`M-22 ${mark.top}H4L24 ${at}H32`}
                    fill="none"
                    stroke="var(--ink-2)"
                    strokeWidth="1.3"
                  />
                </svg>
                <p
                  className="absolute right-0 left-10 flex -translate-y-1/2 gap-2 text-[0.93rem] leading-5"
                  style={{ top: `${at}px` }}
                >
                  <b className="min-w-9 text-right font-semibold">{formatNumber(locale, mark.desired)}</b>
                  <span className="truncate text-ink-2" title={mark.name}>
                    {mark.name}
                  </span>
                </p>
              </div>
            )
          })}
        </div>
      </div>
      <figcaption className="mt-5 flex flex-wrap gap-x-5 gap-y-1 text-xs text-ink-2">
        <Key colour={load.isOversold ? 'var(--red-fill)' : 'var(--cargo)'} text={t('stock.reserved')} />
        <Key
          colour="repeating-linear-gradient(45deg, var(--ink-3) 0 2px, var(--line) 2px 5px)"
          text={t('stock.held')}
        />
        <Key colour="var(--sea-soft)" text={t('loadLine.free')} />
        <span className="w-full">{t('loadLine.meaning')}</span>
      </figcaption>
    </figure>
  )
}

/** The Plimsoll mark itself, lying where the cargo ends. */
function Disc({ top, isOversold }: { top: number; isOversold: boolean }) {
  return (
    <svg
      className={`relative -ml-[4.6rem] w-[4.6rem] shrink-0 overflow-visible ${isOversold ? 'text-red' : 'text-ink'}`}
      height={heightPx}
      aria-hidden="true"
    >
      <g transform={`translate(0 ${top})`}>
        <circle
          cx="30"
          cy="0"
          r="13"
          fill="var(--surface)"
          fillOpacity="0.85"
          stroke="currentColor"
          strokeWidth="3.5"
        />
        <path d="M4 0h52" stroke="currentColor" strokeWidth="3.5" />
      </g>
    </svg>
  )
}

function Key({ colour, text }: { colour: string; text: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <span className="size-3 rounded-sm border border-line-2" style={{ background: colour }} aria-hidden />
      {text}
    </span>
  )
}
