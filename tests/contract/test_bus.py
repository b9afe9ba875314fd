"""What every bus promises: committed envelopes, in seq order, without gaps, at least once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tallystick.events import Bus, Catalogue, EmbeddedBus, LogReader, LogWriter, UsageError
from tallystick.events.types.running import BookHalted

ORIGIN = "example.org/bus"


class Book:
    """A log being written, and a bus over it; `restart` stands for a new process."""

    def __init__(self, folder: Path, make: Callable[[Path], Bus]) -> None:
        self._folder, self._make = folder, make
        self._catalogue = Catalogue((BookHalted,))
        self.writer = LogWriter(folder, ORIGIN)
        self.writer.declare((BookHalted,))
        self._source = self.writer.declare_source("kernel", "kernel")
        self.writer.commit()
        self.bus = make(folder)

    def say(self, count: int) -> None:
        """Append without committing."""
        body = self._catalogue.encode(BookHalted(reason="a test"))
        for _ in range(count):
            self.writer.append(self.writer.type_id(BookHalted), 1, body, time=self.writer.time, source=self._source)

    def commit(self) -> int:
        """Commit and publish."""
        self.bus.publish(self.writer.commit())
        return self.writer.committed

    def restart(self) -> None:
        """Another process takes the bus over."""
        self.bus = self._make(self._folder)


@pytest.fixture(params=[lambda folder: EmbeddedBus(LogReader(folder))], ids=["embedded"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Book:
    return Book(tmp_path / "log", request.param)


def test_committed_envelopes_arrive_in_order_without_gaps(book: Book) -> None:
    follower = book.bus.follow("dashboard")
    heard = []
    for count in (1, 5, 0, 3):
        book.say(count)
        book.commit()
        heard += [each.seq for each in follower.poll()]
    assert heard == list(range(book.writer.committed))
    assert list(follower.poll()) == []


def test_nothing_is_delivered_before_it_is_committed(book: Book) -> None:
    follower = book.bus.follow("dashboard", book.commit())
    book.say(3)
    assert list(follower.poll()) == []
    book.commit()
    assert len(list(follower.poll())) == 3


def test_a_new_follower_begins_where_it_asks(book: Book) -> None:
    book.say(4)
    end = book.commit()
    assert [each.seq for each in book.bus.follow("late", end - 2).poll()] == [end - 2, end - 1]


def test_what_is_done_is_not_delivered_again_and_what_is_not_is(book: Book) -> None:
    follower = book.bus.follow("dashboard", book.commit())
    book.say(4)
    end = book.commit()
    heard = [each.seq for each in follower.poll()]
    follower.done(heard[1])
    book.restart()
    again = book.bus.follow("dashboard")
    assert again.position == heard[2]
    assert [each.seq for each in again.poll()] == heard[2:]
    again.done(heard[3])
    assert again.position == end
    again.done(heard[0])  # late news changes nothing
    assert again.position == end


def test_followers_do_not_disturb_one_another(book: Book) -> None:
    one, two = book.bus.follow("one", book.commit()), book.bus.follow("two", 0)
    book.say(2)
    book.commit()
    assert len(list(one.poll())) == 2
    assert len(list(two.poll())) == book.writer.committed
    one.done(one.position)
    assert two.position == 0


def test_nothing_can_be_done_before_it_was_delivered(book: Book) -> None:
    follower = book.bus.follow("dashboard", book.commit())
    with pytest.raises(UsageError, match="poll first"):
        follower.done(follower.position)


def test_more_than_is_committed_cannot_be_published(book: Book) -> None:
    with pytest.raises(UsageError, match="commit first"):
        book.bus.publish(book.writer.committed + 1)


def test_a_follower_with_a_strange_name_is_refused(book: Book) -> None:
    with pytest.raises(UsageError, match="cannot name a follower"):
        book.bus.follow("../escape")
