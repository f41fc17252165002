import { ApiRefusal } from "@gatehouse/auth/api";
import { isReference, LONGEST_REFERENCE } from "../judge-transfer.ts";

/** The body of a transfer request. */
export interface TransferRequest {
  readonly fromAccountId: string;
  readonly toAccountId: string;
  /** In cents. */
  readonly amountMinor: number;
  readonly reference: string;
}

const LONGEST_BODY = 4_096;
const FIELDS = ["fromAccountId", "toAccountId", "amountMinor", "currency", "reference"];

/** @throws {ApiRefusal} for every deviation from the expected body */
export async function readTransferRequest(request: Request): Promise<TransferRequest> {
  const body = await readJson(request);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalidBody("The body should be a JSON object.");
  const fields = body as Readonly<Record<string, unknown>>;
  if (Object.keys(fields).some((name) => !FIELDS.includes(name)))
    throw invalidBody(`The body may have these fields: ${FIELDS.join(", ")}.`);
  const { fromAccountId, toAccountId, amountMinor, currency, reference = "" } = fields;
  if (!isAccountId(fromAccountId) || !isAccountId(toAccountId))
    throw invalidBody("fromAccountId and toAccountId should be ids as GET /api/accounts gives them.");
  if (typeof amountMinor !== "number" || !Number.isSafeInteger(amountMinor) || amountMinor <= 0)
    throw invalidBody("amountMinor should be a whole number of cents above zero.");
  if (currency !== "EUR") throw invalidBody("currency should be EUR.");
  if (!isReference(reference))
    throw invalidBody(`reference should be one line of at most ${LONGEST_REFERENCE} characters.`);
  return { fromAccountId, toAccountId, amountMinor, reference };
}

/**
 * @returns `undefined` without the header
 * @throws {ApiRefusal} `invalid_idempotency_key`
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ (section 2.1: a quoted string;
 * many programs leave the quotes out)
 */
export function readIdempotencyKey(request: Request): string | undefined {
  const header = request.headers.get("idempotency-key");
  if (header === null) return undefined;
  const key = /^(?:"([\w.:~+/=-]{1,255})"|([\w.:~+/=-]{1,255}))$/.exec(header);
  if (key === null)
    throw new ApiRefusal(400, "invalid_idempotency_key", "Idempotency-Key should be a UUID or the like.");
  return key[1] ?? key[2];
}

async function readJson(request: Request): Promise<unknown> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("content-type")?.trim() ?? ""))
    throw new ApiRefusal(415, "unsupported_media_type", "Send JSON, as Content-Type: application/json.");
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > LONGEST_BODY) throw new ApiRefusal(413, "content_too_large", "The body is too long.");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw invalidBody("The body should be JSON.");
  }
}

function isAccountId(value: unknown): value is string {
  return typeof value === "string" && /^[a-z]+-[0-9a-f]{16}$/.test(value);
}

function invalidBody(message: string): ApiRefusal {
  return new ApiRefusal(400, "invalid_body", message);
}
