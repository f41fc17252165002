<?php
require __DIR__ . "/start.php";
phpCAS::forceAuthentication();
show();
