-- Starts and ends of sessions are audited by the functions through which all of them go (docs/decisions/0035).

CREATE INDEX "audit_events_unchained_idx" ON "audit_events"("id") WHERE "chain" IS NULL;

DROP FUNCTION "end_sessions"(uuid[], text);

-- The one way a session ends. A function, because two statements need two snapshots: the UPDATE waits for tickets that
-- are being consumed (they hold the session's row), and only a later snapshot shows their sites. Rows are locked in the
-- order of their ids, so that two callers cannot wait for each other.
-- "by": the actor, {kind, id, address, userAgent}; NULL: the reason determines the kind.
CREATE FUNCTION "end_sessions"("which" uuid[], "reason" text, "by" jsonb DEFAULT NULL) RETURNS SETOF uuid
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
    IF ended IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO logout_deliveries (session_id, site_id, service, session_index, due_at)
        SELECT session_id, site_id, service, session_index, hub_now()
        FROM site_sessions WHERE session_id = ANY (ended);
    -- A session ends even if the trail cannot be written.
    BEGIN
        INSERT INTO audit_events (kind, outcome, actor_kind, actor, person_id, session_id, address, user_agent, facts)
            SELECT CASE s.end_reason WHEN 'signed-out' THEN 'sign-out' ELSE 'session-ended' END, 'done', actor.kind,
                coalesce(nullif(actor.id, ''), CASE actor.kind WHEN 'user' THEN s.user_id::text ELSE '' END), s.user_id, s.id,
                actor.address, actor.agent, jsonb_build_object('reason', s.end_reason)
            FROM sessions s, LATERAL (
                -- An expired session ends by itself, whoever asks.
                SELECT 'hub' AS kind, '' AS id, '' AS address, '' AS agent WHERE s.end_reason IN ('idle', 'absolute')
                UNION ALL
                SELECT coalesce(by->>'kind', CASE WHEN s.end_reason IN ('disabled', 'ended-by-operator')
                    THEN 'operator' ELSE 'user' END), by->>'id', coalesce(by->>'address', ''),
                    coalesce(by->>'userAgent', '')
                WHERE s.end_reason NOT IN ('idle', 'absolute')
            ) actor
            WHERE s.id = ANY (ended) ORDER BY s.id;
    EXCEPTION WHEN OTHERS THEN
        RAISE WARNING 'the end of % session(s) is missing from the audit trail: %', cardinality(ended), SQLERRM;
    END;
    RETURN QUERY SELECT unnest(ended);
END
$$;

CREATE OR REPLACE FUNCTION "start_session"(
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
