-- What OpenID Connect calls the session: it stays when the same person proves herself again, and with it what her
-- sites know of it (sid by client).
ALTER TABLE "sessions" ADD COLUMN "uid" UUID NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE "sessions" ADD COLUMN "oidc_clients" JSONB NOT NULL DEFAULT '{}';
CREATE INDEX "sessions_uid_idx" ON "sessions"("uid");

-- Codes, tokens, grants and what is under way. Ids are kept as hashes; what hangs on a person goes with her.
CREATE TABLE "oidc_artifacts" (
    "hash" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "person_id" UUID,
    "client_id" TEXT,
    "grant_hash" TEXT,
    "user_code_hash" TEXT,
    "session_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    "consumed_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "oidc_artifacts_pkey" PRIMARY KEY ("hash"),
    CONSTRAINT "oidc_artifacts_person_id_fkey" FOREIGN KEY ("person_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "oidc_artifacts_grant_hash_idx" ON "oidc_artifacts"("grant_hash");
CREATE INDEX "oidc_artifacts_person_id_kind_idx" ON "oidc_artifacts"("person_id", "kind");
CREATE INDEX "oidc_artifacts_session_id_idx" ON "oidc_artifacts"("session_id");
CREATE INDEX "oidc_artifacts_expires_at_idx" ON "oidc_artifacts"("expires_at");
CREATE UNIQUE INDEX "oidc_artifacts_user_code_hash_key" ON "oidc_artifacts"("user_code_hash");

-- Keys that tokens are signed with; the private half is sealed by HUB_SECRETS.
CREATE TABLE "signing_keys" (
    "kid" TEXT NOT NULL,
    "algorithm" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    "signs_from" TIMESTAMPTZ(3) NOT NULL,
    "published_until" TIMESTAMPTZ(3),
    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("kid")
);
CREATE INDEX "signing_keys_algorithm_signs_from_idx" ON "signing_keys"("algorithm", "signs_from");

-- Starts a session after the previous one of the same browser has ended. The sites of the same person's living
-- session move over, with what lets them speak for her, and hear nothing; everybody else's sites are told.
CREATE OR REPLACE FUNCTION "start_session"(
    "person" uuid, "token" text, "previous_token" text, "agent" text, "from_address" text,
    "remember" boolean, "ask" boolean, "idle_life" interval, "absolute_life" interval
) RETURNS SETOF sessions
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    previous sessions;
    started sessions;
BEGIN
    INSERT INTO sessions (session_token, user_id, expires, started_at, authenticated_at, last_activity_at,
            idle_expires_at, long_term, ask_before, user_agent, address)
        SELECT token, u.id, hub_now() + absolute_life, hub_now(), hub_now(), hub_now(),
            hub_now() + idle_life, remember, ask, agent, from_address
        FROM users u WHERE u.id = person AND u.disabled_at IS NULL
        RETURNING * INTO started;
    IF started.id IS NULL THEN
        RETURN;
    END IF;
    IF previous_token IS NOT NULL THEN
        SELECT s.* INTO previous FROM sessions s
            WHERE s.session_token = previous_token AND s.ended_at IS NULL FOR UPDATE;
        IF previous.user_id = person AND session_end_reason(previous, NULL) IS NULL THEN
            UPDATE site_sessions SET session_id = started.id WHERE session_id = previous.id;
            UPDATE proxy_granting_tickets SET session_id = started.id WHERE session_id = previous.id;
            UPDATE oidc_artifacts SET session_id = started.id WHERE session_id = previous.id;
            UPDATE sessions SET uid = previous.uid, oidc_clients = previous.oidc_clients
                WHERE id = started.id RETURNING * INTO started;
        END IF;
        IF previous.id IS NOT NULL THEN
            PERFORM end_sessions(ARRAY[previous.id], 'replaced');
        END IF;
    END IF;
    RETURN NEXT started;
END
$$;
