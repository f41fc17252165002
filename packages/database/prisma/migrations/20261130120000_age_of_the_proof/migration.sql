-- A session can start some time after its user proved who they are: the choice of account stands in between. What asks
-- for a recent proof goes by authenticated_at, so that time is the proof's.
DROP FUNCTION "start_session"(uuid, text, text, text, text, boolean, boolean, interval, interval);

CREATE FUNCTION "start_session"(
    "person" uuid, "token" text, "previous_token" text, "agent" text, "from_address" text,
    "remember" boolean, "ask" boolean, "idle_life" interval, "absolute_life" interval,
    "proved_before" interval
) RETURNS SETOF sessions
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    previous sessions;
    started sessions;
BEGIN
    INSERT INTO sessions (session_token, user_id, expires, started_at, authenticated_at, last_activity_at,
            idle_expires_at, long_term, ask_before, user_agent, address)
        SELECT token, u.id, hub_now() + absolute_life, hub_now(), hub_now() - proved_before, hub_now(),
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
    -- Fifty browsers and programs at once are more than a person has; what is not used longest gives way.
    PERFORM end_sessions(ARRAY(
        SELECT s.id FROM sessions s WHERE s.user_id = person AND s.ended_at IS NULL
        ORDER BY s.last_activity_at DESC, s.id OFFSET 50
    ), 'ended-elsewhere');
    RETURN NEXT started;
END
$$;
