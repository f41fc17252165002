-- Replaces the function of 20261202110000_attempt_counters, which let an attempt pass uncounted if the counter that refused it
-- was taken back at the same time.

-- Counts one attempt in all counters, or in none if one of them refuses it. One decision, also of attempts at the same time:
-- an upsert locks its row and sees the newest version of it. Real time: the hub's clock, which tests move, does not count.
--
-- The arrays belong together by position. "keys": in order, so that two attempts cannot wait for each other. "free": attempts
-- without a wait. "longest_wait": see end_of_wait. "life": the counter is forgotten so many seconds after the last attempt,
-- or after the first one if "longest_wait" is NULL.
--
-- Returns the attempts that each counter holds now, and the seconds for which it refuses this one. A refused attempt has a wait
-- of at least one counter, even if that counter was taken back or forgotten after it refused: no wait at all means "counted".
CREATE OR REPLACE FUNCTION "count_attempt"("keys" text[], "free" int[], "longest_wait" int[], "life" int[])
RETURNS TABLE ("counter" text, "counted" int, "wait" float8)
LANGUAGE plpgsql VOLATILE
-- Otherwise plans made while the table is small scan all of it later, and each call makes them again.
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    this_moment timestamptz := statement_timestamp();
    ends timestamptz;
    refused_by text;
BEGIN
    -- Most refusals end here, without a lock or a write.
    SELECT c.key INTO refused_by FROM attempt_counters c WHERE c.key = ANY (keys) AND c.blocked_until > this_moment LIMIT 1;
    IF refused_by IS NULL THEN
        FOR i IN 1 .. cardinality(keys) LOOP
            ends := this_moment + make_interval(secs => life[i]);
            INSERT INTO attempt_counters AS c (key, attempts, blocked_until, forgotten_at)
                VALUES (keys[i], 1, end_of_wait(1, free[i], longest_wait[i], this_moment, ends), ends)
                ON CONFLICT (key) DO UPDATE SET (attempts, blocked_until, forgotten_at) = (
                    SELECT n.attempts, end_of_wait(n.attempts, free[i], longest_wait[i], this_moment, n.ends), n.ends
                    FROM (SELECT
                        CASE WHEN c.forgotten_at > this_moment THEN c.attempts ELSE 0 END + 1 AS attempts,
                        CASE WHEN c.forgotten_at > this_moment AND longest_wait[i] IS NULL THEN c.forgotten_at
                            ELSE ends END AS ends
                    ) n
                )
                WHERE c.blocked_until IS NULL OR c.blocked_until <= this_moment;
            IF NOT FOUND THEN
                -- Another attempt came first: the counters before this one were free, and are again.
                refused_by := keys[i];
                UPDATE attempt_counters c SET attempts = c.attempts - 1, blocked_until = NULL
                    WHERE c.key = ANY (keys[1:i - 1]);
                EXIT;
            END IF;
        END LOOP;
    END IF;
    RETURN QUERY
        SELECT c.key, c.attempts,
            CASE
                WHEN refused_by IS NULL THEN 0
                -- Some of it has passed if this attempt waited for a lock.
                WHEN c.blocked_until > this_moment
                    THEN greatest(extract(epoch FROM c.blocked_until - clock_timestamp())::float8, 0.001)
                WHEN c.key = refused_by THEN 1
                ELSE 0
            END
        FROM attempt_counters c WHERE c.key = ANY (keys)
        UNION ALL
        SELECT refused_by, 0, 1
        WHERE refused_by IS NOT NULL AND NOT EXISTS (SELECT FROM attempt_counters c WHERE c.key = refused_by);
END;
$$;
