"use client";
import { useEffect } from "react";
import { guardPage } from "./guard-page.ts";

export interface PageGuardProps {
  /** The user whom the page is drawn for: `session?.user.id ?? null`. */
  readonly userId: string | null;
}

/**
 * Once in the layout of a site: *Back* shows no page of a user who has signed out since, or of another user. Draws
 * nothing. Without scripts, `Cache-Control: no-store` keeps pages out of most browsers' caches.
 */
export function PageGuard({ userId }: PageGuardProps): null {
  useEffect(() => guardPage(userId, window), [userId]);
  return null;
}
