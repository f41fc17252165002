<?php echo "bye";
