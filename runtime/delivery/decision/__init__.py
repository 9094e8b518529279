"""May this message go out, now? The facts that are looked up, what limits it, and the one place that decides."""
