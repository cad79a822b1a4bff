"""What the cases API is sent and answers."""
