"""Sources to index: reads documents, cuts them into passages, embeds these and keeps them in Chroma."""
