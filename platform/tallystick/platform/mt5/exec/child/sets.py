"""Sets of futures and tasks in one order: by their addresses they would come in another one in every run."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from types import ModuleType
from typing import Any

from tallystick.platform.mt5.exec.child.places import AfterImport, put


def put_sets(later: AfterImport) -> None:
    """Give `as_completed` and `wait` an order, as soon as somebody imports them."""
    later.do("concurrent.futures._base", _number)
    later.do("asyncio.tasks", lambda module: put(module, "wait", _waiting(module, vars(module)["wait"])))


class InOrder(set[Any]):
    """A set whose members come in the order in which they were given."""

    def __init__(self, members: Iterable[Any]) -> None:
        """Of these."""
        self._order = list(members)
        super().__init__(self._order)

    def __iter__(self) -> Iterator[Any]:
        """Those that it still holds, and behind them what was added since."""
        given = [each for each in self._order if each in self]
        return iter([*given, *(set(super().__iter__()) - set(given))])


def _number(module: ModuleType) -> None:
    """A future's hash is its number."""
    future, numbers = vars(module)["Future"], count()
    begin = future.__init__

    def begin_with_a_number(self: Any) -> None:
        begin(self)
        self._number = next(numbers)

    def hashed(self: Any) -> int:
        number: int = self._number
        return number

    future.__init__, future.__hash__ = begin_with_a_number, hashed


def _waiting(module: Any, wait: Callable[..., Any]) -> Callable[..., Any]:
    """`asyncio.wait`, whose answers come in the order of what was waited for."""

    async def in_order(fs: Any, **how: Any) -> tuple[set[Any], set[Any]]:
        if module.futures.isfuture(fs) or module.coroutines.iscoroutine(fs):
            await wait(fs, **how)  # says what is wrong with that
        members = list(dict.fromkeys(fs))
        done, pending = await wait(members, **how)
        return tuple(InOrder(each for each in members if each in some) for some in (done, pending))  # type: ignore[return-value]  # two of two

    in_order.__name__ = in_order.__qualname__ = "wait"
    return in_order
