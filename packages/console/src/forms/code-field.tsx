import { entryText } from '../text/entry.ts'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'

export type SecondFactorKind = 'totp' | 'backup-code'

/** A code of the authenticator, or a backup code when it is not at hand. */
export function CodeField({
  code,
  onCodeChange,
  kind,
  onKindChange,
  takesFocus = false,
}: {
  code: string
  onCodeChange: (code: string) => void
  kind: SecondFactorKind
  /** Missing: only the authenticator counts here. */
  onKindChange?: (kind: SecondFactorKind) => void
  takesFocus?: boolean
}) {
  const isTotp = kind === 'totp'
  return (
    <div>
      <Field
        label={isTotp ? entryText.secondFactor.code : entryText.secondFactor.backupCode}
        name="code"
        hint={isTotp ? entryText.secondFactor.codeHint : entryText.secondFactor.backupHint}
      >
        <Input
          // The question itself moved the focus here.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus={takesFocus}
          mono
          value={code}
          onValueChange={onCodeChange}
          inputMode={isTotp ? 'numeric' : 'text'}
          autoComplete={isTotp ? 'one-time-code' : 'off'}
          spellCheck={false}
          maxLength={40}
          className="tracking-widest"
        />
      </Field>
      {onKindChange !== undefined && (
        <button
          type="button"
          className="mt-2 text-xs font-medium text-accent-ink hover:underline"
          onClick={() => {
            onKindChange(isTotp ? 'backup-code' : 'totp')
            onCodeChange('')
          }}
        >
          {isTotp ? entryText.secondFactor.withBackup : entryText.secondFactor.withTotp}
        </button>
      )}
    </div>
  )
}
