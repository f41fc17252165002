<?php
require __DIR__ . "/start.php";
phpCAS::logoutWithRedirectService($_SERVER["SITE"] . "/bye.php?a=b c");
