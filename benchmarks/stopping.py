"""How often the stopping rule ends below its target when the order is random, which is the least it promises.

    python -m benchmarks.stopping [--orders N]

Target and confidence are 95 %; the rule is looked at after every record. `published` is the smallest p value of
all stretches as it is, `ours` is that times `stopping.LOOKS`.
"""

from __future__ import annotations

import argparse

import numpy as np

from screener.screening.stopping import LOOKS, stop_point

CASES = ((300, 15), (300, 60), (1_000, 20), (1_000, 100), (1_000, 300))
# LOOKS * p < 1 - confidence is p < 0.05 for this confidence.
RULES = {"published": 1 - LOOKS * 0.05, "ours": 0.95}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=200)
    args = parser.parse_args()
    print("| records | includes | published: wrong | read | ours: wrong | read |\n|---|---|---|---|---|---|")
    drawn = np.random.default_rng(0)
    for total, includes in CASES:
        wrong, read = dict.fromkeys(RULES, 0), dict.fromkeys(RULES, 0)
        for _ in range(args.orders):
            labels = np.zeros(total, dtype=int)
            labels[drawn.choice(total, includes, replace=False)] = 1
            for rule, confidence in RULES.items():
                at = stop_point(labels.tolist(), total, confidence=confidence) or total
                wrong[rule] += int(labels[:at].sum() < 0.95 * includes)
                read[rule] += at
        cells = (
            f"{wrong[rule] / args.orders:.1%} | {read[rule] / args.orders / total:.1%}" for rule in RULES
        )
        print(f"| {total:,} | {includes} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
