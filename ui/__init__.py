"""The terminal command and the chat window."""
