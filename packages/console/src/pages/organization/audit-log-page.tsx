import { AuditLog, ExportMenu } from '../../audit/audit-log.tsx'
import { useParameter } from '../../hooks/use-parameter.ts'
import { usePermission } from '../../hooks/use-permission.ts'
import { auditText } from '../../text/audit.ts'
import { PageHeader } from '../../ui/layout.tsx'
import { ForbiddenState } from '../../ui/states.tsx'

export function Page() {
  const org = useParameter('org')
  const { allowed, reason } = usePermission(org, 'audit:read')
  return (
    <>
      <PageHeader title={auditText.title} description={auditText.description} actions={<ExportMenu org={org} disabledReason={reason} />} />
      {allowed ? <AuditLog org={org} /> : <ForbiddenState>{reason}</ForbiddenState>}
    </>
  )
}
