import '@xyflow/react/dist/base.css'
import './flow-map.css'
import type { OverviewFlow } from '@plimsoll/client'
import { Controls, type Edge, type Node, ReactFlow } from '@xyflow/react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useLanguage } from '../language.ts'
import { FlowCard, ToggleGroup } from './flow-card.tsx'
import { FlowLine } from './flow-line.tsx'
import { decideFlowMap, type FlowEdge, type FlowMap, type FlowNode, keepSame } from './flow-model.ts'

const nodeTypes = { card: FlowCard }
const edgeTypes = { line: FlowLine }

/** The map itself. Of its own file, with React Flow: only whoever looks at it pays for it. */
export function FlowMapView({ flow }: { flow: OverviewFlow }) {
  const { t } = useLanguage()
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const toggle = useCallback(
    (id: string) =>
      setOpen((known) => new Set(known.has(id) ? [...known].filter((each) => each !== id) : [...known, id])),
    [],
  )
  const keptNodes = useRef(new Map<string, { text: string; kept: Node }>())
  const keptEdges = useRef(new Map<string, { text: string; kept: Edge }>())
  const { nodes, edges } = useMemo(() => {
    const map = decideFlowMap(flow, open)
    return {
      nodes: keepSame(keptNodes.current, map.nodes.map(toNode)),
      edges: keepSame(
        keptEdges.current,
        toEdges(map, (from, to) => t('flow.edge', { from, to }), t('flow.hub')),
      ),
    }
  }, [flow, open, t])
  const words = useMemo(
    () => ({
      'controls.zoomIn.ariaLabel': t('flow.zoomIn'),
      'controls.zoomOut.ariaLabel': t('flow.zoomOut'),
      'controls.fitView.ariaLabel': t('flow.fit'),
      'controls.ariaLabel': t('flow.zoom'),
      // Nothing of the map takes the focus but buttons of ours: there is nothing to describe.
      'node.a11yDescription.default': '',
      'node.a11yDescription.keyboardDisabled': '',
      'edge.a11yDescription.default': '',
    }),
    [t],
  )
  return (
    <ToggleGroup value={toggle}>
      <section className="flow-map" aria-label={t('flow.mapLabel')}>
        <ReactFlow
          // An opened group changes what there is to fit; numbers do not.
          key={[...open].join()}
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          fitView
          fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
          minZoom={0.1}
          maxZoom={1.6}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          // The page scrolls over the map; pinching or Ctrl zooms it.
          zoomOnScroll={false}
          preventScrolling={false}
          disableKeyboardA11y
          ariaLabelConfig={words}
        >
          <Controls showInteractive={false} />
        </ReactFlow>
      </section>
    </ToggleGroup>
  )
}

function toNode(node: FlowNode): Node {
  const { id, x, y, width, height } = node
  return { id, type: 'card', position: { x, y }, width, height, data: { node } }
}

/** React Flow draws from the right of one to the left of the other, so each edge begins at its left end. */
function toEdges(
  { nodes, edges }: FlowMap,
  say: (from: string, to: string) => string,
  hubName: string,
): Edge[] {
  const places = new Map(nodes.map((node) => [node.id, node.x]))
  const names = new Map(nodes.map((node) => [node.id, nameOf(node) ?? hubName]))
  return edges.map((edge: FlowEdge) => {
    const isRight = (places.get(edge.from) ?? 0) > (places.get(edge.to) ?? 0)
    const [source, target] = isRight ? [edge.to, edge.from] : [edge.from, edge.to]
    // The map's own words, which an empty label would bring back, are ids, in English.
    const ariaLabel = say(names.get(edge.from) ?? '', names.get(edge.to) ?? '')
    return { id: edge.id, ariaLabel, type: 'line', source, target, data: { edge, isRight } }
  })
}

/** @returns undefined for the hub, which has a name in each language */
function nameOf(node: FlowNode): string | undefined {
  switch (node.kind) {
    case 'connection':
      return node.connection.name
    case 'group':
      return node.name
    case 'location':
      return node.location.name
    case 'locations':
      return node.locationKind
    case 'hub':
      return undefined
    default: {
      const never: never = node
      return never
    }
  }
}
