import { findProduct } from "./catalogue.ts";

/** Whether a path is the page of a product that is not on the shelves. */
export function asksForMissingProduct(pathname: string): boolean {
  const slug = /^\/products\/([^/]+)\/?$/.exec(pathname)?.[1];
  return slug !== undefined && findProduct(slug) === null;
}
