"""Circuits of the same ansatz for other simulators and for hardware; backends that run them and count their shots."""
