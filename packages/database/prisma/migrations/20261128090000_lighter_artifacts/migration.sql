-- What is written in every round. An index that holds nothing of a row is not written for it: few have a user code,
-- and what an application has by itself has neither person, grant nor session.
DROP INDEX "oidc_artifacts_user_code_hash_key";
CREATE UNIQUE INDEX "oidc_artifacts_user_code_hash_key" ON "oidc_artifacts"("user_code_hash")
    WHERE "user_code_hash" IS NOT NULL;
DROP INDEX "oidc_artifacts_grant_hash_idx";
CREATE INDEX "oidc_artifacts_grant_hash_idx" ON "oidc_artifacts"("grant_hash") WHERE "grant_hash" IS NOT NULL;
DROP INDEX "oidc_artifacts_person_id_kind_idx";
CREATE INDEX "oidc_artifacts_person_id_idx" ON "oidc_artifacts"("person_id") WHERE "person_id" IS NOT NULL;
DROP INDEX "oidc_artifacts_session_id_idx";
CREATE INDEX "oidc_artifacts_session_id_idx" ON "oidc_artifacts"("session_id") WHERE "session_id" IS NOT NULL;

-- Being spent is written into the same page, and into no index: none names the time of it, and pages have room.
DROP INDEX "oidc_artifacts_answered";
CREATE INDEX "oidc_artifacts_answered" ON "oidc_artifacts"("expires_at") WHERE "answer" <> '';
ALTER TABLE "oidc_artifacts" SET (fillfactor = 70);
