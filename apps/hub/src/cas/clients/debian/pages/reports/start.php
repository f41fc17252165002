<?php
// What every page of this site begins with.
require_once "CAS.php";
phpCAS::client(CAS_VERSION_3_0, "hub.localhost", (int) $_SERVER["HUB_PORT"], "/cas", $_SERVER["SITE"]);
phpCAS::setCasServerCACert($_SERVER["AUTHORITY"]);
phpCAS::handleLogoutRequests(true, ["127.0.0.1"]);

function show(): void
{
    header("content-type: application/json");
    echo json_encode(["user" => phpCAS::getUser(), "attributes" => phpCAS::getAttributes()]);
}
