"""What a person is told first: where each certification stands, what to do next, what waits for their word."""
