"""The two readers: `extractive` arranges sentences of the article, `llm` asks a chat model."""
