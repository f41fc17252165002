<?php echo "bye ", $_GET["a"] ?? "";
