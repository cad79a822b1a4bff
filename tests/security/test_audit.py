"""Whoever touched a person's record is on record: one audit row per request, in its own transaction."""

from collections import Counter, defaultdict

import pytest

from tests.security.walk import Walked

# Operations that touch no client: people who work here, the directory, who answers for it, and logs of ids.
NO_CLIENT = {
    *(
        "get_organization",
        "change_organization",
        "list_staff",
        "get_me",
        "get_staff",
        "change_staff",
    ),
    *("create_team", "list_teams", "get_team", "set_team_members", "list_assessment_templates"),
    *("add_supervision_line", "list_supervision_lines", "end_supervision_line"),
    *("add_agreement", "list_agreements", "get_agreement", "change_agreement"),
    *("get_calendar", "set_calendar"),
    *("list_help_pages", "create_help_page", "get_help_page", "change_help_page"),
    # The form is kept by cases, where its row is.
    *("show_help_page", "show_help_page_in_language", "ask_for_help", "show_help_thanks"),
    *("register_receiver", "list_receivers", "get_receiver", "list_receiver_contacts"),
    *("list_capacity", "get_capacity", "list_clocks", "get_clock"),
    *("list_webhooks", "get_webhook", "list_webhook_deliveries", "poll_referral_events"),
    *("read_cases_events", "read_resources_events", "read_referrals_events"),
    *("search_services", "suggest_services", "get_service", "get_service_by_source"),
    *("get_service_availability", "list_flags", "list_taxonomy_terms"),
}


# What is done in several transactions leaves a row in each: what was asked, and what was done with each.
SEVERAL = {
    *("create_referral_group", "send_referral_group", "withdraw_referral_group"),
    *("refer_in_bulk", "import_referrals", "re_refer"),
}


@pytest.mark.parametrize("service", ["cases", "resources", "referrals"])
async def test_every_request_that_touched_a_person_left_one_row(
    walked: Walked, service: str
) -> None:
    """A neighbour's requests carry the id of the one that caused them: as many rows as requests."""
    rows = await walked.stack.rows(
        service,
        "select request_id, count(*) from audit where outcome <> 'denied' group by request_id",
    )
    written = Counter({row["request_id"]: row["count"] for row in rows})
    asked: dict[str, list[str]] = defaultdict(list)
    for exchange in walked.recorder.exchanges:
        if exchange.service == service and exchange.succeeded and exchange.operation is not None:
            asked[exchange.headers["x-request-id"]].append(exchange.operation.id)
    wrong = {
        (*operations, written[request])
        for request, operations in asked.items()
        if not _left_enough([name for name in operations if _touches(name)], written[request])
    }
    assert wrong == set()


def _touches(operation: str) -> bool:
    return operation not in NO_CLIENT and not operation.startswith("hsds_")


def _left_enough(operations: list[str], rows: int) -> bool:
    if not operations:
        return True
    return rows >= 1 if SEVERAL & set(operations) else rows == len(operations)
