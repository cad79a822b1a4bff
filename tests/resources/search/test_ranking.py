from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.resources.search import Document, Index, Query
from services.resources.search.ranking import FLAGGED_SHARE
from tests.resources.search.conftest import Make, identity


def found(index: Index, question: str, limit: int = 10) -> list[UUID]:
    return [hit.id for hit in index.search(Query(text=question, limit=limit)).hits]


def paged(index: Index, question: str, size: int = 1_000) -> Iterator[UUID]:
    total = index.search(Query(text=question, limit=0)).total
    for offset in range(0, total, size):
        page = index.search(Query(text=question, limit=size, offset=offset))
        yield from (hit.id for hit in page.hits)


RENT = Document(id=identity(1), name="Keep Your Home", terms=("Rent Payment Assistance",))
EVICTION = Document(
    id=identity(2),
    name="Tenant Law Office",
    description="Lawyers for a family whose landlord has begun an eviction.",
)
FOOD = Document(id=identity(3), name="Community Pantry", terms=("Food Pantries",))
LIBRARY = Document(id=identity(4), name="Library", description="Help with homework. Family room.")


@pytest.mark.parametrize(
    "question",
    [
        "help with rent before landlord evicts my family",
        "ayuda con la renta",
        "desalojo",
        "evicton",
    ],
)
def test_everyday_words_find_housing_help(make: Make, question: str) -> None:
    best = found(make(RENT, EVICTION, FOOD, LIBRARY), question)[0]
    assert best in {RENT.id, EVICTION.id}


def test_everyday_words_find_real_housing_help(
    miami: Index, miami_documents: list[Document]
) -> None:
    by_id = {document.id: document for document in miami_documents}
    for question in (
        "help with rent before landlord evicts my family",
        "ayuda con la renta",
        "orden de desalojo",
    ):
        for one in found(miami, question, limit=3):
            terms = " ".join((*by_id[one].terms, by_id[one].description or ""))
            assert "Rent" in terms or "vict" in terms, question


def test_a_name_counts_more_than_a_mention(make: Make) -> None:
    mention = Document(id=identity(0), name="Clinic", description="Next to the food pantry.")
    assert found(make(mention, FOOD), "food pantry") == [FOOD.id, mention.id]


def test_only_stop_words_or_nothing_known(make: Make) -> None:
    spot = Document(id=identity(9), name="The")
    index = make(spot, RENT)
    assert found(index, "the")[0] == spot.id
    assert found(index, "xyzzy") == []
    assert found(index, "***") == []
    assert index.search(Query(text="  ")).total == 2, "no words: everything"


def test_a_mended_question_is_told(make: Make) -> None:
    page = make(RENT, FOOD).search(Query(text="pantrey"))
    assert (page.corrected, [hit.id for hit in page.hits]) == ("pantry", [FOOD.id])


def test_a_question_too_strict_is_relaxed_but_a_whole_name_is_not(make: Make) -> None:
    others = [Document(id=identity(n), name=f"Dental office {n}") for n in range(10, 15)]
    index = make(Document(id=identity(1), name="Children dental van"), *others)
    assert found(index, "dental van children weekend")[0] == identity(1)
    assert len(found(index, "dental van children weekend")) == 6
    assert found(index, "children dental van") == [identity(1)]


def test_equal_scores_are_ordered_by_id_on_every_page(make: Make) -> None:
    twins = [Document(id=identity(n), name="Marathon") for n in range(60)]
    index = make(*twins)
    index.apply(twins[:30], cursor="1")  # a second segment: the engine's own order is by segment
    assert list(paged(index, "marathon", size=7)) == sorted(twin.id for twin in twins)


def test_what_may_be_wrong_comes_after_its_equals(make: Make) -> None:
    doubtful = Document(id=identity(1), name="A shelter", points=((25, -80),), flagged=True)
    sound = Document(id=identity(2), name="B shelter", points=((25.001, -80),))
    index = make(doubtful, sound)
    last = [sound.id, doubtful.id]
    assert found(index, "shelter") == last
    near = Query(near=(25, -80))
    for query in (Query(), near, Query(text="shelter", near=(25, -80), radius_km=5)):
        assert [hit.id for hit in index.search(query).hits] == last
    for sort in ("name", "distance"):
        chosen = Query(sort=sort, near=(25, -80))
        assert [hit.id for hit in index.search(chosen).hits] == [doubtful.id, sound.id]
    assert found(index, "a shelter")[0] == doubtful.id, "a whole name is what is wanted"
    assert index.search(near).hits[1].score == FLAGGED_SHARE


def test_what_was_tried_is_left_out(make: Make) -> None:
    index = make(RENT, EVICTION, FOOD)
    query = Query(text="pantry", exclude_ids=(FOOD.id, identity(99)))
    assert index.search(query).total == 0
    assert index.search(Query(exclude_ids=(FOOD.id,))).total == 2


def test_by_name_ignores_case_accents_and_punctuation(make: Make) -> None:
    names = ["zebra", "Álamo House", '"ALAMO" Hall', "Bee"]
    index = make(*(Document(id=identity(n), name=name) for n, name in enumerate(names)))
    page = index.search(Query(sort="name"))
    assert [hit.id for hit in page.hits] == [identity(n) for n in (2, 1, 3, 0)]
    assert page.hits == index.search(Query(sort="name", near=(0, 0), include_unlocated=True)).hits


def test_suggestions_begin_at_any_word(make: Make) -> None:
    index = make(RENT, FOOD, EVICTION, Document(id=identity(8), name="Pantry", status="defunct"))
    assert index.suggest("pan", 5) == ["Pantry", "Food Pantries", "Community Pantry"]
    assert index.suggest("pan", 5, statuses=["active"]) == ["Food Pantries", "Community Pantry"]
    assert index.suggest("tenant l", 5) == ["Tenant Law Office"]
    assert index.suggest("", 5) == []


def test_every_real_service_is_found_by_its_own_name(
    miami: Index, miami_documents: list[Document]
) -> None:
    by_name: dict[str, set[UUID]] = {}
    for document in miami_documents:
        by_name.setdefault(document.name, set()).add(document.id)
    for name, ids in by_name.items():
        if len(ids) == 1:
            assert ids <= set(found(miami, name)), name
        assert ids <= set(paged(miami, name)), name


AWKWARD_WORDS = (
    *("A", "the", "OF", "Inc.", "#2", "-", '"PROGRAM"', "C.O.R.P.S.", "O'Brien’s", "24/7", "zzz"),
    *("Miami-Dade", "niños", "FOOD", "Bank", "&", "食物", "help", "I", "(K)", "rent"),
)
AWKWARD = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40),
    st.lists(
        st.sampled_from(AWKWARD_WORDS),
        min_size=1,
        max_size=8,
    ).map(" ".join),
).filter(str.strip)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(AWKWARD, min_size=1, max_size=25))
def test_any_name_finds_its_service(make: Make, names: list[str]) -> None:
    documents = [Document(id=identity(n), name=name) for n, name in enumerate(names)]
    index = make(*documents)
    for document in documents:
        assert document.id in set(paged(index, document.name))
        if names.count(document.name) == 1:
            assert document.id in found(index, document.name)
