<?php
// Whom mod_auth_openidc let in, and what it was told.
header("content-type: application/json");
$told = array_filter($_SERVER, fn($name) => str_starts_with($name, "OIDC_CLAIM_"), ARRAY_FILTER_USE_KEY);
echo json_encode(["user" => $_SERVER["REMOTE_USER"] ?? null, "uri" => $_SERVER["REQUEST_URI"], "told" => $told]);
