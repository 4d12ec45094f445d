import type { GrantBegun } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { AddLocation } from '../first-day/add-location.tsx'
import { connectionsQuery, connectorsQuery, locationsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { AccessForm, type ConnectorForms, type Made } from './access-form.tsx'
import { Connected } from './connected.tsx'
import { GrantWait } from './grant-wait.tsx'

/** Connects one platform: its form, the platform's own page where it has one, and what came of it. */
export function ConnectFormScreen() {
  const { t } = useLanguage()
  const nameOf = useMadeName()
  const { connector: id } = useParams({ from: '/connections/new/$connector' })
  const connectors = useQuery(connectorsQuery)
  const locations = useQuery(locationsQuery)
  const error = connectors.error ?? locations.error
  const connector = connectors.data?.rows.find((each) => each.id === id)
  const retry = () => {
    void connectors.refetch()
    void locations.refetch()
  }
  if (!connectors.data || !locations.data) {
    return (
      <>
        <Heading title={t('connect.title')} />
        <div className="panel max-w-2xl">
          {error ? <Failure error={error} onRetry={retry} /> : <Loading lines={7} />}
        </div>
      </>
    )
  }
  if (connector === undefined) {
    return (
      <Empty isPage title={t('connect.unknown', { id })} cure={t('connect.unknownCure')}>
        <Back />
      </Empty>
    )
  }
  if (locations.data.rows.length === 0) {
    return (
      <>
        <Heading title={t('connect.formTitle', { name: nameOf('madeConnector', connector.name) })} />
        <div className="panel max-w-2xl">
          <Empty title={t('connect.noLocation')} cure={t('connect.noLocationCure')}>
            <AddLocation />
          </Empty>
        </div>
      </>
    )
  }
  return <ConnectFlow connector={connector} />
}

type Stage = { kind: 'form' } | { kind: 'waiting'; grant: GrantBegun } | ({ kind: 'connected' } & Made)

function ConnectFlow({ connector }: { connector: ConnectorForms }) {
  const { t } = useLanguage()
  const [stage, setStage] = useState<Stage>({ kind: 'form' })
  const connections = useQuery(connectionsQuery)
  const onDone = useCallback(
    (connectionId: string) => setStage({ kind: 'connected', connectionId, check: undefined }),
    [],
  )
  const { name } = connector
  const madeName = (connectionId: string) =>
    connections.data?.rows.find((row) => row.connectionId === connectionId)?.name ?? name
  return (
    <>
      {stage.kind !== 'connected' && <Back />}
      <Heading title={t('connect.formTitle', { name })} />
      {/* Kept while the platform's page is open: whoever gives up finds what was typed. */}
      <div hidden={stage.kind !== 'form'}>
        <OnlyFor needs="admin">
          <AccessForm
            connector={connector}
            onMade={(made) => setStage({ kind: 'connected', ...made })}
            onBegun={(grant) => setStage({ kind: 'waiting', grant })}
          />
        </OnlyFor>
      </div>
      {stage.kind === 'waiting' && (
        <GrantWait
          key={stage.grant.grantId}
          name={name}
          grant={stage.grant}
          onDone={onDone}
          onAgain={() => setStage({ kind: 'form' })}
        />
      )}
      {stage.kind === 'connected' && (
        <Connected
          connectionId={stage.connectionId}
          name={madeName(stage.connectionId)}
          check={stage.check}
        />
      )}
    </>
  )
}

function Back() {
  const { t } = useLanguage()
  return (
    <Link to="/connections/new" className="link mb-2 inline-flex min-h-7 items-center">
      ← {t('connect.back')}
    </Link>
  )
}
