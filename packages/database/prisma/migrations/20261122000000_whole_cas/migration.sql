-- What a person is a member of, released to sites that ask for it.
ALTER TABLE "users" ADD COLUMN "groups" TEXT[] NOT NULL DEFAULT '{}';

-- "Ask me before signing me in to other sites" (CAS: warn).
ALTER TABLE "sessions" ADD COLUMN "ask_before" BOOLEAN NOT NULL DEFAULT false;

-- The proxies a ticket came through, the latest first; none for a service ticket.
ALTER TABLE "service_tickets" ADD COLUMN "proxies" TEXT[] NOT NULL DEFAULT '{}';

CREATE TABLE "proxy_granting_tickets" (
    "hash" TEXT NOT NULL,
    "site_id" TEXT NOT NULL,
    "session_id" UUID NOT NULL,
    "proxies" TEXT[] NOT NULL,
    CONSTRAINT "proxy_granting_tickets_pkey" PRIMARY KEY ("hash"),
    CONSTRAINT "proxy_granting_tickets_session_id_fkey" FOREIGN KEY ("session_id")
        REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "proxy_granting_tickets_session_id_idx" ON "proxy_granting_tickets"("session_id");

DROP FUNCTION "start_session"(uuid, text, text, text, text, boolean, interval, interval);

-- Starts a session after the previous one of the same browser has ended. The sites of the same person's living
-- session move over, with what lets them speak for her, and hear nothing; everybody else's sites are told.
CREATE FUNCTION "start_session"(
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
        END IF;
        IF previous.id IS NOT NULL THEN
            PERFORM end_sessions(ARRAY[previous.id], 'replaced');
        END IF;
    END IF;
    RETURN NEXT started;
END
$$;
