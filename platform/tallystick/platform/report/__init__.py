"""A book's report from its log alone: numbers, and one HTML page that needs no network."""
