-- Accounts: factors, links by mail, the outbox of mail, the audit trail (docs/decisions/0034).

ALTER TABLE "users" ADD COLUMN "deletion_due_at" TIMESTAMPTZ(3);
CREATE INDEX "users_deletion_due_at_idx" ON "users"("deletion_due_at");

ALTER TABLE "accounts" ADD COLUMN "label" TEXT NOT NULL DEFAULT '';
ALTER TABLE "accounts" ADD COLUMN "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now();

ALTER TABLE "sessions" ADD COLUMN "amr" TEXT[] NOT NULL DEFAULT '{pwd}';

-- Every password so far was set by an operator, who may know it.
ALTER TABLE "password_credentials" ADD COLUMN "must_change" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "password_credentials" ADD COLUMN "stands_alone" BOOLEAN NOT NULL DEFAULT true;
UPDATE "password_credentials" SET must_change = true;

-- No version has written to this table so far.
DELETE FROM "verification_tokens";
ALTER TABLE "verification_tokens" ADD COLUMN "purpose" TEXT NOT NULL;
ALTER TABLE "verification_tokens" ADD COLUMN "person_id" UUID;
ALTER TABLE "verification_tokens" ADD COLUMN "facts" JSONB NOT NULL DEFAULT '{}';
ALTER TABLE "verification_tokens" ADD COLUMN "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now();
ALTER TABLE "verification_tokens" ADD CONSTRAINT "verification_tokens_person_id_fkey" FOREIGN KEY ("person_id")
    REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE UNIQUE INDEX "verification_tokens_token_key" ON "verification_tokens"("token");
CREATE INDEX "verification_tokens_person_id_idx" ON "verification_tokens"("person_id");
CREATE INDEX "verification_tokens_expires_idx" ON "verification_tokens"("expires");

CREATE TABLE "passkeys" (
    "id" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "counter" BIGINT NOT NULL DEFAULT 0,
    "transports" TEXT[] NOT NULL DEFAULT '{}',
    "aaguid" TEXT NOT NULL DEFAULT '',
    "backup_eligible" BOOLEAN NOT NULL,
    "backed_up" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    "last_used_at" TIMESTAMPTZ(3),
    CONSTRAINT "passkeys_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "passkeys_person_id_fkey" FOREIGN KEY ("person_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "passkeys_person_id_idx" ON "passkeys"("person_id");

CREATE TABLE "totp_factors" (
    "person_id" UUID NOT NULL,
    "sealed" TEXT NOT NULL,
    "last_step" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    CONSTRAINT "totp_factors_pkey" PRIMARY KEY ("person_id"),
    CONSTRAINT "totp_factors_person_id_fkey" FOREIGN KEY ("person_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "recovery_codes" (
    "hash" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    CONSTRAINT "recovery_codes_pkey" PRIMARY KEY ("hash"),
    CONSTRAINT "recovery_codes_person_id_fkey" FOREIGN KEY ("person_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "recovery_codes_person_id_idx" ON "recovery_codes"("person_id");

CREATE TABLE "pending_sign_ins" (
    "hash" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "amr" TEXT[] NOT NULL,
    "long_term" BOOLEAN NOT NULL DEFAULT false,
    "proved_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "pending_sign_ins_pkey" PRIMARY KEY ("hash"),
    CONSTRAINT "pending_sign_ins_person_id_fkey" FOREIGN KEY ("person_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "pending_sign_ins_person_id_idx" ON "pending_sign_ins"("person_id");
CREATE INDEX "pending_sign_ins_expires_at_idx" ON "pending_sign_ins"("expires_at");

CREATE TABLE "profile_pictures" (
    "person_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    CONSTRAINT "profile_pictures_pkey" PRIMARY KEY ("person_id"),
    CONSTRAINT "profile_pictures_person_id_fkey" FOREIGN KEY ("person_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "mails" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "kind" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "person_id" UUID,
    "facts" JSONB NOT NULL DEFAULT '{}',
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "detail" TEXT NOT NULL DEFAULT '',
    "content" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    "settled_at" TIMESTAMPTZ(3),
    CONSTRAINT "mails_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "mails_state_due_at_idx" ON "mails"("state", "due_at");
CREATE INDEX "mails_settled_at_idx" ON "mails"("settled_at");

CREATE TABLE "audit_events" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    "kind" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor" TEXT NOT NULL DEFAULT '',
    "person_id" UUID,
    "session_id" UUID,
    "site_id" TEXT,
    "address" TEXT NOT NULL DEFAULT '',
    "user_agent" TEXT NOT NULL DEFAULT '',
    "facts" JSONB NOT NULL DEFAULT '{}',
    "chain_position" BIGINT,
    "chain" TEXT,
    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "audit_events_chain_position_key" ON "audit_events"("chain_position");
CREATE INDEX "audit_events_person_id_id_idx" ON "audit_events"("person_id", "id");

-- An entry may only receive its place in the chain, once.
CREATE FUNCTION "keep_audit_event"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.chain IS NULL AND NEW.chain IS NOT NULL AND NEW.chain_position IS NOT NULL
        AND to_jsonb(NEW) - 'chain' - 'chain_position' = to_jsonb(OLD) - 'chain' - 'chain_position' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit events are never changed or deleted';
END
$$;
CREATE TRIGGER "audit_events_keep" BEFORE UPDATE OR DELETE ON "audit_events"
    FOR EACH ROW EXECUTE FUNCTION keep_audit_event();
CREATE TRIGGER "audit_events_keep_all" BEFORE TRUNCATE ON "audit_events"
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_event();

-- The methods of the authentication are stored with the session that it starts.
DROP FUNCTION "start_session"(uuid, text, text, text, text, boolean, boolean, interval, interval, interval);

CREATE FUNCTION "start_session"(
    "person" uuid, "token" text, "previous_token" text, "agent" text, "from_address" text,
    "remember" boolean, "ask" boolean, "idle_life" interval, "absolute_life" interval,
    "proved_before" interval, "methods" text[]
) RETURNS SETOF sessions
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    previous sessions;
    started sessions;
BEGIN
    INSERT INTO sessions (session_token, user_id, expires, started_at, authenticated_at, last_activity_at,
            idle_expires_at, long_term, ask_before, user_agent, address, amr)
        SELECT token, u.id, hub_now() + absolute_life, hub_now(), hub_now() - proved_before, hub_now(),
            hub_now() + idle_life, remember, ask, agent, from_address, methods
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
    -- A user has fewer than fifty browsers and programs at once; the session that was used least recently ends.
    PERFORM end_sessions(ARRAY(
        SELECT s.id FROM sessions s WHERE s.user_id = person AND s.ended_at IS NULL
        ORDER BY s.last_activity_at DESC, s.id OFFSET 50
    ), 'ended-elsewhere');
    RETURN NEXT started;
END
$$;
