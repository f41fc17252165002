/**
 * App passwords: what a person gives a program in place of her password. She makes and revokes them on her account
 * page; the hub's own API takes them as `Basic`, and sites ask the hub whose they are.
 */
import type { Route } from "../http/route.ts";
import { askForAppPassword, makeAppPassword } from "./make-app-password.ts";
import { me } from "./me.ts";
import { revokeAppPassword } from "./revoke-app-password.ts";
import { verifyForSite } from "./verify-for-site.ts";

export const appPasswords: readonly Route[] = [
  askForAppPassword,
  makeAppPassword,
  revokeAppPassword,
  me,
  verifyForSite,
];
