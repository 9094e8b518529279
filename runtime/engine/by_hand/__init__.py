"""What a person does to contacts and runs, by the engine's own rules and in its turn."""
