"""`make bench`: what the services cost, measured on processes and databases of its own."""
