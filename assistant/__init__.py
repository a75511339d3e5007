"""Question to cited answer: retrieves passages, reads them, and verifies every citation."""
