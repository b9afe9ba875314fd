"""Who signs a backtest's log: the key given, your own for a book that is kept, else one that is thrown away."""

from collections.abc import Callable

from tallystick.events.signer import Ed25519Signer, Signer

SignerFor = Callable[[str], Signer]
"""Gives the key of a log by the log's origin."""


def signer_for(key: Signer | SignerFor | None, *, kept: bool) -> SignerFor:
    """The key of the log. Your own lies in your configuration folder and is made on first use."""
    if isinstance(key, Ed25519Signer):
        return key.named
    if key is None:
        return _own() if kept else Ed25519Signer.generate("backtest").named
    if callable(key):
        return key
    fixed = key
    return lambda _origin: fixed


def _own() -> SignerFor:
    from tallystick.platform.cli.call import Call
    from tallystick.platform.cli.home import own_key

    return own_key(Call()).of_log
