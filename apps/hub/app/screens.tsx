/** The screens by name. A route decides and makes the model; nothing here looks anything up. */
import type { ReactNode } from "react";
import type { ScreenOf, Screens } from "../src/screen/screen.ts";
import { ActivityPage } from "./account/activity-page.tsx";
import { AddPasskeyPage, addPasskeyTitle } from "./account/add-passkey-page.tsx";
import { AppPasswordMadePage } from "./account/app-password-made-page.tsx";
import { AppsPage } from "./account/apps-page.tsx";
import { ChangePasswordPage, changePasswordTitle } from "./account/change-password-page.tsx";
import { DataPage, dataTitle } from "./account/data-page.tsx";
import { EmailPage, emailTitle } from "./account/email-page.tsx";
import { KeepAccountPage } from "./account/keep-account-page.tsx";
import { MakeAppPasswordPage, makeAppPasswordTitle } from "./account/make-app-password-page.tsx";
import { NamePage, nameTitle } from "./account/name-page.tsx";
import { PicturePage, pictureTitle } from "./account/picture-page.tsx";
import { ProfilePage } from "./account/profile-page.tsx";
import { SecurityPage } from "./account/security-page.tsx";
import { SessionsPage } from "./account/sessions-page.tsx";
import { AskBeforePage } from "./cas/ask-before-page.tsx";
import { ChooseAccountPage } from "./cas/choose-account-page.tsx";
import { LoggedOutPage } from "./cas/logged-out-page.tsx";
import { LoginPage, loginTitle } from "./cas/login-page.tsx";
import { NewPasswordPage, newPasswordTitle } from "./cas/new-password-page.tsx";
import { TicketFormPage } from "./cas/ticket-form-page.tsx";
import { DevMailPage, devMailTitle } from "./dev-mail/dev-mail-page.tsx";
import { DevMailsPage } from "./dev-mail/dev-mails-page.tsx";
import { RecoveryCodesPage } from "./factor/recovery-codes-page.tsx";
import { SecondFactorPage, secondFactorTitle } from "./factor/second-factor-page.tsx";
import { SetUpCodesPage, setUpCodesTitle } from "./factor/set-up-codes-page.tsx";
import { HomePage } from "./home-page.tsx";
import { LeavingPage, leavingTitle } from "./leaving-page.tsx";
import { ConsentPage } from "./oidc/consent-page.tsx";
import { consentTitle } from "./oidc/consent-words.ts";
import { DeviceCodePage, deviceCodeTitle } from "./oidc/device-code-page.tsx";
import { DeviceDonePage, deviceDoneTitle } from "./oidc/device-done-page.tsx";
import { SignOutPage } from "./oidc/sign-out-page.tsx";
import { RefusedPage } from "./refused-page.tsx";
import { CheckMailPage } from "./sign-up/check-mail-page.tsx";
import { ConfirmEmailPage, EmailConfirmedPage } from "./sign-up/confirm-email-page.tsx";
import { ForgotPasswordPage, forgotPasswordTitle } from "./sign-up/forgot-password-page.tsx";
import { NewAccountPage, newAccountTitle } from "./sign-up/new-account-page.tsx";
import { NewAccountPasskeyPage, newAccountPasskeyTitle } from "./sign-up/new-account-passkey-page.tsx";
import { ResetPasswordPage, resetPasswordTitle } from "./sign-up/reset-password-page.tsx";
import { SignUpPage, signUpTitle } from "./sign-up/sign-up-page.tsx";
import { UpstreamConnectPage, upstreamConnectTitle } from "./upstream/upstream-connect-page.tsx";
import { UpstreamUnknownPage, upstreamUnknownTitle } from "./upstream/upstream-unknown-page.tsx";

interface Component<Model> {
  readonly Page: (props: { readonly model: Model }) => ReactNode;
  /** Title of the document, without the name of the hub; empty: that name alone. */
  readonly title: (model: Model) => string;
  /** Replaces the `same-origin` of the other pages. */
  readonly referrer?: "no-referrer";
}

const screens: { readonly [Name in keyof Screens]: Component<Screens[Name]> } = {
  login: { Page: LoginPage, title: loginTitle },
  "second-factor": { Page: SecondFactorPage, title: secondFactorTitle },
  "set-up-codes": { Page: SetUpCodesPage, title: setUpCodesTitle },
  "recovery-codes": { Page: RecoveryCodesPage, title: () => "Your recovery codes" },
  "new-password": { Page: NewPasswordPage, title: newPasswordTitle },
  "upstream-unknown": { Page: UpstreamUnknownPage, title: upstreamUnknownTitle },
  "upstream-connect": { Page: UpstreamConnectPage, title: upstreamConnectTitle },
  "choose-account": { Page: ChooseAccountPage, title: () => "Which account?" },
  "ask-before": { Page: AskBeforePage, title: ({ site }) => `Sign in to ${site.name}?` },
  "ticket-form": { Page: TicketFormPage, title: ({ site }) => `Going to ${site.name}` },
  leaving: { Page: LeavingPage, title: leavingTitle, referrer: "no-referrer" },
  "sign-out": { Page: SignOutPage, title: () => "Sign out?" },
  consent: { Page: ConsentPage, title: consentTitle },
  "device-code": { Page: DeviceCodePage, title: deviceCodeTitle },
  "device-done": { Page: DeviceDonePage, title: deviceDoneTitle },
  "logged-out": { Page: LoggedOutPage, title: () => "Signed out" },
  refused: { Page: RefusedPage, title: ({ title }) => title },
  home: { Page: HomePage, title: () => "" },
  account: { Page: ProfilePage, title: () => "Your account" },
  "account-security": { Page: SecurityPage, title: () => "Security" },
  "add-passkey": { Page: AddPasskeyPage, title: addPasskeyTitle },
  "account-sessions": { Page: SessionsPage, title: () => "Where you are signed in" },
  "account-activity": { Page: ActivityPage, title: () => "Activity" },
  "account-apps": { Page: AppsPage, title: () => "Apps" },
  "change-password": { Page: ChangePasswordPage, title: changePasswordTitle },
  "account-email": { Page: EmailPage, title: emailTitle },
  "account-name": { Page: NamePage, title: nameTitle },
  "account-picture": { Page: PicturePage, title: pictureTitle },
  "account-data": { Page: DataPage, title: dataTitle },
  "keep-account": { Page: KeepAccountPage, title: () => "Keep your account?" },
  "sign-up": { Page: SignUpPage, title: signUpTitle },
  "forgot-password": { Page: ForgotPasswordPage, title: forgotPasswordTitle },
  "check-mail": { Page: CheckMailPage, title: () => "Check your mail" },
  "new-account": { Page: NewAccountPage, title: newAccountTitle },
  "new-account-passkey": { Page: NewAccountPasskeyPage, title: newAccountPasskeyTitle },
  "reset-password": { Page: ResetPasswordPage, title: resetPasswordTitle },
  "confirm-email": { Page: ConfirmEmailPage, title: () => "Use this address?" },
  "email-confirmed": { Page: EmailConfirmedPage, title: () => "Your address is confirmed" },
  "make-app-password": { Page: MakeAppPasswordPage, title: makeAppPasswordTitle },
  "dev-mails": { Page: DevMailsPage, title: () => "Mail" },
  "dev-mail": { Page: DevMailPage, title: devMailTitle },
  "app-password-made": { Page: AppPasswordMadePage, title: () => "Your new app password" },
};

export function ScreenBody<Name extends keyof Screens>({ screen }: { readonly screen: ScreenOf<Name> }) {
  const { Page } = screens[screen.name];
  return <Page model={screen.model} />;
}

/** Title and referrer policy of the document, as plain text. */
export function headOf<Name extends keyof Screens>({
  name,
  model,
}: ScreenOf<Name>): {
  readonly title: string;
  readonly referrer: string;
} {
  const { title, referrer = "same-origin" } = screens[name];
  const own = title(model);
  return { title: own === "" ? "Gatehouse" : `${own} · Gatehouse`, referrer };
}
