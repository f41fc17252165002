/** Notices: mails that tell users what happened to their account. They lead to pages that ask for a sign-in, and hold no secret. */
import type { QueuedMail } from "@gatehouse/database";
import type { MailComposers, MailContent } from "./compose.ts";
import type { ChangeFacts, FactorChange, MailFacts } from "./queue-mail.ts";

export interface NoticeNeeds {
  readonly hubUrl: string;
  /** "Firefox on Windows". */
  readonly describeBrowser: (userAgent: string) => string;
  /** Whether to send a mail about an unfinished sign-in: not if it was finished meanwhile. */
  readonly isUnfinished: (mail: QueuedMail) => Promise<boolean>;
}

const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

const toWhomever = "the hub tells you about every change of the ways to sign in to your account.";

const factorWords: {
  readonly [Change in FactorChange]: { readonly subject: string; readonly sentence: string };
} = {
  "passkey-added": {
    subject: "A passkey was added to your account",
    sentence: "Whoever has the passkey can sign in to your account with it.",
  },
  "passkey-removed": {
    subject: "A passkey was removed from your account",
    sentence: "It no longer signs you in.",
  },
  "passkey-renamed": {
    subject: "A passkey of your account was renamed",
    sentence: "It still signs you in.",
  },
  "passkey-copied": {
    subject: "A copy of your passkey may exist",
    sentence:
      "A sign-in with it was refused, because the passkey was used out of order. Remove it from your account, and add a new one.",
  },
  "codes-on": {
    subject: "One-time codes were switched on for your account",
    sentence: "Signing in with your password now asks for a code of your authenticator app as well.",
  },
  "codes-off": {
    subject: "One-time codes were switched off for your account",
    sentence: "Signing in with your password no longer asks for a code.",
  },
  "recovery-codes-made": {
    subject: "New recovery codes were made for your account",
    sentence: "Earlier recovery codes no longer work.",
  },
  "recovery-code-used": {
    subject: "A recovery code of your account was used",
    sentence: "The code replaced your second step for one sign-in, and no longer works.",
  },
  "second-step-reset": {
    subject: "Your second step was turned off",
    sentence:
      "The people who run the hub turned off the one-time codes, passkeys and recovery codes of your account, and signed you out everywhere. Sign in with your password, and set up a second step again on the Security page. If you have no password, choose “Forgot your password?”.",
  },
  "provider-linked": {
    subject: "Another way to sign in was added to your account",
    sentence: "An account at another provider can now sign in to yours.",
  },
  "provider-unlinked": {
    subject: "A way to sign in was removed from your account",
    sentence: "An account at another provider can no longer sign in to yours.",
  },
  "app-password-made": {
    subject: "An app password was made for your account",
    sentence: "A program that has it can use your account as far as you allowed it.",
  },
};

/** The composers of all notices. */
export function noticeComposers({ hubUrl, describeBrowser, isUnfinished }: NoticeNeeds): MailComposers {
  const account = { label: "Look at your account", href: `${hubUrl}/account` };
  const takeBack =
    `somebody else may have your account. Sign in at ${hubUrl}, sign out the other browsers on your account page, and change ` +
    "your password. If you cannot sign in any more, choose “Forgot your password?” there.";

  /** Time and browser of the change. */
  const circumstances = ({ createdAt, facts }: QueuedMail): NonNullable<MailContent["facts"]> => {
    const { address = "", userAgent = "" } = facts as ChangeFacts;
    return [
      { label: "When", value: `${exact.format(createdAt)} UTC` },
      ...(userAgent === "" ? [] : [{ label: "With", value: describeBrowser(userAgent) }]),
      ...(address === "" ? [] : [{ label: "From", value: address }]),
    ];
  };

  return {
    "password-changed": async (mail) => ({
      subject: "Your password was changed",
      paragraphs: ["The password of your account was changed. The old one no longer works."],
      facts: circumstances(mail),
      button: account,
      why: toWhomever,
      ifNotYou: takeBack,
    }),
    "account-made": async (mail) => {
      const { name } = mail.facts as MailFacts["account-made"];
      return {
        subject: "Your account was created",
        paragraphs: [`An account with this email address was created. ${name} signs it in.`],
        facts: circumstances(mail),
        button: account,
        why: `${name} told the hub that this address belongs to the user of the account.`,
        ifNotYou: `somebody else may use your address. Choose “Forgot your password?” at ${hubUrl}, end the other sign-ins on the account page, and disconnect ${name} there.`,
      };
    },
    "factor-changed": async (mail) => {
      const { change, name = "" } = mail.facts as MailFacts["factor-changed"];
      const { subject, sentence } = factorWords[change];
      return {
        subject,
        paragraphs: [sentence],
        facts: [...(name === "" ? [] : [{ label: "Name", value: name }]), ...circumstances(mail)],
        button: account,
        why: toWhomever,
        ifNotYou:
          change === "second-step-reset"
            ? `somebody else asked for this in your name. Tell the people who run the hub at once, and change your password at ${hubUrl}.`
            : takeBack,
      };
    },
    "email-changed": async (mail) => ({
      subject: "The email address of your account was changed",
      paragraphs: [
        "Your account has a new email address. This is the last mail to the old one, and you can no longer sign in or reset your password with the old one.",
      ],
      facts: circumstances(mail),
      why: "this was the address of your account until now.",
      ifNotYou: `somebody else may have your account. Sign in at ${hubUrl} with your username, change the address back, and change your password. If you cannot sign in any more, tell the people who run the hub at once.`,
    }),
    "new-browser": async (mail) => ({
      subject: "New sign-in to your account",
      paragraphs: ["Your account was signed in to with a browser that you had not used here before."],
      facts: circumstances(mail),
      button: account,
      why: "the hub tells you about every new browser. A private window, and a browser whose cookies were deleted, count as new.",
      ifNotYou: takeBack,
    }),
    "repeated-failures": async (mail) => ({
      subject: "Many wrong attempts to sign in to your account",
      paragraphs: [
        "Somebody entered a wrong password or code for your account many times. The hub makes them wait now.",
        "You can still sign in with a browser that you have used here before.",
      ],
      facts: circumstances(mail),
      why: "the hub tells you about repeated wrong attempts, at most once a day.",
      ifNotYou:
        "nobody got in this way. Change your password if others may know it or if you use it elsewhere too. If it was you, choose “Forgot your password?” on the sign-in page.",
    }),
    "sign-in-unfinished": async (mail) =>
      (await isUnfinished(mail))
        ? {
            subject: "A sign-in with your password was not finished",
            paragraphs: [
              "Your password was entered in a browser that you had not used here before. What the sign-in asks for after the password did not follow, so nobody got in.",
            ],
            facts: circumstances(mail),
            button: account,
            why: "the hub tells you when your password is entered in a new browser and nothing follows, at most once a day.",
            ifNotYou: `somebody knows your password. Sign in at ${hubUrl} and change it, and change it wherever else you use it. Your second step kept them out: never pass on a code, and confirm no sign-in that you did not begin.`,
          }
        : null,
    "deletion-due": async (mail) => {
      const { dueAt } = mail.facts as MailFacts["deletion-due"];
      return {
        subject: `Your account will be deleted on ${day.format(new Date(dueAt))}`,
        paragraphs: [
          "You asked us to delete your account. To keep it, sign in before that day and choose “Keep my account”.",
        ],
        facts: circumstances(mail),
        button: { label: "Sign in to keep your account", href: `${hubUrl}/cas/login` },
        why: "the hub tells you before it deletes your account.",
        ifNotYou: `sign in at ${hubUrl} before that day and choose “Keep my account”. Change your password, and sign out the other browsers on your account page.`,
      };
    },
  };
}
