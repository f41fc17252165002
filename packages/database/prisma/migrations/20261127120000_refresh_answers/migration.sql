-- What a refresh token was exchanged for, sealed by the token itself, for whoever lost the answer. NULL: nobody got
-- one; empty: no longer kept.
ALTER TABLE "oidc_artifacts" ADD COLUMN "answer" TEXT;

-- What was spent before there were answers stays spent.
UPDATE "oidc_artifacts" SET "answer" = '' WHERE "kind" = 'RefreshToken' AND "consumed_at" IS NOT NULL;

CREATE INDEX "oidc_artifacts_answered" ON "oidc_artifacts"("consumed_at") WHERE "answer" <> '';
