"""What the stopping rule says of a person's own reading, with the curve of what was found."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from screener.model.errors import ScreenerError
from screener.model.screening import Stage
from screener.steps import stopping
from screener.steps.ranking import own_labels_of
from screener.steps.review import Review

_BARS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class StopTold:
    """`can_stop`: the rule is met and the person reads on; `stopped`: the person has stopped."""

    content: Content
    can_stop: bool
    stopped: bool


def stop_told(review: Review, stage: Stage) -> StopTold | None:
    """None where the protocol states no rule at the stage."""
    rules = review.protocol.rules[stage]
    if not rules.stop_recall or review.viewer is None:
        return None
    now = stopping.standing(review, stage)
    target = f"recall {rules.stop_recall:.0%} with confidence {rules.stop_confidence:.0%}"
    lines = [Content(f"The stopping rule: {target}").stylize("bold")]
    labels = list(own_labels_of(review.store, review.viewer, stage).values())
    if labels:
        lines.append(Content(f"{curve(labels)}  {sum(labels):,} found in {len(labels):,} read"))
    can_stop = False
    if now.mine is not None:
        lines.append(Content(f"+ you have stopped; {now.mine['left']:,} records are left unread by you"))
        lines.append(
            Content(
                f"all screeners have stopped: {now.left:,} records count as excluded by automation"
                if now.all_stopped
                else "nothing is excluded until every screener has stopped"
            )
        )
    else:
        try:
            found = stopping.rule(review, stage)
        except ScreenerError as error:
            lines.append(Content(f"! {error}"))
        else:
            can_stop = found.met
            lines.append(Content(f"{'+' if found.met else '~'} {found.describe()}"))
            lines.append(Content(f"if {found.assumes}").stylize("$quiet"))
    return StopTold(Content("\n").join(lines), can_stop, now.mine is not None)


def curve(labels: list[int], width: int = 40) -> str:
    """How what was found grew with what was read, as a row of bars."""
    total = sum(labels)
    if not total:
        return ""
    width = min(width, len(labels))
    found, bars = 0, []
    done = 0
    for column in range(1, width + 1):
        end = len(labels) * column // width
        found += sum(labels[done:end])
        done = end
        bars.append(_BARS[max(1, round(found / total * (len(_BARS) - 1)))] if found else _BARS[0])
    return "".join(bars)
