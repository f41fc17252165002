<?php
// Acts for its user at the reports.
require_once "CAS.php";
phpCAS::proxy(CAS_VERSION_3_0, "hub.localhost", (int) $_SERVER["HUB_PORT"], "/cas", $_SERVER["SITE"]);
phpCAS::setCasServerCACert($_SERVER["AUTHORITY"]);
phpCAS::setPGTStorageFile($_SERVER["TICKETS"]);
phpCAS::handleLogoutRequests(true, ["127.0.0.1"]);
phpCAS::forceAuthentication();
try {
    $reports = phpCAS::getProxiedService(PHPCAS_PROXIED_SERVICE_HTTP_GET);
    $reports->setUrl($_SERVER["REPORTS"] . "/backend.php?q=two%20words&r=%C3%BC");
    $reports->send();
    echo $reports->getResponseBody();
} catch (CAS_ProxyTicketException $refused) {
    echo "no ticket: ", $refused->getMessage();
}
