import { ErrorSummary, Notice } from "@gatehouse/ui";
import type { ForgotPasswordScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { RequestLinkForm } from "./request-link-form.tsx";

export const forgotPasswordTitle = ({ error }: ForgotPasswordScreen): string =>
  `${error ? "Error: " : ""}Forgot your password?`;

/** Sends a link with which the user chooses another password. */
export function ForgotPasswordPage({ model }: { readonly model: ForgotPasswordScreen }) {
  return (
    <Gate title="Forgot your password?" to={model.site && <>to continue to {model.site.name}</>}>
      {model.error && (
        <ErrorSummary title="No link was sent yet" errors={[{ text: model.error, field: "identifier" }]} />
      )}
      {model.mailIsOff ? (
        <Notice>
          <p>Gatehouse sends no mail here. Ask the people who run it: they can give you a link.</p>
        </Notice>
      ) : (
        <RequestLinkForm
          action={model.action}
          hidden={model.hidden}
          field="identifier"
          label="Username or email"
          hint="You get a link at the address of your account, and choose another password with it."
          value={model.identifier}
          error={model.error}
          autoComplete="username"
        />
      )}
      <p className="gate-back">
        <a href={model.signIn}>Back to sign in</a>
      </p>
    </Gate>
  );
}
