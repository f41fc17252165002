/** A form that `passkey.js` fills with the answer of an authenticator, in the field `passkey`. */
export interface PasskeyCeremony {
  readonly ceremony: "get" | "create";
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** For `PublicKeyCredential.parseRequestOptionsFromJSON` or `parseCreationOptionsFromJSON`. */
  readonly options: object;
}
