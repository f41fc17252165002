-- The only clock of every statement. A test may replace it by one that runs ahead (test-clock.ts).
CREATE FUNCTION "hub_now"() RETURNS timestamptz
LANGUAGE sql STABLE AS $$ SELECT statement_timestamp() $$;

CREATE TABLE "users" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT,
    "email" TEXT NOT NULL,
    "email_verified" TIMESTAMPTZ(3),
    "image" TEXT,
    "username" TEXT NOT NULL,
    "operator" BOOLEAN NOT NULL DEFAULT false,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    CONSTRAINT "users_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "users_email_lower" CHECK ("email" = lower("email")),
    CONSTRAINT "users_username_lower" CHECK ("username" = lower("username")),
    -- Nobody takes another person's e-mail for a user name: signing in accepts both.
    CONSTRAINT "users_username_no_foreign_email" CHECK ("username" NOT LIKE '%@%' OR "username" = "email")
);
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");
CREATE UNIQUE INDEX "users_username_key" ON "users"("username");

CREATE TABLE "accounts" (
    "user_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "refresh_token" TEXT,
    "access_token" TEXT,
    "expires_at" INTEGER,
    "token_type" TEXT,
    "scope" TEXT,
    "id_token" TEXT,
    "session_state" TEXT,
    CONSTRAINT "accounts_pkey" PRIMARY KEY ("provider", "provider_account_id"),
    CONSTRAINT "accounts_user_id_fkey" FOREIGN KEY ("user_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "accounts_user_id_idx" ON "accounts"("user_id");

CREATE TABLE "sessions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "session_token" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "expires" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "authenticated_at" TIMESTAMPTZ(3) NOT NULL,
    "last_activity_at" TIMESTAMPTZ(3) NOT NULL,
    "idle_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "long_term" BOOLEAN NOT NULL DEFAULT false,
    "user_agent" TEXT NOT NULL DEFAULT '',
    "address" TEXT NOT NULL DEFAULT '',
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,
    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "sessions_ended_with_reason" CHECK (("ended_at" IS NULL) = ("end_reason" IS NULL)),
    CONSTRAINT "sessions_end_reason" CHECK ("end_reason" IN ('signed-out', 'ended-elsewhere', 'idle', 'absolute',
        'replaced', 'disabled', 'password-changed', 'ended-by-operator'))
);
CREATE UNIQUE INDEX "sessions_session_token_key" ON "sessions"("session_token");
CREATE INDEX "sessions_user_id_ended_at_idx" ON "sessions"("user_id", "ended_at");
CREATE INDEX "sessions_ended_at_idle_expires_at_idx" ON "sessions"("ended_at", "idle_expires_at");
CREATE INDEX "sessions_ended_at_expires_idx" ON "sessions"("ended_at", "expires");

CREATE TABLE "verification_tokens" (
    "identifier" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "expires" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "verification_tokens_pkey" PRIMARY KEY ("identifier", "token")
);

CREATE TABLE "password_credentials" (
    "user_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT hub_now(),
    CONSTRAINT "password_credentials_pkey" PRIMARY KEY ("user_id"),
    CONSTRAINT "password_credentials_user_id_fkey" FOREIGN KEY ("user_id")
        REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "service_tickets" (
    "hash" TEXT NOT NULL,
    "site_id" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "session_id" UUID NOT NULL,
    "from_new_login" BOOLEAN NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "service_tickets_pkey" PRIMARY KEY ("hash"),
    CONSTRAINT "service_tickets_session_id_fkey" FOREIGN KEY ("session_id")
        REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "service_tickets_session_id_idx" ON "service_tickets"("session_id");
CREATE INDEX "service_tickets_expires_at_idx" ON "service_tickets"("expires_at");

CREATE TABLE "site_sessions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "site_id" TEXT NOT NULL,
    "session_index" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "session_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "last_activity_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "site_sessions_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "site_sessions_session_id_fkey" FOREIGN KEY ("session_id")
        REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "site_sessions_site_id_session_index_key" ON "site_sessions"("site_id", "session_index");
CREATE INDEX "site_sessions_session_id_idx" ON "site_sessions"("session_id");

CREATE TABLE "logout_deliveries" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "session_id" UUID NOT NULL,
    "site_id" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "session_index" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "detail" TEXT NOT NULL DEFAULT '',
    "milliseconds" INTEGER,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),
    CONSTRAINT "logout_deliveries_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "logout_deliveries_state" CHECK ("state" IN ('pending', 'delivered', 'given-up'))
);
CREATE INDEX "logout_deliveries_session_id_idx" ON "logout_deliveries"("session_id");
CREATE INDEX "logout_deliveries_state_due_at_idx" ON "logout_deliveries"("state", "due_at");
CREATE INDEX "logout_deliveries_settled_at_idx" ON "logout_deliveries"("settled_at");

CREATE TABLE "spent_login_tickets" (
    "hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "spent_login_tickets_pkey" PRIMARY KEY ("hash")
);
CREATE INDEX "spent_login_tickets_expires_at_idx" ON "spent_login_tickets"("expires_at");

CREATE TABLE "rate_limits" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,
    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "rate_limits_expire_idx" ON "rate_limits"("expire");

-- Why a session is over, or null while it lives. Every reader judges by this one function;
-- it is plain SQL, so that the planner writes it into the statement.
CREATE FUNCTION "session_end_reason"("s" "sessions", "disabled_at" timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN s.ended_at IS NOT NULL THEN s.end_reason
        WHEN disabled_at IS NOT NULL THEN 'disabled'
        WHEN s.idle_expires_at <= s.expires AND s.idle_expires_at <= hub_now() THEN 'idle'
        WHEN s.expires <= hub_now() THEN 'absolute'
    END
$$;

-- The one way a session ends. A function, because two statements need two snapshots: the UPDATE waits for
-- tickets that are being spent (they hold the session's row), and only a later snapshot shows the sites they
-- brought. Rows are locked in the order of their ids, so that two callers cannot wait for each other.
CREATE FUNCTION "end_sessions"("which" uuid[], "reason" text) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    ended uuid[];
BEGIN
    WITH living AS (
        SELECT s.id, session_end_reason(s, NULL) AS own_reason
        FROM sessions s WHERE s.id = ANY (which) AND s.ended_at IS NULL
        ORDER BY s.id FOR NO KEY UPDATE
    ), ended_now AS (
        UPDATE sessions s SET ended_at = hub_now(), end_reason = coalesce(living.own_reason, reason)
        FROM living WHERE s.id = living.id AND s.ended_at IS NULL
        RETURNING s.id
    )
    SELECT array_agg(ended_now.id) INTO ended FROM ended_now;
    INSERT INTO logout_deliveries (session_id, site_id, service, session_index, due_at)
        SELECT session_id, site_id, service, session_index, hub_now()
        FROM site_sessions WHERE session_id = ANY (ended);
    RETURN QUERY SELECT unnest(ended);
END
$$;

-- Starts a session after the previous one of the same browser has ended. The sites of the same person's living
-- session move over and hear nothing; everybody else's sites are told.
CREATE FUNCTION "start_session"(
    "person" uuid, "token" text, "previous_token" text, "agent" text, "from_address" text,
    "remember" boolean, "idle_life" interval, "absolute_life" interval
) RETURNS SETOF sessions
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    previous sessions;
    started sessions;
BEGIN
    INSERT INTO sessions (session_token, user_id, expires, started_at, authenticated_at, last_activity_at,
            idle_expires_at, long_term, user_agent, address)
        SELECT token, u.id, hub_now() + absolute_life, hub_now(), hub_now(), hub_now(),
            hub_now() + idle_life, remember, agent, from_address
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
        END IF;
        IF previous.id IS NOT NULL THEN
            PERFORM end_sessions(ARRAY[previous.id], 'replaced');
        END IF;
    END IF;
    RETURN NEXT started;
END
$$;
