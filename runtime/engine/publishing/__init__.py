"""From a draft to a version that runs: what it knows, what becomes of those inside, and of what came due while it was paused."""
