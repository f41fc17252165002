<?php
require __DIR__ . "/start.php";
// The operator asks for renew in the address, and the page asks for it too: phpCAS then sends it twice.
$hub = "https://hub.localhost:" . $_SERVER["HUB_PORT"] . "/cas";
phpCAS::setServerLoginURL("$hub/login?renew=true&service=" . urlencode(phpCAS::getServiceURL()));
phpCAS::setServerServiceValidateURL("$hub/p3/serviceValidate?renew=true");
phpCAS::renewAuthentication();
show();
