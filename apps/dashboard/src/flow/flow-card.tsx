import { Link } from '@tanstack/react-router'
import { Handle, type NodeProps, Position } from '@xyflow/react'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { createContext, useContext } from 'react'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Mark } from '../mark.tsx'
import { useMadeName } from '../parts/made-name.ts'
import type { FlowNode } from './flow-model.ts'
import { linkOf, useFlowWords } from './flow-words.ts'
import { StandingMark } from './standing-mark.tsx'

/** Opens and closes groups; beside the cards' data, so that these stay the same objects. */
export const ToggleGroup = createContext<(id: string) => void>(() => undefined)

/** A card of the map. Links and buttons are the browser's own, so the keyboard finds them. */
export function FlowCard({ data }: NodeProps & { data: { node: FlowNode } }) {
  return (
    <>
      <Handle type="target" position={Position.Left} className="flow-handle" isConnectable={false} />
      <Face node={data.node} />
      <Handle type="source" position={Position.Right} className="flow-handle" isConnectable={false} />
    </>
  )
}

function Face({ node }: { node: FlowNode }) {
  const { t, locale } = useLanguage()
  const wordsOf = useFlowWords()
  const nameOf = useMadeName()
  const toggle = useContext(ToggleGroup)
  switch (node.kind) {
    case 'hub':
      return (
        <div className="grid size-full place-items-center content-center rounded-full border-4 border-ink bg-surface text-center">
          <Mark size={42} lineClass="text-sea" />
          <b className="mt-1 leading-tight font-semibold">{t('flow.hub')}</b>
          <span className="text-xs text-ink-2">{t('flow.hubNote')}</span>
        </div>
      )
    case 'connection': {
      const { amiss } = wordsOf(node.flows)
      return (
        <Link
          {...linkOf(node.connection, node.standing)}
          className="flow-card"
          style={{ borderLeftColor: node.connection.colour }}
        >
          <b className="truncate font-semibold">{node.connection.name}</b>
          <span className="truncate text-xs text-ink-2">
            {nameOf('madeConnector', node.connection.connectorName)}
          </span>
          <span className="flex gap-2.5 text-xs text-ink-2">
            <StandingMark standing={node.standing} />
            <span className="truncate">{amiss.join(' · ')}</span>
          </span>
        </Link>
      )
    }
    case 'group': {
      const { amiss } = wordsOf(node.flows)
      return (
        <button
          type="button"
          aria-expanded={node.isOpen}
          onClick={() => toggle(node.id)}
          className="flow-card flow-card-group"
          style={{ borderLeftColor: node.colour }}
        >
          <GroupHead name={nameOf('madeConnector', node.name)} isOpen={node.isOpen} />
          <span className="truncate text-xs text-ink-2">
            {t('flow.members', { count: node.members, n: formatNumber(locale, node.members) })}
          </span>
          <span className="flex gap-2.5 text-xs text-ink-2">
            <StandingMark standing={node.standing} />
            <span className="truncate">{amiss.join(' · ')}</span>
          </span>
        </button>
      )
    }
    case 'location':
      return (
        <div className="flow-card flow-card-place">
          <b className="truncate font-semibold" title={node.location.name}>
            {node.location.code} <span className="font-normal text-ink-2">{node.location.name}</span>
          </b>
          <span className="truncate text-xs text-ink-2">
            {node.countedBy === null ? t('flow.countedByHub') : t('flow.countedBy', { name: node.countedBy })}
          </span>
          {node.location.onHand !== null && (
            <span className="text-xs">
              {t('flow.units', { n: formatNumber(locale, node.location.onHand) })}
            </span>
          )}
        </div>
      )
    case 'locations':
      return (
        <button
          type="button"
          aria-expanded={node.isOpen}
          onClick={() => toggle(node.id)}
          className="flow-card flow-card-group flow-card-place"
        >
          <GroupHead name={t(`flow.place.${node.locationKind}`)} isOpen={node.isOpen} />
          <span className="truncate text-xs text-ink-2">
            {t('flow.group.location')}: {formatNumber(locale, node.members)}
          </span>
          {node.units !== null && (
            <span className="text-xs">{t('flow.units', { n: formatNumber(locale, node.units) })}</span>
          )}
        </button>
      )
    default: {
      const never: never = node
      return never
    }
  }
}

function GroupHead({ name, isOpen }: { name: string; isOpen: boolean }) {
  const Icon = isOpen ? ChevronDown : ChevronRight
  return (
    <b className="flex items-center gap-1 font-semibold">
      <Icon size={15} aria-hidden className="shrink-0" />
      <span className="truncate">{name}</span>
    </b>
  )
}
