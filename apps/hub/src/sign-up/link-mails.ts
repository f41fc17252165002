/**
 * The mails with links. They are composed when they are sent: only then does the hub look whether there is an account, and
 * make the link.
 */
import type { FactorStore, Person, PersonStore, PersonWithPassword, QueuedMail } from "@gatehouse/database";
import type { MailComposers, MailContent } from "../mail/compose.ts";
import type { SignUpMode } from "../settings/env.ts";
import { addressOf, forgotPasswordPath, loginAddress, repeatedFields } from "../sign-in/login-address.ts";
import { destinationParameters } from "./destination.ts";
import { type MakeLinkNeeds, makeLink } from "./link.ts";

export interface LinkMailNeeds extends MakeLinkNeeds {
  readonly factors: Pick<FactorStore, "of">;
  readonly people: Pick<PersonStore, "findById" | "findForSignIn" | "isInvited">;
  readonly signUpMode: SignUpMode;
}

const nothingToDo = "you need do nothing. Nobody can use the link without this mail.";

export function linkMailComposers(needs: LinkMailNeeds): MailComposers {
  return {
    "sign-up": (mail) => signUpMail(needs, mail),
    invitation: async (mail) => {
      const { personId } = mail;
      const person = personId === null ? null : await needs.people.findById(personId);
      return person && (await needs.people.isInvited(person.id)) ? invitationMail(needs, mail, person) : null;
    },
    "password-reset": (mail) => resetMail(needs, mail),
    "email-change": (mail) => newAddressMail(needs, mail),
  };
}

async function signUpMail(needs: LinkMailNeeds, mail: QueuedMail): Promise<MailContent | null> {
  const { hubUrl, people, signUpMode } = needs;
  const { recipient: email, facts } = mail;
  const found = await people.findForSignIn(email);
  if (found === null && signUpMode !== "open") return null;
  if (found === null) {
    const destination = Object.fromEntries(destinationParameters(facts));
    const link = { purpose: "sign-up", email, personId: null, mailed: true, destination } as const;
    return {
      subject: "Finish creating your account",
      paragraphs: [
        "Choose your name, a username, and a password or a passkey. Your account exists once you have done so.",
      ],
      facts: [{ label: "The link works for", value: "one day, once" }],
      button: { label: "Create your account", href: await makeLink(needs, link) },
      why: "somebody, probably you, wants to create an account with this address.",
      ifNotYou: nothingToDo,
    };
  }
  if (await people.isInvited(found.person.id)) return invitationMail(needs, mail, found.person);
  const fields = repeatedFields(destinationParameters(facts));
  return {
    subject: "You have an account already",
    paragraphs: [
      "There is an account with this email address, so no other one was created.",
      `If you do not know your password any more, choose a new one: ${hubUrl}${addressOf(forgotPasswordPath, fields)}`,
    ],
    button: { label: "Sign in", href: hubUrl + loginAddress(fields) },
    why: "somebody, probably you, wanted to create an account with this address.",
    ifNotYou: "you need do nothing. Your account was not changed, and nobody was told that it exists.",
  };
}

async function invitationMail(
  needs: LinkMailNeeds,
  { id: mailId }: QueuedMail,
  { email, id: personId, username }: Person,
): Promise<MailContent> {
  return {
    subject: "You are invited to create your account",
    paragraphs: [
      "An operator prepared an account for you. Confirm your name, and choose a password or a passkey.",
    ],
    facts: [
      { label: "Username", value: username },
      { label: "The link works for", value: "seven days, once" },
    ],
    button: {
      label: "Set up your account",
      href: await makeLink(needs, { purpose: "invitation", email, personId, mailed: true, mailId }),
    },
    why: "an operator entered this address for your account.",
    ifNotYou: nothingToDo,
  };
}

async function resetMail(needs: LinkMailNeeds, mail: QueuedMail): Promise<MailContent | null> {
  const found = await needs.people.findForSignIn(mail.recipient);
  if (found === null || found.person.disabled) return null;
  const { email, id: personId, username } = found.person;
  const destination = Object.fromEntries(destinationParameters(mail.facts));
  const link = {
    purpose: "password-reset",
    email,
    personId,
    mailed: true,
    mailId: mail.id,
    destination,
  } as const;
  return {
    recipient: email,
    subject: "Choose a new password",
    paragraphs: await resetWords(needs, found),
    facts: [
      { label: "Username", value: username },
      { label: "The link works for", value: "ten minutes, once" },
    ],
    button: { label: "Choose a new password", href: await makeLink(needs, link) },
    why: "somebody, probably you, said that you forgot your password.",
    ifNotYou: nothingToDo,
  };
}

/** A user with a passkey alone need not choose a password. */
async function resetWords(
  { factors }: LinkMailNeeds,
  { person, passwordHash }: PersonWithPassword,
): Promise<readonly string[]> {
  if (passwordHash !== null) return ["Your password stays as it is until you choose another one."];
  const { passkeys } = await factors.of(person.id);
  return passkeys > 0
    ? [
        "Your account has no password: you sign in with a passkey, and may stay without one.",
        "If you lost your passkey, choose a password now. You sign in with it and one of your recovery codes.",
      ]
    : ["Your account has no password yet."];
}

async function newAddressMail(needs: LinkMailNeeds, mail: QueuedMail): Promise<MailContent | null> {
  const { recipient: email, personId } = mail;
  const person = personId === null ? null : await needs.people.findById(personId);
  if (person === null || person.disabled || personId === null) return null;
  const why = "somebody, probably you, wants to use this address for an account.";
  const holder = await needs.people.findForSignIn(email);
  // Users may enter their present address, to prove it.
  if (holder !== null && holder.person.id !== personId)
    return {
      subject: "This address has an account already",
      paragraphs: [
        "It cannot be used for a second account. Use another address, or give the other account another one first.",
      ],
      why,
      ifNotYou: "you need do nothing. Your account was not changed.",
    };
  return {
    subject: holder === null ? "Confirm your new email address" : "Confirm your email address",
    paragraphs: [
      holder === null
        ? "Your account keeps its present address until you confirm this one."
        : "Confirm that mail to this address reaches you.",
    ],
    facts: [
      // To another address it would carry words that a stranger chose.
      ...(holder === null ? [] : [{ label: "Username", value: person.username }]),
      { label: "The link works for", value: "one day, once" },
    ],
    button: {
      label: "Use this address",
      href: await makeLink(needs, {
        purpose: "email-change",
        email,
        personId,
        mailed: true,
        mailId: mail.id,
      }),
    },
    why,
    ifNotYou: nothingToDo,
  };
}
