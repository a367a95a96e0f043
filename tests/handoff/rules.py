"""The documented rules of each engine, as a checker of the files it would read.

Written from the engines' documentation and sources, on the text of the files alone: it shares no code
with `screener.handoff`. Each function returns what the engine would object to, or silently get wrong.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
import re

Row = dict[str, str]
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


def read(text: str, header: list[str], texts: set[str]) -> tuple[list[Row], list[str]]:
    """Rows of a CSV, and complaints about its form: BOM, line ends, quotes, columns."""
    wrong = []
    if text.startswith("\ufeff"):
        wrong.append("byte-order mark: R names the first column X...")
    if "\r" in text or not text.endswith("\n"):
        wrong.append("lines do not end with LF")
    if text.split("\n", 1)[0] != ",".join(f'"{name}"' for name in header):
        wrong.append(f"header is {text.splitlines()[0]}")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows:
        if None in row or any(value is None for value in row.values()):
            wrong.append(f"ragged row {row}")
        for name, value in row.items():
            if name in texts and (not value or value == "NA" or value != value.strip()):
                wrong.append(f"{name} is {value!r}")
            if name not in texts and value != "NA" and not NUMBER.fullmatch(value):
                wrong.append(f"{name} is not a number or NA: {value!r}")
            if name in texts and '"' + value.replace('"', '""') + '"' not in text:
                wrong.append(f"{name} {value!r} is not quoted")
    return rows, wrong


def studies(rows: list[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def one_row_an_arm(text: str, names: list[str], y: str, se: str, trt: str) -> tuple[list[Row], list[str]]:
    """What gemtc (mtc.data.re) and multinma (set_agd_contrast) have in common."""
    rows, wrong = read(text, names, {"study", trt})
    for study, arms in studies(rows, "study").items():
        base = [row for row in arms if row[y] == "NA"]
        others = [row for row in arms if row[y] != "NA"]
        if len(base) != 1:
            wrong.append(f"{study}: {len(base)} baseline rows")
            continue
        if len(arms) < 2:
            wrong.append(f"{study}: single arm")
        if len({row[trt] for row in arms}) != len(arms):
            wrong.append(f"{study}: same treatment twice")
        if any(row[se] == "NA" or float(row[se]) <= 0 for row in others):
            wrong.append(f"{study}: missing or zero standard error")
        if any(not math.isfinite(float(row[y])) for row in others):
            wrong.append(f"{study}: effect is not finite")
        if len(arms) > 2:
            if base[0][se] == "NA":
                wrong.append(f"{study}: multi-arm without the baseline's standard error")
            elif any(float(base[0][se]) >= float(row[se]) for row in others):
                wrong.append(f"{study}: baseline se not below every relative se")
    if not connected([{row[trt] for row in arms} for arms in studies(rows, "study").values()]):
        wrong.append("Network is disconnected")
    return rows, wrong


def gemtc(data_re: str, treatments: str) -> list[str]:
    rows, wrong = one_row_an_arm(
        data_re, ["study", "treatment", "diff", "std.err"], "diff", "std.err", "treatment"
    )
    table, wrong_table = read(treatments, ["id", "description"], {"id", "description"})
    ids = [row["id"] for row in table]
    if len(set(ids)) != len(ids):
        wrong.append("an id twice")
    for name in ids:
        if not re.fullmatch(r"[a-zA-Z0-9_]+", name):
            wrong.append(f"id {name!r}")
        if NUMBER.fullmatch(name):
            wrong.append(f"numeric id {name} (gemtc #64)")
    if set(ids) != {row["treatment"] for row in rows}:
        wrong.append("treatments of the data and of the table differ")
    return wrong + wrong_table


def multinma(text: str) -> list[str]:
    header = [name.strip('"') for name in text.split("\n", 1)[0].split(",")]
    expected = ["study", "trt", "y", "se"] + (["sample_size"] if "sample_size" in header else [])
    rows, wrong = one_row_an_arm(text, expected, "y", "se", "trt")
    if "sample_size" in header:
        wrong += [
            f"sample size {r['sample_size']}" for r in rows if not re.fullmatch(r"[1-9]\d*", r["sample_size"])
        ]
    return wrong


def netmeta(text: str) -> list[str]:
    rows, wrong = read(text, ["studlab", "treat1", "treat2", "TE", "seTE"], {"studlab", "treat1", "treat2"})
    for study, pairs in studies(rows, "studlab").items():
        arms = sorted({row["treat1"] for row in pairs} | {row["treat2"] for row in pairs})
        if len(pairs) != len(arms) * (len(arms) - 1) // 2:
            wrong.append(f"{study}: wrong number of comparisons")
        if len({frozenset((row["treat1"], row["treat2"])) for row in pairs}) != len(pairs):
            wrong.append(f"{study}: a comparison twice")
        te: dict[tuple[str, str], float] = {}
        var: dict[tuple[str, str], float] = {}
        for row in pairs:
            if row["TE"] == "NA" or row["seTE"] == "NA" or float(row["seTE"]) <= 0:
                wrong.append(f"{study}: dropped with a warning only")
                continue
            if row["treat1"] == row["treat2"]:
                wrong.append(f"{study}: treatments must be different")
            for a, b, sign in ((row["treat1"], row["treat2"], 1), (row["treat2"], row["treat1"], -1)):
                te[a, b] = sign * float(row["TE"])
                var[a, b] = float(row["seTE"]) ** 2
        for a, b, c in itertools.permutations(arms, 3):
            if not {(a, b), (b, c), (a, c)} <= te.keys():
                continue
            if abs(te[a, b] + te[b, c] - te[a, c]) > 1e-3:
                wrong.append(f"{study}: treatment effects are not additive")
            if var[a, b] + var[a, c] - var[b, c] <= 0:
                wrong.append(f"{study}: negative treatment arm variance")
    if not connected([{row["treat1"], row["treat2"]} for row in rows]):
        wrong.append("separate sub-networks")
    return wrong


def agree(netmeta_text: str, gemtc_text: str) -> list[str]:
    """The two files tell the same effects, digit for digit against the baseline."""
    pairs = {
        (row["studlab"], row["treat1"], row["treat2"]): (float(row["TE"]), float(row["seTE"]))
        for row in csv.DictReader(io.StringIO(netmeta_text, newline=""))
    }
    wrong = []
    for study, arms in studies(list(csv.DictReader(io.StringIO(gemtc_text, newline=""))), "study").items():
        base = next(row["treatment"] for row in arms if row["diff"] == "NA")
        for row in arms:
            if row["diff"] == "NA":
                continue
            y, se = float(row["diff"]), float(row["std.err"])
            te, se_te = pairs.get((study, row["treatment"], base)) or (math.nan, math.nan)
            if (study, base, row["treatment"]) in pairs:
                te, se_te = pairs[study, base, row["treatment"]]
                te = -te
            if not (abs(te - y) <= 1e-10 and abs(se_te - se) <= 1e-10):
                wrong.append(f"{study}: {row['treatment']} {te} {se_te} against {y} {se}")
    return wrong


def connected(groups: list[set[str]]) -> bool:
    if not groups:
        return False
    reached = set(groups[0])
    for _ in groups:
        for group in groups:
            if group & reached:
                reached |= group
    return all(group <= reached for group in groups)
