export interface ErrorSummaryProps {
  /** "You are not signed in". */
  readonly title: string;
  /** One line each; `field` is the `id` of its input. */
  readonly errors: readonly { readonly text: string; readonly field?: string }[];
  /** Reference of the line in the log. */
  readonly reference?: string;
}

/**
 * The errors of a form, above it, with links to the fields. The enhancing script moves the focus here.
 *
 * @see https://design-system.service.gov.uk/components/error-summary/
 */
export function ErrorSummary({ title, errors, reference }: ErrorSummaryProps) {
  return (
    <div className="ui-errors" role="alert" tabIndex={-1} data-error-summary>
      <h2>{title}</h2>
      <ul>
        {errors.map(({ text, field }) => (
          <li key={text}>{field === undefined ? text : <a href={`#${field}`}>{text}</a>}</li>
        ))}
      </ul>
      {reference !== undefined && <Reference code={reference} />}
    </div>
  );
}

export interface ReferenceProps {
  readonly code: string;
}

/** The code by which an operator finds the line in the log. */
export function Reference({ code }: ReferenceProps) {
  return (
    <p className="ui-reference">
      Reference <code>{code}</code>
    </p>
  );
}
