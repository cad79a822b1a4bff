"""Nothing is left out: each operation that is documented was called, and did what it says."""

from tests.contract.documents import operations
from tests.security.walk import Walked


def test_every_operation_succeeded_in_the_walk(walked: Walked) -> None:
    missing = {operation.id for operation in operations()} - set(walked.recorder.successes())
    assert missing == set()


def test_nothing_in_the_walk_failed(walked: Walked) -> None:
    failed = [(e.request.method, e.request.url.path, e.status) for e in walked.recorder.exchanges]
    assert [f for f in failed if f[2] >= 400] == []
