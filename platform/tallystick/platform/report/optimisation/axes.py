"""A picture's frame: where a value stands, its grid, and the SVG around all of it. Colours are classes of the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tallystick.platform.report.drawing import ticks
from tallystick.platform.report.markup import text

WIDTH, HEIGHT = 400, 290
LEFT, RIGHT, TOP, BOTTOM = 50, 12, 12, 38
Words = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Axes:
    """Two scales in the picture's own units, each from its first tick to its last."""

    across: tuple[float, ...]
    up: tuple[float, ...]

    @classmethod
    def around(cls, x: Sequence[float], y: Sequence[float]) -> "Axes":
        """Scales that hold all values."""
        return cls(tuple(ticks(min(x), max(x), 5)), tuple(ticks(min(y), max(y), 5)))

    def x(self, value: float) -> float:
        """From the left."""
        low, high = self.across[0], self.across[-1]
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """From the top."""
        low, high = self.up[0], self.up[-1]
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def grid(self, x_words: Words, y_words: Words, x_name: str, y_name: str) -> list[str]:
        """Lines and numbers of both scales, and their names."""
        shapes = []
        for value in self.up:
            y = self.y(value)
            shapes.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
            shapes.append(f'<text x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{text(y_words(value))}</text>')
        for value in self.across:
            x = self.x(value)
            shapes.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
            anchor = "end" if value == self.across[-1] else "middle"
            place = f'x="{x:.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="{anchor}"'
            shapes.append(f"<text {place}>{text(x_words(value))}</text>")
        middle = f'x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle"'
        shapes.append(f'<text class="name" {middle}>{text(x_name)}</text>')
        down = (TOP + HEIGHT - BOTTOM) / 2
        turned = f'transform="translate(10 {down:.0f}) rotate(-90)" text-anchor="middle"'
        shapes.append(f'<text class="name" {turned}>{text(y_name)}</text>')
        return shapes

    def line(self, x: Sequence[float], y: Sequence[float], kind: str) -> str:
        """A line through points."""
        path = "L".join(f"{self.x(a):.1f} {self.y(b):.1f}" for a, b in zip(x, y, strict=True))
        return f'<path class="line {kind}" d="M{path}"/>'


def picture(shapes: Sequence[str], label: str, height: float = HEIGHT) -> str:
    """The SVG; the page scales it to its column."""
    box = f'viewBox="0 0 {WIDTH} {height:.0f}"'
    return f'<svg class="small" {box} role="img" aria-label="{text(label)}">{"".join(shapes)}</svg>'
