"""Prompts: templates that a project may override, sections of what is shown, and a budget of tokens for them."""
