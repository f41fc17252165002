-- The first sign-in of a user needs no mail about a new browser. Earlier users may have signed in before.
ALTER TABLE "users" ADD COLUMN "first_sign_in_at" TIMESTAMPTZ(3);
UPDATE "users" SET "first_sign_in_at" = "created_at";
