"""How a benchmark says what it found: one JSON line a figure, and a failure where a gate is missed.

Only ratios within one run are claims. Both sides do the same work in turn, round by round, and
the figure is the median of the rounds' ratios, so that a busy machine disturbs both alike.
"""

import gc
import json
import sys
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import NoReturn


class ResultsDiffer(Exception):
    """The two sides did not do the same work, so their times say nothing."""


class Report:
    """Prints figures as they come and remembers which gates were missed."""

    def __init__(self) -> None:
        self._missed: list[str] = []

    def figure(
        self,
        name: str,
        ratios: Sequence[float],
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """Print the median of ``ratios``, one for each round, against its gate if it has one."""
        if at_least is not None and at_most is not None:
            raise ValueError("a figure has one gate")
        ratio = median(ratios)
        ok = (at_least is None or ratio >= at_least) and (at_most is None or ratio <= at_most)
        gate = at_least if at_most is None else at_most
        line = {
            "name": name,
            "ratio": round(ratio, 3),
            "gate": gate,
            "ok": ok,
            "rounds": len(ratios),
        }
        print(json.dumps(line), flush=True)
        if not ok:
            self._missed.append(name)

    def finish(self) -> NoReturn:
        """End the program, with an error where a gate was missed."""
        if self._missed:
            print(f"gates missed: {', '.join(self._missed)}", file=sys.stderr)
        sys.exit(1 if self._missed else 0)


def times_faster(
    ours: Callable[[], object],
    floor: Callable[[], object],
    *,
    rounds: int,
    before_each: Callable[[], object] = lambda: None,
) -> list[float]:
    """Return, round by round, how many times as long ``floor`` takes as ``ours``.

    ``before_each`` runs before each side, outside the time taken. The sides take turns in going
    first.

    Raises:
        ResultsDiffer: the two sides returned different things.
    """
    ratios: list[float] = []
    for number in range(rounds):
        sides = (ours, floor) if number % 2 else (floor, ours)
        seconds: dict[Callable[[], object], float] = {}
        results: list[object] = []
        for side in sides:
            before_each()
            gc.collect()
            began = perf_counter()
            results.append(side())
            seconds[side] = perf_counter() - began
        if results[0] != results[1]:
            raise ResultsDiffer(f"round {number}: {ours} and {floor}")
        ratios.append(seconds[floor] / seconds[ours])
    return ratios
