"""The process in which a bot's unchanged script runs: its clock is virtual, its answers come from the parent.

`python -m tallystick.platform.mt5.exec.child`, started by the parent with the environment of `environment.py`.
"""
