"""Ranking by active learning: which of the unread records are most like those that one reviewer included.

A linear support vector machine on TF-IDF weights of titles, abstracts and keywords, fitted anew whenever votes came in.
Offline, the same for the same votes. Nothing here knows whose votes they are; the caller hands in one
reviewer's own and nobody else's. The method in words stands in docs/ranking.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screener.model.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Written into saved features and into methods sections; changes whenever an order could.
MODEL = "screener-rank-1"

# Chosen by measuring on labelled reviews (docs/ranking.md); one default for all of them.
_COST = 0.11  # C of the support vector machine: strong regularisation, as there are few votes
_RATIO = 9.8  # all included records together weigh this many times as much as all excluded ones
_COMMON = 0.95  # a term that more than this share of the records hold tells nothing
_LARGE = 20_000  # records; in a larger corpus also terms of two records are put together, to bound the memory
_BUCKETS = 1 << 24  # terms are hashed: no vocabulary of millions of strings
_CHUNK = 2_000  # records whose terms are counted at once
# Words of two characters and more; single characters in scripts that do not part words with blanks.
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_TOKEN = rf"[{_CJK}]|[^\W{_CJK}]{{2,}}"


@dataclass(frozen=True, slots=True)
class Features:
    """The texts of a corpus as numbers, a row a record in the order of the texts.

    `matrix` is sparse (CSR), float32, records x terms; rows have length 1, or 0 for records without words.
    It depends on all texts, so a corpus that grew is made anew.
    """

    matrix: Any

    @classmethod
    def of(cls, texts: Iterable[str], progress: Callable[[int], None] = lambda _done: None) -> Features:
        """TF-IDF of words and pairs of neighbouring words: 1 + log of the count, times the smoothed inverse
        document frequency, log((1 + records) / (1 + records with the term)) + 1; rows scaled to length 1.

        A text is title, abstract and keywords in one; it may be empty. Texts are gone through once,
        `progress` is told how many are done.
        """
        import numpy as np
        from sklearn.feature_extraction.text import HashingVectorizer

        hashing = HashingVectorizer(
            token_pattern=_TOKEN,
            ngram_range=(1, 2),
            n_features=_BUCKETS,
            alternate_sign=False,
            norm=None,
            dtype=np.float32,
        )
        counted = []
        done = 0
        remaining = iter(texts)
        while chunk := list(islice(remaining, _CHUNK)):
            counts = hashing.transform(chunk)
            counts.data = np.minimum(counts.data, 255).astype(np.uint8)  # a quarter of the memory
            counted.append(counts)
            done += len(chunk)
            progress(done)
        return cls(_weighted(counted, done))

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    def save(self, path: Path) -> None:
        """As an uncompressed .npz; `load` gives the same numbers."""
        import numpy as np

        m = self.matrix
        with path.open("wb") as file:
            np.savez(
                file,
                model=np.array(MODEL),
                data=m.data,
                indices=m.indices,
                indptr=m.indptr,
                shape=np.array(m.shape),
            )

    @classmethod
    def load(cls, path: Path) -> Features:
        """What `save` wrote. Raises InputError for anything else, also for features of another model."""
        import zipfile

        import numpy as np
        from scipy.sparse import csr_matrix

        try:
            with np.load(path, allow_pickle=False) as kept:
                if str(kept["model"]) != MODEL:
                    raise InputError(
                        f"these features are of the model '{kept['model']}'", file=str(path), expected=MODEL
                    )
                parts = (kept["data"], kept["indices"], kept["indptr"])
                return cls(csr_matrix(parts, shape=tuple(int(n) for n in kept["shape"])))
        except FileNotFoundError:
            raise InputError("there is no such file", file=str(path), expected="saved features") from None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(
                f"these are no features ({error})", file=str(path), expected="saved features"
            ) from error


def scores(features: Features, votes: Mapping[int, int], *, seed: int = 0) -> NDArray[np.float64]:
    """A score for each record, in the order of the corpus: the higher, the more like the included ones.

    `votes` is record (its place in the corpus, from 0) -> 1 included, 0 excluded. With votes of one kind only
    a record scores by its likeness (cosine) to the mean of the included, or by its unlikeness to that of the
    excluded; without votes all score 0. Scores order the records; they are no probabilities.
    Raises InputError for a place outside the corpus and for other values.
    """
    import numpy as np

    total = len(features)
    places = np.fromiter(sorted(votes), dtype=np.int64, count=len(votes))
    if len(places) and (places[0] < 0 or places[-1] >= total):
        raise InputError(f"a vote on a record outside the corpus of {total:,}", field="votes")
    labels = np.array([votes[int(place)] for place in places], dtype=np.int64)
    if not set(labels.tolist()) <= {0, 1}:
        raise InputError("a vote that is neither 1 nor 0", field="votes", expected="1 or 0")
    if not len(places):
        return np.zeros(total)
    rows = features.matrix[places]
    included = int(labels.sum())
    if included in (0, len(labels)):
        mean = np.asarray(rows.mean(axis=0), dtype=np.float32).ravel()
        return np.asarray(features.matrix @ mean, dtype=np.float64) * (1.0 if included else -1.0)
    weights = _fit(rows, labels, seed)
    return np.asarray(features.matrix @ weights.astype(np.float32), dtype=np.float64)


def rank(features: Features, votes: Mapping[int, int], *, seed: int = 0) -> NDArray[np.int64]:
    """The records without a vote, most promising first; equal scores stand in the order of the corpus.

    Without votes the order is drawn at random from `seed`, so that first votes are no matter of who exported
    the file. Arguments and errors as for `scores`.
    """
    import numpy as np

    found = scores(features, votes, seed=seed)  # refuses wrong votes
    unread = np.ones(len(features), dtype=bool)
    unread[list(votes)] = False
    places = np.flatnonzero(unread)
    if not votes:
        return np.random.default_rng(seed).permutation(places)
    return places[np.argsort(-found[places], kind="stable")]


def _fit(rows: Any, labels: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Weights of the terms by a linear support vector machine with squared hinge loss (liblinear, dual)."""
    import numpy as np
    from sklearn.svm import LinearSVC

    included = int(labels.sum())
    weights = np.where(labels == 1, 1.0, included / (_RATIO * (len(labels) - included)))
    machine = LinearSVC(C=_COST, loss="squared_hinge", dual=True, random_state=seed)
    machine.fit(rows, labels, sample_weight=weights * (len(labels) / weights.sum()))
    return np.asarray(machine.coef_[0], dtype=np.float64)


def _weighted(counted: list[Any], total: int) -> Any:
    """Counts of terms, a row a record, chunk after chunk, as TF-IDF with rows of length 1. Empties the list.

    A term that only one record holds says nothing about others, but makes that record less like them. So all
    such terms of a record become one column of its own with their joint length: every product of two rows
    stays what it was, with a fraction of the columns.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    holders = np.zeros(_BUCKETS, dtype=np.int32)
    for counts in counted:
        np.add.at(holders, counts.indices, 1)
    used = np.flatnonzero(holders)
    # In a handful of records the share of those with a term says nothing.
    most = _COMMON * total if total >= 20 else total
    shared = used[(holders[used] >= (2 if total <= _LARGE else 3)) & (holders[used] <= most)]
    column = np.full(_BUCKETS, -1, dtype=np.int32)
    column[shared] = np.arange(len(shared), dtype=np.int32)
    size = int(holders[shared].sum(dtype=np.int64)) + total  # and one column of its own for each record
    data, indices = np.empty(size, dtype=np.float32), np.empty(size, dtype=np.int32)
    lengths = np.zeros(total + 1, dtype=np.int64)
    start = first = 0
    counted.reverse()
    while counted:
        counts = counted.pop()
        end = first + counts.shape[0]
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        held = holders[counts.indices]
        values = (1 + np.log(counts.data.astype(np.float64))) * (np.log((1 + total) / (1 + held)) + 1)
        values[held > most] = 0
        kept = column[counts.indices] >= 0
        squares = [np.bincount(row[some], values[some] ** 2, counts.shape[0]) for some in (kept, ~kept)]
        length = np.sqrt(squares[0] + squares[1])
        length[length == 0] = 1
        # Behind the terms of each row comes its own column.
        ends = np.cumsum(np.bincount(row[kept], minlength=counts.shape[0]))
        terms = column[counts.indices[kept]]
        own = np.arange(first, end, dtype=np.int32) + np.int32(len(shared))
        stop = start + len(terms) + counts.shape[0]
        indices[start:stop] = np.insert(terms, ends, own)
        data[start:stop] = np.insert(values[kept] / length[row[kept]], ends, np.sqrt(squares[1]) / length)
        lengths[first + 1 : end + 1] = np.diff(ends, prepend=0) + 1
        start, first = stop, end
    return csr_matrix((data, indices, np.cumsum(lengths)), shape=(total, len(shared) + total))
