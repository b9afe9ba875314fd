"""The module's side of the drop-in: arguments checked as C code checks them, struct sequences, native functions."""
