"""Long work in the background: what a job is, who asked for it, how far it is, what came of it."""
