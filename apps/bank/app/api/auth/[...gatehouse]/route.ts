import { handlers } from "../../../../src/auth.ts";

export const dynamic = "force-dynamic";
export const { GET, POST } = handlers;
