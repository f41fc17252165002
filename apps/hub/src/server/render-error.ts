import type { HubError } from "../http/hub-error.ts";
import { type Answer, type Call, json } from "../http/route.ts";

/** Renders a refusal: the only place where a `HubError` becomes an answer. */
export function renderError(error: HubError, call: Call, speaks: "html" | "json"): Answer {
  const headers: Record<string, string> = { "x-request-id": call.requestId, ...error.headers };
  // Retry-After keeps clients from retrying at once.
  if (error.status === 503) headers["retry-after"] = "5";
  if (speaks === "json") {
    return json(
      error.status,
      { error: error.code, message: error.sentences.join(" "), reference: call.requestId },
      { headers },
    );
  }
  return {
    screen: {
      name: "refused",
      model: {
        title: error.title,
        sentences: error.sentences,
        code: error.code,
        reference: call.requestId,
        link: error.link,
      },
    },
    status: error.status,
    headers,
  };
}
