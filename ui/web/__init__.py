"""The chat window, made with Gradio."""
