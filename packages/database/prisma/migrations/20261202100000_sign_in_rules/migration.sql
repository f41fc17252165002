-- Whether the user has a factor that can complete a sign-in. Recovery codes alone are none.
CREATE FUNCTION "has_factor"("person" uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM totp_factors WHERE person_id = person)
        OR EXISTS (SELECT FROM passkeys WHERE person_id = person)
$$;

-- No session starts without the factor of a user who has one, nor with a password that was changed after it was verified.
-- "proved_hash": the hash that the password was verified against; NULL: no password was.
CREATE FUNCTION "start_session"(
    "person" uuid, "token" text, "previous_token" text, "agent" text, "from_address" text,
    "remember" boolean, "ask" boolean, "idle_life" interval, "absolute_life" interval,
    "proved_before" interval, "methods" text[], "proved_hash" text
) RETURNS SETOF sessions
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    previous sessions;
    started sessions;
BEGIN
    -- Without the lock, a change of the password that ends at the same time would not see this session.
    PERFORM FROM users WHERE id = person FOR KEY SHARE;
    IF proved_hash IS NOT NULL AND NOT EXISTS (
        SELECT FROM password_credentials c WHERE c.user_id = person AND c.hash = proved_hash AND NOT c.must_change
    ) THEN
        RETURN;
    END IF;
    IF NOT 'mfa' = ANY (methods) AND has_factor(person) THEN
        RETURN;
    END IF;
    INSERT INTO sessions (session_token, user_id, expires, started_at, authenticated_at, last_activity_at,
            idle_expires_at, long_term, ask_before, user_agent, address, amr)
        SELECT token, u.id, hub_now() + absolute_life, hub_now(), hub_now() - proved_before, hub_now(),
            hub_now() + idle_life, remember, ask, agent, from_address, methods
        FROM users u WHERE u.id = person AND u.disabled_at IS NULL
        RETURNING * INTO started;
    IF started.id IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO audit_events (kind, outcome, actor_kind, actor, person_id, session_id, address, user_agent, facts)
        VALUES ('sign-in', 'done', 'user', person::text, person, started.id, from_address, agent,
            jsonb_build_object('amr', methods));
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
            PERFORM end_sessions(ARRAY[previous.id], 'replaced', jsonb_build_object(
                'kind', 'user', 'id', person, 'address', from_address, 'userAgent', agent));
        END IF;
    END IF;
    -- A user has fewer than fifty browsers and programs at once; the session that was used least recently ends.
    PERFORM end_sessions(ARRAY(
        SELECT s.id FROM sessions s WHERE s.user_id = person AND s.ended_at IS NULL
        ORDER BY s.last_activity_at DESC, s.id OFFSET 50
    ), 'ended-elsewhere', '{"kind": "hub"}');
    RETURN NEXT started;
END
$$;

-- For sign-ins that prove no password, and for earlier versions of the hub.
CREATE OR REPLACE FUNCTION "start_session"(
    "person" uuid, "token" text, "previous_token" text, "agent" text, "from_address" text,
    "remember" boolean, "ask" boolean, "idle_life" interval, "absolute_life" interval,
    "proved_before" interval, "methods" text[]
) RETURNS SETOF sessions
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN QUERY SELECT * FROM start_session(person, token, previous_token, agent, from_address, remember, ask,
        idle_life, absolute_life, proved_before, methods, NULL);
END
$$;
