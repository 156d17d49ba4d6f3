"""Thin web: request → action → page. One package per audience; they never import each other."""
