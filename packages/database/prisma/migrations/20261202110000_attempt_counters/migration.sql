-- Counters of attempts (docs/decisions/0037). "rate_limits" serves hubs of earlier versions.

CREATE TABLE "attempt_counters" (
    "key" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "blocked_until" TIMESTAMPTZ(6),
    "forgotten_at" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "attempt_counters_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "attempt_counters_forgotten_at_idx" ON "attempt_counters"("forgotten_at");

-- End of the wait after attempt number "attempts" of a counter; NULL: the next attempt need not wait.
-- "longest_wait" NULL: until the counter is forgotten. Otherwise 1, 2, 4 ... seconds after attempt "free", "free" + 1, ...
CREATE FUNCTION "end_of_wait"("attempts" int, "free" int, "longest_wait" int, "this_moment" timestamptz,
    "forgotten_at" timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN attempts < free THEN NULL
        WHEN longest_wait IS NULL THEN forgotten_at
        ELSE this_moment + make_interval(secs => least(longest_wait, 2 ^ least(attempts - free, 30)))
    END
$$;

-- Counts one attempt in all counters, or in none if one of them refuses it. One decision, also of attempts at the same time:
-- an upsert locks its row and sees the newest version of it. Real time: the hub's clock, which tests move, does not count.
--
-- The arrays belong together by position. "keys": in order, so that two attempts cannot wait for each other. "free": attempts
-- without a wait. "longest_wait": see end_of_wait. "life": the counter is forgotten so many seconds after the last attempt,
-- or after the first one if "longest_wait" is NULL.
--
-- Returns the attempts that each counter holds now, and the seconds for which it refuses this one.
CREATE FUNCTION "count_attempt"("keys" text[], "free" int[], "longest_wait" int[], "life" int[])
RETURNS TABLE ("counter" text, "counted" int, "wait" float8)
LANGUAGE plpgsql VOLATILE
-- Otherwise plans made while the table is small scan all of it later, and each call makes them again.
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    this_moment timestamptz := statement_timestamp();
    ends timestamptz;
    refused boolean;
BEGIN
    -- Most refusals end here, without a lock or a write.
    refused := EXISTS (SELECT FROM attempt_counters c WHERE c.key = ANY (keys) AND c.blocked_until > this_moment);
    IF NOT refused THEN
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
                refused := true;
                UPDATE attempt_counters c SET attempts = c.attempts - 1, blocked_until = NULL
                    WHERE c.key = ANY (keys[1:i - 1]);
                EXIT;
            END IF;
        END LOOP;
    END IF;
    RETURN QUERY
        SELECT c.key, c.attempts,
            CASE WHEN refused AND c.blocked_until > this_moment
                -- Some of it has passed if this attempt waited for a lock.
                THEN greatest(extract(epoch FROM c.blocked_until - clock_timestamp())::float8, 0.001) ELSE 0 END
        FROM attempt_counters c WHERE c.key = ANY (keys);
END;
$$;
