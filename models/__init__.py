"""Recognition models: the catalogue of those that exist, and the one that ships with enunciate."""
