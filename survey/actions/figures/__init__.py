"""Administrative figures with four eyes, and the material that belongs to indicators."""
