"""The steps of somebody else's pipeline, counted where it thinks that it moves a progress bar."""

from collections.abc import Callable, Iterator

__all__ = ["Steps"]


class Steps:
    """As much of a tqdm bar as diffusers' pipelines use.

    Args:
        iterable: what is gone through, if anything.
        total: how many steps there are; None is the length of ``iterable``.
        tell: called with the number of each finished step, from 0.
    """

    def __init__(self, iterable, total: int | None, tell: Callable[[int], None]):
        self.iterable, self.total, self.n, self._tell = iterable, total, 0, tell

    def __iter__(self) -> Iterator:
        for item in self.iterable:
            yield item
            self.update()

    def __len__(self) -> int:
        return len(self.iterable) if self.total is None else self.total

    def known_total(self) -> int | None:
        """How many steps there are, where that is known."""
        try:
            return len(self)
        except TypeError:
            return None

    def __enter__(self) -> "Steps":
        return self

    def __exit__(self, *raised) -> None:
        pass

    def update(self, n: int = 1) -> None:
        for _ in range(n):
            self._tell(self.n)
            self.n += 1

    def set_description(self, *words, **more) -> None:
        """A bar's label; nobody reads it here."""

    set_postfix = set_postfix_str = set_description
