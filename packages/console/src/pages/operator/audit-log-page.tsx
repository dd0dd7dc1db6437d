import { AuditLog, ExportMenu } from '../../audit/audit-log.tsx'
import { auditText } from '../../text/audit.ts'
import { PageHeader } from '../../ui/layout.tsx'
import { OperatorsOnly } from '../../operator/operators-only.tsx'

export function Page() {
  return (
    <OperatorsOnly>
      <PageHeader title={auditText.title} description={auditText.installationDescription} actions={<ExportMenu org={null} />} />
      <AuditLog org={null} />
    </OperatorsOnly>
  )
}
