import { ErrorSummary, Notice } from "@gatehouse/ui";
import type { SignUpScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { RequestLinkForm } from "./request-link-form.tsx";

const headingOf = ({ mode }: Pick<SignUpScreen, "mode">): string =>
  mode === "invitation" ? "Get another invitation" : "Create an account";

export const signUpTitle = (model: SignUpScreen): string =>
  `${model.error ? "Error: " : ""}${headingOf(model)}`;

/** Asks for the address only: everything else comes after it is verified. */
export function SignUpPage({ model }: { readonly model: SignUpScreen }) {
  return (
    <Gate title={headingOf(model)} to={model.site && <>to continue to {model.site.name}</>}>
      {model.error && (
        <ErrorSummary title="There is no account yet" errors={[{ text: model.error, field: "email" }]} />
      )}
      <Explanation mode={model.mode} />
      {model.mode !== "off" && (
        <RequestLinkForm
          action={model.action}
          hidden={model.hidden}
          field="email"
          label="Email"
          hint="You get a link there. It proves that the address is yours."
          value={model.email}
          error={model.error}
          autoComplete="email"
        />
      )}
      <p className="gate-back">
        Have an account already? <a href={model.signIn}>Sign in</a>
      </p>
    </Gate>
  );
}

function Explanation({ mode }: Pick<SignUpScreen, "mode">) {
  if (mode === "open") return null;
  return (
    <Notice>
      <p>
        {mode === "invitation"
          ? "Accounts are by invitation. If you were invited and lost the mail, or its link is too old, you get another one here."
          : "Nobody can create an account here. Ask the people who run Gatehouse for one."}
      </p>
    </Notice>
  );
}
