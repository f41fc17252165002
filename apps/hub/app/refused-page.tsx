import { ButtonLink, Reference } from "@gatehouse/ui";
import type { RefusedScreen } from "../src/screen/screen.ts";
import { Gate } from "./gate.tsx";

/** A request that was not followed: what was wrong, what to do. */
export function RefusedPage({ model }: { readonly model: RefusedScreen }) {
  return (
    <Gate title={model.title}>
      <div className="gate-words">
        {model.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      {model.forItsPeople !== undefined && (
        <details className="gate-aside">
          <summary>For the people who run the site</summary>
          <p>{model.forItsPeople}</p>
        </details>
      )}
      <div className="gate-ways">
        {model.link !== undefined && (
          <ButtonLink wide href={model.link.href}>
            {model.link.label}
          </ButtonLink>
        )}
        <ButtonLink kind="plain" wide href="/">
          Go to Gatehouse
        </ButtonLink>
      </div>
      {/* The dot stays at the end of its line. */}
      <Reference code={`${model.reference}\u00a0· ${model.code}`} />
    </Gate>
  );
}
