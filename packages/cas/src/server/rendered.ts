/** A body that is ready to be sent, with its type. */
export interface Rendered {
  readonly body: string;
  readonly contentType: string;
}
