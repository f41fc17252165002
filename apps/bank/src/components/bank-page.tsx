import type { ReactNode } from "react";
import { auth, signInUrl, signOutUrl } from "../auth.ts";
import { BankMark } from "./bank-mark.tsx";

/** The frame of every page: whose accounts these are, and the way out. */
export async function BankPage({ path, children }: { path: string; children: ReactNode }) {
  const session = await auth();
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="site-header">
        <div className="bar">
          <a className="brand" href="/">
            <BankMark />
            <span>Harbour Bank</span>
          </a>
          {session !== null && <SignedInName name={session.user.name} />}
          {session === null ? (
            <a className="quiet-button" href={signInUrl(path === "/" ? "/accounts" : path)}>
              Sign in
            </a>
          ) : (
            <nav aria-label="Your accounts and sign-out">
              <a
                className="quiet-button"
                href="/accounts"
                aria-current={path === "/accounts" ? "page" : undefined}
              >
                Accounts
              </a>
              <form action={signOutUrl} method="post">
                <button type="submit" className="quiet-button">
                  Sign out
                </button>
              </form>
            </nav>
          )}
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer className="site-footer">
        <p>Harbour Bank · Old Customs House, Quay 1</p>
        <p>We never ask for your password by mail or telephone.</p>
      </footer>
    </>
  );
}

function SignedInName({ name }: { name: string }) {
  return (
    <p className="person" title={name}>
      <span className="person-hint">Signed in as </span>
      <bdi>{name}</bdi>
    </p>
  );
}
