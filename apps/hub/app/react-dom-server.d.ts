/** The one function that our tests use; `@types/react-dom` describes a browser that the hub's screens never meet. */
declare module "react-dom/server" {
  export function renderToStaticMarkup(node: import("react").ReactNode): string;
}
