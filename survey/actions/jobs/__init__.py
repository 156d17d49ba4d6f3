"""Long work in the background: ask for it, do it in another process, follow it, cancel it, download what came of it."""
