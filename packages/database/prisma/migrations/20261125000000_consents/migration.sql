-- What a person lets a site have, beyond one session, until she takes it back or it runs out.
CREATE TABLE "consents" (
    "person_id" UUID NOT NULL,
    "client_id" TEXT NOT NULL,
    "scopes" TEXT[] NOT NULL,
    "resources" JSONB NOT NULL,
    "given_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    -- When which API last heard of it, by its address; the hub itself under the empty one.
    "uses" JSONB NOT NULL DEFAULT '{}',
    CONSTRAINT "consents_pkey" PRIMARY KEY ("person_id", "client_id"),
    CONSTRAINT "consents_person_id_fkey" FOREIGN KEY ("person_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "consents_expires_at_idx" ON "consents"("expires_at");
