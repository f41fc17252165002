import { pageUserField } from "@gatehouse/auth/form-route";
import { currentVisitor } from "../visitor.ts";

/** The hidden field of every form that changes a basket: the user of the page. */
export async function PageUser() {
  const { person } = await currentVisitor();
  return <input {...pageUserField(person?.id ?? null)} />;
}
