"""The record browser over many records: the first index, words, orders, pages.

    python -m benchmarks.browse [RECORDS]

Makes a review of made-up citations in a temporary folder and prints seconds (median and slowest of the runs).
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from screener.steps.browse import Browser, Looking
from screener.steps.review import adopt, init_review, open_review
from tests.builders import add_citations, citation

WORDS = [f"{a}{b}" for a in ("bev", "oxa", "rego", "cetu", "pani", "tas", "iri", "fol") for b in range(500)]


def timed(what: str, act: Callable[[], object], times: int = 9) -> None:
    took = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        took.append(time.perf_counter() - start)
    print(f"{what:44} median {statistics.median(took) * 1000:8.1f} ms   slowest {max(took) * 1000:8.1f} ms")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    dice = random.Random(1)

    def words(number: int) -> str:
        return " ".join(dice.choices(WORDS, k=number, weights=[1 / n for n in range(1, len(WORDS) + 1)]))

    with tempfile.TemporaryDirectory() as where:
        folder = Path(where) / "review"
        init_review(folder).close()
        review = open_review(folder, "C")
        adopt(review, "benchmark")
        for start in range(0, count, 5000):
            made = [
                citation(n, title=words(14), abstract=words(220), year=1990 + n % 35)
                for n in range(start, min(start + 5000, count))
            ]
            add_citations(review, made)
        browser = Browser(review)
        timed(f"first index of {count:,} records", browser.renew, 1)
        timed("nothing new", browser.renew)

        def find(**looking: object) -> Callable[[], object]:
            def act() -> None:
                browser._kept.clear()  # as after a change: nothing is remembered
                browser.find(Looking(**looking))  # type: ignore[arg-type]

            return act

        timed("a word in most of them", find(text=WORDS[0]))
        timed("the beginning of a word", find(text="cetu1", typing=True))
        timed("three words", find(text=" ".join(WORDS[:3])))
        for order in ("queue", "title", "author", "year", "journal"):
            timed(f"all by {order}", find(order=order))
        browser.find(Looking(order="title"))
        timed(
            "another word, order remembered",
            lambda: browser.find(Looking(text=dice.choice(WORDS), order="title")),
        )
        everything = browser.find(Looking(order="title"))
        timed("a page of 50 lines", lambda: browser.lines(dice.sample(everything, 50)))
        review.close()


if __name__ == "__main__":
    main()
