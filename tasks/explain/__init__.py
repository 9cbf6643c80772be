"""explain: what moves each model's answers, and what changed the challenger's mind. No clause reads it."""
