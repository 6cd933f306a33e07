"""What CertTrack does by itself, on a schedule: `catalogue` is the table of it."""
