"""What an optimisation came to, as one page that needs nothing beside itself."""
