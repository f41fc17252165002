<?php
require __DIR__ . "/start.php";
phpCAS::allowProxyChain(new CAS_ProxyChain([$_SERVER["PORTAL"] . "/index.php"]));
phpCAS::forceAuthentication();
header("content-type: application/json");
echo json_encode(["user" => phpCAS::getUser(), "proxies" => phpCAS::getProxies(), "query" => $_GET]);
