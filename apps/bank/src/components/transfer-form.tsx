import { pageUserField } from "@gatehouse/auth/form-route";
import { Button, ErrorSummary, Notice, TextField } from "@gatehouse/ui";
import { SECOND_STEP_ABOVE_CENTS } from "../judge-transfer.ts";
import { ACCOUNT_NAMES, type Account } from "../ledger.ts";
import { formatEuros } from "../money.ts";
import type { TransferFormState } from "../transfer-form-state.ts";

/** Works without scripts. */
export function TransferForm({
  userId,
  draft,
  accounts,
  typed,
  isBack,
  problems,
}: Omit<TransferFormState, "isOfAnother"> & { readonly userId: string }) {
  const errors = Object.entries(problems).map(([field, text]) => ({ field: `transfer-${field}`, text }));
  return (
    <form method="post" action="/transfer/send" className="ui-form transfer">
      {errors.length > 0 && <ErrorSummary title="No money was moved" errors={errors} />}
      {isBack && (
        <Notice>
          <p>Your transfer is as you left it, and no money was moved yet. Check it, then send it.</p>
        </Notice>
      )}
      <input {...pageUserField(userId)} />
      <input type="hidden" name="draft" value={draft} />
      <AccountField name="from" label="From" accounts={accounts} value={typed.from} error={problems.from} />
      <AccountField name="to" label="To" accounts={accounts} value={typed.to} error={problems.to} />
      <TextField
        id="transfer-amount"
        name="amount"
        label="Amount in euros"
        autoComplete="off"
        value={typed.amount}
        error={problems.amount ?? null}
      />
      <TextField
        id="transfer-reference"
        name="reference"
        label="Reference"
        hint="Optional. It appears with the entry on both accounts."
        autoComplete="off"
        value={typed.reference}
        error={problems.reference ?? null}
      />
      <div>
        <Button>Move the money</Button>
        <p className="transfer-hint">
          If you signed in more than five minutes ago, we ask you to sign in again first. Transfers above{" "}
          {formatEuros(SECOND_STEP_ABOVE_CENTS)} need a second step, such as a code from your phone or a
          passkey. If you have none, you set it up on the way.
        </p>
      </div>
    </form>
  );
}

interface AccountFieldProps {
  readonly name: "from" | "to";
  readonly label: string;
  readonly accounts: readonly Account[];
  readonly value: string;
  readonly error: string | undefined;
}

function AccountField({ name, label, accounts, value, error }: AccountFieldProps) {
  const id = `transfer-${name}`;
  return (
    <div className="ui-field">
      <label htmlFor={id}>{label}</label>
      {error !== undefined && (
        <p className="ui-field-error" id={`${id}-error`}>
          <span className="visually-hidden">Error: </span>
          {error}
        </p>
      )}
      <div className="ui-select">
        <select
          id={id}
          name={name}
          className="ui-control"
          defaultValue={value}
          aria-describedby={error === undefined ? undefined : `${id}-error`}
          aria-invalid={error === undefined ? undefined : true}
        >
          {accounts.map((account) => (
            <option key={account.id} value={account.id}>
              {ACCOUNT_NAMES[account.kind]} · {formatEuros(account.balanceCents)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
