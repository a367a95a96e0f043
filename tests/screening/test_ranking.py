"""Ranking: what comes first, what is refused, and that the same votes give the same order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from screener.model.errors import InputError
from screener.screening import replay
from screener.screening.ranking import Features, rank, scores

HEART = ("beta blocker after heart failure", "heart failure and exercise", "blocker dose in heart disease")
SKIN = ("eczema cream in children", "cream for dry skin", "itching skin of children")
TEXTS = [f"{text} trial {number}" for number, text in enumerate(HEART * 5 + SKIN * 5)]
HEARTS = set(range(15))


@pytest.fixture(scope="module")
def features() -> Features:
    return Features.of(TEXTS)


def test_like_comes_first(features: Features) -> None:
    """One include and one exclude are enough to bring one subject before the other."""
    order = rank(features, {0: 1, 20: 0}).tolist()
    assert set(order[:14]) == HEARTS - {0}
    assert sorted(order) == sorted(set(range(30)) - {0, 20})


def test_weights_are_those_of_the_textbook() -> None:
    """Products of any two records are scikit-learn's TF-IDF ones, though there are fewer columns."""
    texts = [*TEXTS, "", "heart heart heart failure", "a unique phrase of its own"]
    ours = Features.of(texts).matrix
    theirs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95).fit_transform(texts)
    assert abs((ours @ ours.T) - (theirs @ theirs.T)).max() < 1e-5


def test_votes_of_one_kind(features: Features) -> None:
    """Includes alone draw their like to the front, excludes alone send it to the back."""
    assert set(rank(features, {0: 1}).tolist()[:14]) == HEARTS - {0}
    assert set(rank(features, {20: 0}).tolist()[:15]) == HEARTS


def test_no_votes(features: Features) -> None:
    """All score alike; the order is drawn from the seed."""
    assert not scores(features, {}).any()
    first, again, other = (rank(features, {}, seed=seed).tolist() for seed in (1, 1, 2))
    assert first == again != other
    assert sorted(other) == list(range(30))


def test_nothing_left_and_nothing_at_all(features: Features) -> None:
    """A corpus that is read, and one without records."""
    assert rank(features, {i: i % 2 for i in range(30)}).tolist() == []
    empty = Features.of([])
    assert (len(empty), rank(empty, {}).tolist(), scores(empty, {}).tolist()) == (0, [], [])


def test_texts_without_words() -> None:
    """Empty texts and punctuation have a row as others, also when there is nothing else."""
    features = Features.of(["", "...", "heart failure", "skin cream"])
    assert rank(features, {2: 1, 3: 0}).tolist() == [0, 1]
    bare = Features.of(["", "?", "a"])
    assert sorted(rank(bare, {0: 1, 1: 0}).tolist()) == [2]


def test_other_scripts() -> None:
    """Greek, Cyrillic, Arabic, and scripts that do not part words with blanks."""
    pairs = [
        ("καρδιακή ανεπάρκεια", "δερματική κρέμα"),
        ("сердечная недостаточность", "крем для кожи"),
        ("قصور القلب", "كريم الجلد"),
        ("心力衰竭的治疗", "皮肤软膏"),
        ("心不全の治療", "皮膚クリーム"),
    ]
    for one, other in pairs:
        features = Features.of([one, other, f"{other} b", f"{one} c"])
        assert rank(features, {0: 1, 1: 0}).tolist() == [3, 2], one


@given(st.lists(st.text(max_size=30), min_size=2, max_size=12), st.data())
@settings(deadline=None, max_examples=60)
def test_any_text_any_votes(texts: list[str], data: st.DataObject) -> None:
    """Whatever was written and voted: all unread records once, finite scores, the same again."""
    features = Features.of(texts)
    votes = data.draw(st.dictionaries(st.integers(0, len(texts) - 1), st.integers(0, 1)))
    order = rank(features, votes, seed=3).tolist()
    assert sorted(order) == sorted(set(range(len(texts))) - set(votes))
    assert np.isfinite(scores(features, votes)).all()
    assert rank(Features.of(texts), dict(reversed(votes.items())), seed=3).tolist() == order


def test_saved_and_loaded(features: Features, tmp_path: Path) -> None:
    """Loaded features order as those that were saved."""
    features.save(tmp_path / "features.npz")
    votes = {0: 1, 20: 0, 3: 1}
    assert (scores(Features.load(tmp_path / "features.npz"), votes) == scores(features, votes)).all()


@pytest.mark.parametrize("content", [b"", b"no features", b"PK\x03\x04 cut short"])
def test_what_is_no_features(content: bytes, tmp_path: Path) -> None:
    """A damaged or missing file is named."""
    path = tmp_path / "features.npz"
    with pytest.raises(InputError, match="no such file"):
        Features.load(path)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"features\.npz"):
        Features.load(path)


def test_features_of_another_model(tmp_path: Path) -> None:
    """Features that another version weighed are not mixed with ours."""
    path = tmp_path / "old.npz"
    np.savez(path, model=np.array("another"))
    with pytest.raises(InputError, match="of the model 'another'"):
        Features.load(path)


@pytest.mark.parametrize("votes", [{30: 1}, {-1: 1, 0: 0}, {0: 2}])
def test_wrong_votes(features: Features, votes: dict[int, int]) -> None:
    """A place outside the corpus, a value that is no vote."""
    with pytest.raises(InputError):
        rank(features, votes)


def test_progress() -> None:
    """Who waits for a large corpus is told how far it is."""
    told: list[int] = []
    Features.of(["heart failure"] * 2_500, told.append)
    assert told == [2_000, 2_500]


def test_figures_by_hand() -> None:
    """Two includes among ten, found as the first and the fourth."""
    found = replay.figures([1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    assert (found.read_95, found.recall_10) == (4, 0.5)
    assert found.wss_95 == pytest.approx(1 - 0.4 - 0.05)
    assert found.loss == pytest.approx((2 * (10 - 0.5) - (3 * 1 + 7 * 2)) / (2 * 8))


@given(
    st.lists(st.integers(0, 1), min_size=2, max_size=60).filter(lambda labels: 0 < sum(labels) < len(labels))
)
def test_figures_of_the_best_and_the_worst_order(labels: list[int]) -> None:
    """Loss is 0 for the perfect order, 1 for the worst, and between for any other."""
    best = replay.figures(sorted(labels, reverse=True))
    assert best.loss == pytest.approx(0)
    assert replay.figures(sorted(labels)).loss == pytest.approx(1)
    some = replay.figures(labels)
    assert -1e-9 <= some.loss <= 1 + 1e-9
    assert some.wss_95 <= best.wss_95


@pytest.mark.parametrize("labels", [[], [1, 1], [0, 0]])
def test_no_figures_without_both_kinds(labels: list[int]) -> None:
    """An order of one kind cannot be judged, and has no two records to begin with."""
    with pytest.raises(InputError):
        replay.figures(labels)
    with pytest.raises(InputError):
        replay.priors(labels, 0)


def test_a_replay_reads_all_and_begins_where_it_is_told(features: Features) -> None:
    """The first two stay first; one subject is read before the other; the same again for the same seed."""
    labels = [1] * 15 + [0] * 15
    first = replay.priors(labels, 5)
    assert [labels[place] for place in first] == [1, 0]
    order = replay.replay(features, labels, first, seed=5)
    assert tuple(order[:2]) == first
    assert sorted(order) == list(range(30))
    assert set(order[:16]) == HEARTS | {first[1]}
    assert order == replay.replay(features, labels, first, seed=5)
