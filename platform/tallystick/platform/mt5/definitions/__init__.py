"""What a terminal is told about its symbols and its account before any price: from its own export, or from ours."""
