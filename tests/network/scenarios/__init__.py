"""Forty clients: what each of them meets with. Data, not code; together they walk the whole table."""

from tests.network.scenarios.answering import ANSWERING
from tests.network.scenarios.beginning import BEGINNING
from tests.network.scenarios.closing import CLOSING
from tests.network.scenarios.contradicting import CONTRADICTING
from tests.network.scenarios.ending import ENDING

SCENARIOS = (*BEGINNING, *ANSWERING, *CLOSING, *CONTRADICTING, *ENDING)
