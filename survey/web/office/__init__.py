"""The office that runs a wave: posters, codes, wave pages."""
