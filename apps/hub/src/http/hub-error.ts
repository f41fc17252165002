/** A link on the page of a refusal. */
export interface RefusalLink {
  readonly label: string;
  readonly href: string;
}

/**
 * A request that the hub refuses: sentences for users, a code for programs. Only `renderError` decides the form of the
 * answer.
 */
export class HubError extends Error {
  override readonly name = "HubError";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly sentences: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly link: RefusalLink | undefined;
  /**
   * @param status HTTP status
   * @param code stable, snake_case
   * @param title for the page's heading
   * @param sentences what was wrong and what to do, in plain words
   * @param headers that go with the status, such as `retry-after`
   * @param link link on the page; left out: to the home page
   */
  constructor(
    status: number,
    code: string,
    title: string,
    sentences: readonly string[],
    headers: Readonly<Record<string, string>> = {},
    link?: RefusalLink,
  ) {
    super(`${code}: ${sentences.join(" ")}`);
    this.status = status;
    this.code = code;
    this.title = title;
    this.sentences = sentences;
    this.headers = headers;
    this.link = link;
  }
}
