"""One client's story, from intake to confirmed help, told over plain HTTP."""
