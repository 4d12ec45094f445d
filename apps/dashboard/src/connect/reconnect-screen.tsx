import type { ConnectionRow, GrantBegun } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { UnknownConnection } from '../connections/unknown-connection.tsx'
import { connectionsQuery, connectorsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { AccessForm, type ConnectorForms, type Made } from './access-form.tsx'
import { Connected } from './connected.tsx'
import { GrantWait } from './grant-wait.tsx'

/** New access for a connection that there is: same account, same mappings. */
export function ReconnectScreen() {
  const { t } = useLanguage()
  const { id } = useParams({ from: '/connections/$id/reconnect' })
  const connections = useQuery(connectionsQuery)
  const connectors = useQuery(connectorsQuery)
  const row = connections.data?.rows.find(({ connectionId }) => connectionId === id)
  const connector = connectors.data?.rows.find((each) => each.id === row?.connector)
  const error = connections.error ?? connectors.error
  if (!connections.data || !connectors.data) {
    const retry = () => {
      void connections.refetch()
      void connectors.refetch()
    }
    return (
      <>
        <Heading title={t('connections.reconnect')} />
        <div className="panel max-w-2xl">
          {error ? <Failure error={error} onRetry={retry} /> : <Loading lines={5} />}
        </div>
      </>
    )
  }
  if (row === undefined || connector === undefined) {
    return <UnknownConnection />
  }
  return <ReconnectFlow row={row} connector={connector} />
}

type Stage = { kind: 'form' } | { kind: 'waiting'; grant: GrantBegun } | ({ kind: 'connected' } & Made)

function ReconnectFlow({ row, connector }: { row: ConnectionRow; connector: ConnectorForms }) {
  const { t } = useLanguage()
  const [stage, setStage] = useState<Stage>({ kind: 'form' })
  const onDone = useCallback(
    (connectionId: string) => setStage({ kind: 'connected', connectionId, check: undefined }),
    [],
  )
  const { connectionId, name, account } = row
  return (
    <>
      <Link
        to="/connections/$id"
        params={{ id: connectionId }}
        className="link mb-2 inline-flex min-h-7 items-center"
      >
        ← {t('connect.backToConnection', { name })}
      </Link>
      <Heading title={t('connect.reconnectTitle', { name })} />
      {stage.kind !== 'connected' && (
        <p className="mb-4 max-w-2xl text-ink-2">
          {t('connect.reconnectText')}
          {account !== null && ` ${t('connect.account')}: ${account}`}
        </p>
      )}
      <div hidden={stage.kind !== 'form'}>
        <OnlyFor needs="admin">
          <AccessForm
            connector={connector}
            connectionId={connectionId}
            onMade={(made) => setStage({ kind: 'connected', ...made })}
            onBegun={(grant) => setStage({ kind: 'waiting', grant })}
          />
        </OnlyFor>
      </div>
      {stage.kind === 'waiting' && (
        <GrantWait
          key={stage.grant.grantId}
          name={connector.name}
          grant={stage.grant}
          onDone={onDone}
          onAgain={() => setStage({ kind: 'form' })}
        />
      )}
      {stage.kind === 'connected' && (
        <Connected connectionId={connectionId} name={name} check={stage.check} isAgain />
      )}
    </>
  )
}
