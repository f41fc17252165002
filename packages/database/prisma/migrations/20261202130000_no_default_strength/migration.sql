-- Whoever stores a password says whether it may be the only factor.
ALTER TABLE "password_credentials" ALTER COLUMN "stands_alone" DROP DEFAULT;
