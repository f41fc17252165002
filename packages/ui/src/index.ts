/** Shared styles and stateless components for server components of any site. */

export { Button, ButtonLink, type ButtonLinkProps, type ButtonProps } from "./components/button.tsx";
export {
  CheckboxField,
  type CheckboxFieldProps,
  RadioField,
  type RadioFieldProps,
} from "./components/choice-field.tsx";
export { Confirm, type ConfirmProps } from "./components/confirm.tsx";
export {
  ErrorSummary,
  type ErrorSummaryProps,
  Reference,
  type ReferenceProps,
} from "./components/error-summary.tsx";
export { FontPreload } from "./components/font-preload.tsx";
export { Icon, type IconProps } from "./components/icon.tsx";
export { Mark, type MarkProps } from "./components/mark.tsx";
export { Notice, type NoticeProps } from "./components/notice.tsx";
export { Page, type PageProps } from "./components/page.tsx";
export {
  exactTimeWords,
  RelativeTime,
  type RelativeTimeProps,
  relativeTimeWords,
} from "./components/relative-time.tsx";
export {
  Row,
  RowList,
  type RowListProps,
  type RowProps,
  Tag,
  type TagProps,
} from "./components/row-list.tsx";
export {
  EmptyState,
  type EmptyStateProps,
  Footer,
  type FooterProps,
  Section,
  type SectionProps,
} from "./components/section.tsx";
export {
  SignedInName,
  type SignedInNameProps,
  SignOutButton,
  SiteHeader,
  type SiteHeaderProps,
} from "./components/site-header.tsx";
export { type FieldProps, PasswordField, TextField, type TextFieldProps } from "./components/text-field.tsx";
