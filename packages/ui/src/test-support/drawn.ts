import { isValidElement, type ReactElement, type ReactNode } from "react";

type Props = Readonly<Record<string, unknown>> & { readonly children?: ReactNode };

/** All HTML elements of `node`, in order. The components are stateless, so calling them renders them. */
export function drawn(node: ReactNode): readonly ReactElement<Props>[] {
  if (Array.isArray(node)) return node.flatMap(drawn);
  if (!isValidElement<Props>(node)) return [];
  if (typeof node.type === "function") {
    return drawn((node.type as (props: Props) => ReactNode)(node.props));
  }
  return [node, ...drawn(node.props.children)];
}

/** The text of `node`. */
export function drawnText(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(drawnText).join("");
  if (!isValidElement<Props>(node)) return "";
  if (typeof node.type === "function") {
    return drawnText((node.type as (props: Props) => ReactNode)(node.props));
  }
  return drawnText(node.props.children);
}
