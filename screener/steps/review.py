"""A review opened by a person: its folder, its database, the protocol in force, and who is asking."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from screener import protocol as protocol_file
from screener.model.errors import InputError, ReviewError, StoreError
from screener.model.ids import ActIds
from screener.model.protocol import Protocol, Reviewer, Role
from screener.model.screening import Stage
from screener.screening import verify_limit
from screener.store import ledger
from screener.store import screening as store_screening
from screener.store.database import Store
from screener.store.opening import create, for_reading, open_store

# What a step says while it works: what, how many done, of how many (None: not known).
Progress = Callable[[str, int, int | None], None]

DATABASE = Path("db") / "review.db"
LEDGER = Path("db") / "ledger"  # what people said, as text: the worked example's
FOLDERS = ("queries", "db", "exports", "pdfs")


def silent(_what: str, _done: int, _total: int | None) -> None:
    """Progress that nobody watches."""


@dataclass
class Review:
    """An open review. `me` is the person on whose behalf everything is read and written."""

    folder: Path
    store: Store
    me: Reviewer | None
    protocol_id: str | None
    _protocol: Protocol | None

    @property
    def protocol(self) -> Protocol:
        """The adopted protocol; the edited review.toml is only a draft."""
        if self._protocol is None:
            raise ReviewError(
                "no protocol has been adopted yet",
                file=str(self.folder / "review.toml"),
                expected="`screener protocol adopt --reason ...` by a coordinator",
            )
        return self._protocol

    @property
    def viewer(self) -> str | None:
        return self.me.id if self.me else None

    def person(self, *roles: Role) -> Reviewer:
        """Who is acting; raises ReviewError if nobody said who, or the role is missing."""
        if self.me is None:
            people = ", ".join(r.id for r in self.protocol.reviewers)
            raise ReviewError(
                "it is not known who you are",
                field="--as",
                expected=f"--as ID or SCREENER_REVIEWER, one of {people}",
            )
        if not self.me.active:
            raise ReviewError(
                f"{self.me.id} has left the review; what {self.me.id} said counts on",
                field="--as",
                expected="one of " + ", ".join(r.id for r in self.protocol.reviewers if r.active),
            )
        if roles and not self.me.roles & set(roles):
            wanted = " or ".join(role.value for role in roles)
            raise ReviewError(
                f"{self.me.id} is {', '.join(sorted(self.me.roles)) or 'without a role'}",
                field="--as",
                expected=f"a person with the role {wanted}",
            )
        return self.me

    def as_person(self, reviewer: str | None) -> Review:
        """The same review seen by another person."""
        me = find_reviewer(self._protocol, reviewer)
        return Review(self.folder, self.store, me, self.protocol_id, self._protocol)

    def reload(self) -> None:
        """Take the protocol that is in force now."""
        adopted = ledger.adopted_protocol(self.store)
        if adopted is not None:
            found = protocol_file.parse_protocol(adopted.text, file="the adopted protocol")
            # First, so that whom it does not name is refused each time and not only once.
            me = find_reviewer(found, self.me.id) if self.me else None
            self._protocol, self.protocol_id, self.me = found, adopted.id, me

    def refresh(self) -> None:
        """Follow an adoption by another process: roles and rules come from the version in force."""
        if ledger.protocol_in_force(self.store) != self.protocol_id:
            self.reload()

    @contextmanager
    def for_reading(self) -> Iterator[Review]:
        """The same review for the same person in another thread: it sees what is committed, and writes nothing."""
        with for_reading(self.store.path) as store:
            yield Review(self.folder, store, self.me, self.protocol_id, self._protocol)

    def close(self) -> None:
        self.store.close()


def find_reviewer(protocol: Protocol | None, reviewer: str | None) -> Reviewer | None:
    """A reviewer of the protocol by id; raises ReviewError for a stranger."""
    if reviewer is None or protocol is None:
        return None
    found = protocol.reviewer(reviewer)
    if found is None:
        raise ReviewError(
            f"'{reviewer}' is no reviewer of this review",
            field="--as",
            expected="one of " + ", ".join(r.id for r in protocol.reviewers),
        )
    return found if found.active else replace(found, roles=frozenset())


def find_folder(given: str | Path | None = None) -> Path:
    """The review's folder: given, SCREENER_REVIEW, or the nearest parent with a review.toml."""
    named = given or os.environ.get("SCREENER_REVIEW")
    if named:
        folder = Path(named)
        if not (folder / "review.toml").is_file():
            raise ReviewError(
                "this folder is not a review", file=str(folder), expected="a folder with a review.toml"
            )
        return folder.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "review.toml").is_file():
            return folder
    raise ReviewError(
        "no review was found here",
        file=str(here),
        expected="a folder with a review.toml, -C DIR, or `screener init DIR` for a new one",
    )


def needs_building(folder: Path) -> bool:
    """A folder that keeps its review as text only: scripted ledgers, and no database yet."""
    return (folder / LEDGER).is_dir() and not (folder / DATABASE).exists()


def open_review(folder: Path, reviewer: str | None = None, *, ids: ActIds | None = None) -> Review:
    """Open the review of a folder on behalf of a person (None: nobody, who sees closed stages only)."""
    path = folder / DATABASE
    if not path.exists():
        raise StoreError(
            "the review has no database yet",
            file=str(path),
            expected="the file put back from db/backups, or a new review: `screener init NEW --protocol review.toml`",
        )
    store = open_store(path, ids=ids)
    review = Review(folder, store, None, None, None)
    try:
        review.reload()
        if review._protocol is None:
            if reviewer is None:
                return review
            # Before the first adoption the draft says who is who.
            draft = protocol_file.read_protocol(folder / "review.toml")
            review.me = find_reviewer(draft, reviewer)
        else:
            review.me = find_reviewer(review._protocol, reviewer)
    except BaseException:
        store.close()
        raise
    return review


def init_review(
    folder: Path, *, protocol: Path | None = None, group: bool = False, ids: ActIds | None = None
) -> Review:
    """Make a new review in an empty folder: review.toml (a template unless given), folders, database."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ReviewError("the folder is not empty", file=str(folder), expected="a new or empty folder")
    text = _template() if protocol is None else _read_text(protocol)
    if protocol is not None:
        protocol_file.parse_protocol(text, file=str(protocol))
    if group:
        os.umask(0o007)
    folder.mkdir(parents=True, exist_ok=True)
    if group:
        folder.chmod(0o2770)
    for name in FOLDERS:
        (folder / name).mkdir()
        if group:
            (folder / name).chmod(0o2770)
    (folder / "review.toml").write_text(text, encoding="utf-8")
    if group:
        (folder / "review.toml").chmod(0o660)
    store = create(folder / DATABASE, ids=ids, group=group)
    return Review(folder, store, None, None, None)


def adopt(review: Review, reason: str) -> str:
    """Adopt the draft review.toml as the protocol in force; coordinators only. Gives the act's id."""
    if not reason.strip():
        raise InputError(
            "an adoption needs a reason", field="--reason", expected="a sentence for the audit trail"
        )
    draft = protocol_file.read_protocol(review.folder / "review.toml")
    if review._protocol is None:
        if review.me is None:
            people = ", ".join(r.id for r in draft.with_role(Role.COORDINATOR))
            raise ReviewError(
                "it is not known who you are", field="--as", expected=f"--as ID, one of {people}"
            )
    else:
        current = ledger.adopted_protocol(review.store)
        _keep_reasons(review, draft)
        _keep_people(review, draft)
        if current is not None and current.text == draft.text:
            raise ReviewError(
                "the draft is the protocol in force already", file="review.toml", expected="a change"
            )
    me = review.person(Role.COORDINATOR)
    act = ledger.adopt_protocol(
        review.store,
        me.id,
        draft.text,
        reason,
        voters={stage.value: draft.rules[stage].voters for stage in Stage},
        verify={stage.value: verify_limit(draft.rules[stage]) for stage in Stage},
        screeners=[reviewer.id for reviewer in draft.with_role(Role.SCREENER)],
    )
    review.reload()
    return act


def _keep_reasons(review: Review, draft: Protocol) -> None:
    """Reasons that votes have are kept by later versions: else published counts would change silently."""
    for stage, reasons in store_screening.reasons_in_use(review.store).items():
        lost = sorted(reasons - {reason.id for reason in draft.reasons[stage]})
        if lost:
            raise ReviewError(
                f"votes at {stage.label} have the reason '{lost[0]}', which the draft lacks",
                file="review.toml",
                field=f"reasons.{stage.value}",
                expected=f"{', '.join(lost)} kept in the list (a label may change)",
            )


def _keep_people(review: Review, draft: Protocol) -> None:
    """Whoever has said something stays named: else nobody could tell whose words they are."""
    known = {reviewer.id for reviewer in draft.reviewers}
    gone = sorted(person for person in ledger.actors(review.store) if person not in known)
    if gone:
        raise ReviewError(
            f"'{gone[0]}' has said something in this review, and the draft does not name them",
            file="review.toml",
            field="reviewers",
            expected=f"{', '.join(gone)} kept, with active = false for who has left",
        )


def example_folder() -> Path:
    """Where the worked example's sources are: packed into the wheel, or the repository's root."""
    packed = Path(str(resources.files("screener"))) / "example"
    if (packed / "review.toml").is_file():
        return packed
    root = Path(str(resources.files("screener"))).parent
    if (root / LEDGER).is_dir():
        return root
    raise StoreError(
        "the worked example is not part of this installation", expected="a complete installation"
    )


def copy_example(folder: Path) -> None:
    """Copy the worked example's protocol, queries and scripted ledgers into a new review folder."""
    source = example_folder()
    shutil.copytree(source / "queries", folder / "queries", dirs_exist_ok=True)
    shutil.copytree(source / LEDGER, folder / LEDGER, dirs_exist_ok=True)


def _template() -> str:
    return (resources.files("screener.steps") / "review_template.toml").read_text("utf-8")


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        raise InputError("there is no such file", file=str(path), expected="a review.toml") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file cannot be read ({error})", file=str(path), expected="UTF-8 text"
        ) from error
