"use client";
import { useEffect } from "react";
import { guardPage } from "./guard-page.ts";

export interface PageGuardProps {
  /** The user of the page: `session?.user.id ?? null`. */
  readonly userId: string | null;
}

/**
 * Put once into a site's layout: prevents *Back* from showing a page of another user, or of a user who has since signed
 * out. Renders nothing. Without scripts, `Cache-Control: no-store` keeps pages out of most browsers' caches.
 */
export function PageGuard({ userId }: PageGuardProps): null {
  useEffect(() => guardPage(userId, window), [userId]);
  return null;
}
