const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id comes back from forms and addresses; PostgreSQL answers anything but a UUID with an error, not with nothing. */
export function isUuid(id: string): boolean {
  return uuid.test(id);
}
