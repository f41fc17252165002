import { Button, ErrorSummary, TextField } from "@gatehouse/ui";
import { waitWords } from "../../src/http/wait-words.ts";
import type { DeviceCodeScreen } from "../../src/screen/screen.ts";
import { Gate } from "../gate.tsx";
import { HiddenFields } from "../hidden-fields.tsx";

export const deviceCodeTitle = ({ error }: DeviceCodeScreen): string =>
  error ? "Error: Enter the code" : "Enter the code";

/** The form for the code that another device shows. */
export function DeviceCodePage({ model }: { readonly model: DeviceCodeScreen }) {
  const problem = model.error && errorWords(model.error);
  return (
    <Gate title="Enter the code" to="For a program or device that showed you one.">
      {problem && (
        <ErrorSummary title="Nothing was allowed" errors={[{ text: problem, field: "user-code" }]} />
      )}
      <form className="ui-form" method="post" action={model.action}>
        <HiddenFields fields={model.hidden} />
        <TextField
          id="user-code"
          name="user_code"
          label="Code"
          hint="Eight letters, such as BCDF-GHJK. Compare it with what your own device shows."
          value={model.code}
          error={problem}
          autoComplete="one-time-code"
        />
        <Button wide busyLabel="Looking …">
          Continue
        </Button>
      </form>
    </Gate>
  );
}

function errorWords({ code, retryInSeconds }: NonNullable<DeviceCodeScreen["error"]>): string {
  if (code === "code_missing") return "Enter the code";
  if (code === "code_wrong")
    return "This code is wrong, has expired or was used. Check it, or begin again on the device.";
  return `Too many codes were tried. Try again in ${waitWords(retryInSeconds)}.`;
}
