"""The bridge to a real MetaTrader 5 terminal.

One child process for each account owns the `MetaTrader5` package: it holds the interpreter's lock during every call and
its state is global. The parent speaks to it in typed messages over a pipe, decides alone how long a call may take, and
ends the child when it takes longer.
"""
