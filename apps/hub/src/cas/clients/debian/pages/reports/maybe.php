<?php
require __DIR__ . "/start.php";
if (phpCAS::checkAuthentication()) show();
else echo "a guest";
