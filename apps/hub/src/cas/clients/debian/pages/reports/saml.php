<?php
require_once "CAS.php";
phpCAS::client(SAML_VERSION_1_1, "hub.localhost", (int) $_SERVER["HUB_PORT"], "/cas", $_SERVER["SITE"]);
phpCAS::setCasServerCACert($_SERVER["AUTHORITY"]);
phpCAS::handleLogoutRequests(true, ["127.0.0.1"]);
phpCAS::forceAuthentication();
header("content-type: application/json");
echo json_encode(["user" => phpCAS::getUser(), "attributes" => phpCAS::getAttributes()]);
