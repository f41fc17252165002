import { ButtonLink } from "@gatehouse/ui";
import { auth, signInUrl } from "../src/auth.ts";
import { BankPage } from "../src/components/bank-page.tsx";
import { HarbourDrawing } from "../src/components/harbour-drawing.tsx";
import { SignedOutNotice } from "../src/components/signed-out-notice.tsx";

export const dynamic = "force-dynamic";

const FACTS = [
  ["Two accounts", "A current account for the month and savings for later. No packages, no points."],
  ["Plain figures", "Each entry shows what was left after it, so every balance can be checked by hand."],
  ["Yours alone", "An account opens only for the person it belongs to. To everybody else it does not exist."],
] as const;

export default async function FrontPage() {
  const session = await auth();
  return (
    <BankPage path="/">
      <SignedOutNotice />
      <section className="front">
        <div>
          <h1>Your money, in calm water.</h1>
          <p>Harbour Bank keeps a current account and savings for people who want to see where they stand.</p>
          <p>
            {session === null ? (
              <ButtonLink href={signInUrl("/accounts")}>Sign in to your accounts</ButtonLink>
            ) : (
              <ButtonLink href="/accounts">See your accounts</ButtonLink>
            )}
          </p>
        </div>
        <HarbourDrawing />
      </section>
      <ul className="front-facts">
        {FACTS.map(([title, text]) => (
          <li key={title}>
            <h2>{title}</h2>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </BankPage>
  );
}
