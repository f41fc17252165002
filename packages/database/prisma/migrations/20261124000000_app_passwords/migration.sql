-- What a person gives a program in place of her password. Only the hash is kept; what hangs on a person goes with her.
CREATE TABLE "app_passwords" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "hash" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" TEXT[] NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    CONSTRAINT "app_passwords_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "app_passwords_person_id_fkey" FOREIGN KEY ("person_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "app_passwords_hash_key" ON "app_passwords"("hash");
CREATE INDEX "app_passwords_person_id_idx" ON "app_passwords"("person_id");
CREATE INDEX "app_passwords_expires_at_idx" ON "app_passwords"("expires_at");
