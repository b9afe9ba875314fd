"""What a page carries inside itself, and the word of its policy that allows exactly that."""

import base64
import hashlib
from importlib.resources import files


def asset(name: str) -> str:
    """A style or script of `report/assets`."""
    return files("tallystick.platform.report").joinpath("assets", name).read_text(encoding="utf-8")


def allowed(content: str) -> str:
    """The policy's word for exactly this content."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
