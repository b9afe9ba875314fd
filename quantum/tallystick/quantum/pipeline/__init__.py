"""Classical and simulated quantum search side by side: supports proposed, polished alike, compared in every result."""
