"""What `tasks.py` runs about the project itself: generated pages, checks of the documents."""
