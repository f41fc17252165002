import { Button, ButtonLink, CheckboxField, ErrorSummary, Page, TextField } from "@gatehouse/ui";
import type { MakeAppPasswordScreen } from "../../src/screen/screen.ts";
import { HiddenFields } from "../hidden-fields.tsx";
import { AccountHeader } from "./account-frame.tsx";
import { allowedLabel, lifeWords, makeErrorWords } from "./app-password-words.ts";

export const makeAppPasswordTitle = ({ errors }: MakeAppPasswordScreen): string =>
  `${errors.length > 0 ? "Error: " : ""}Make an app password`;

/** Asks for the app password's name, scopes and lifetime. */
export function MakeAppPasswordPage({ model }: { readonly model: MakeAppPasswordScreen }) {
  const errors = model.errors.map((code) => makeErrorWords(code, model.longestName));
  const errorOf = (part: "name" | "scopes" | "days") =>
    errors.find((error) => error.part === part)?.text ?? null;
  const [first] = model.scopes;
  const fields = { name: "name", scopes: first === undefined ? "" : idOf(first), days: "days" };
  return (
    <Page isPrivate header={<AccountHeader />}>
      <div className="one-column">
        <h1 className="ui-title">Make an app password</h1>
        <p className="ui-lead">
          For the account of <bdi>{model.personName}</bdi>, and for one program that asks for its password.
          The program can do what you tick, and nothing else.
        </p>
        {errors.length > 0 && (
          <ErrorSummary
            title="There is no app password yet"
            errors={errors.map(({ text, part }) =>
              part === undefined ? { text } : { text, field: fields[part] },
            )}
          />
        )}
        <form className="ui-form" method="post" action={model.action}>
          <HiddenFields fields={model.hidden} />
          <TextField
            id={fields.name}
            name="name"
            label="Name"
            hint="Which program it is for, and where it runs."
            error={errorOf("name")}
            autoComplete="off"
            value={model.name}
          />
          <Scopes scopes={model.scopes} error={errorOf("scopes")} />
          <Lives lives={model.lives} error={errorOf("days")} />
          <div className="form-ways">
            <Button busyLabel="Making it …">Make the app password</Button>
            <ButtonLink kind="plain" href="/account/apps">
              Cancel
            </ButtonLink>
          </div>
        </form>
      </div>
    </Page>
  );
}

function Scopes({ scopes, error }: Pick<MakeAppPasswordScreen, "scopes"> & { error: string | null }) {
  return (
    <fieldset className="choices" aria-describedby={error === null ? undefined : "scopes-error"}>
      <legend>What it may do</legend>
      <FieldError id="scopes-error" error={error} />
      {scopes.map((scope) => (
        <CheckboxField
          key={scope.field}
          id={idOf(scope)}
          name={scope.field}
          label={allowedLabel(scope)}
          checked={scope.chosen}
        />
      ))}
    </fieldset>
  );
}

function Lives({ lives, error }: Pick<MakeAppPasswordScreen, "lives"> & { error: string | null }) {
  return (
    <div className="ui-field">
      <label htmlFor="days">For how long</label>
      <FieldError id="days-error" error={error} />
      <div className="ui-select">
        <select
          className="ui-control"
          id="days"
          name="days"
          autoComplete="off"
          defaultValue={lives.find(({ chosen }) => chosen)?.days ?? lives[0]?.days}
          aria-describedby={error === null ? undefined : "days-error"}
          aria-invalid={error === null ? undefined : true}
        >
          {lives.map(({ days }) => (
            <option key={days} value={days}>
              {lifeWords(days)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function FieldError({ id, error }: { id: string; error: string | null }) {
  if (error === null) return null;
  return (
    <p className="ui-field-error" id={id}>
      <span className="visually-hidden">Error: </span>
      {error}
    </p>
  );
}

function idOf({ field }: { readonly field: string }): string {
  return field.replaceAll(/[^a-z]+/g, "-");
}
