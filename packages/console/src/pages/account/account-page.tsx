import { PasswordSection } from './password-section.tsx'
import { ProfileSection } from './profile-section.tsx'
import { SecondFactorSection } from './second-factor-section.tsx'
import { SessionsSection } from './sessions-section.tsx'
import { useSignedIn } from '../../api/person.ts'
import { accountText } from '../../text/account.ts'
import { PageHeader } from '../../ui/layout.tsx'

export function Page() {
  const person = useSignedIn()
  return (
    <div className="max-w-3xl">
      <PageHeader title={accountText.account.title} description={accountText.account.lead} />
      <div className="flex flex-col gap-6">
        <ProfileSection person={person} />
        <PasswordSection person={person} />
        <SecondFactorSection person={person} />
        <SessionsSection />
      </div>
    </div>
  )
}
