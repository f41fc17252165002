-- Whether the user may be invited: not disabled, has no way to sign in and has never signed in. A user whose only passkey an
-- operator removed may not: strangers could have an invitation sent, which works for seven days.
CREATE FUNCTION "is_invited"("person" uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM users WHERE id = person AND disabled_at IS NULL AND first_sign_in_at IS NULL)
        AND NOT EXISTS (SELECT FROM password_credentials WHERE user_id = person)
        AND NOT EXISTS (SELECT FROM passkeys WHERE person_id = person)
        AND NOT EXISTS (SELECT FROM accounts WHERE user_id = person)
$$;
