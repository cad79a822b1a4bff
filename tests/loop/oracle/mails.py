"""What was sent, counted against what was wanted: nobody is told twice, unless a worker died in between."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from tests.loop.oracle.needs import Seen
from tests.loop.postbox import Sent

# A link is mailed when it is sent, sent anew, reminded of, and when something waits for the receiver.
WANTED = {
    "respond": """
        select referral_id as id, count(*) as number from referral_history
        where action in ('send', 'approve', 'invite', 'answer_question', 'request_withdrawal')
           or action = 'remind' and reminded = 'receiver' group by 1
    """,
    "answer": """
        select ids[1] as id, count(*) as number from audit
        where action in ('clock.ask', 'clock.ask_once') group by 1
    """,
}


async def sent_twice(seen: Seen, sent: Sequence[Sent], cut_short: Counter[UUID]) -> list[str]:
    """`cut_short`: how often a worker died that may have been sending about a referral."""
    found = []
    for kind, statement in WANTED.items():
        wanted = {row["id"]: row["number"] for row in await seen.rows("referrals", statement)}
        mails = Counter(one.referral for one in sent if one.kind == kind and one.referral)
        found += [
            f"{number} times told ({kind}) about {referral}, wanted {wanted.get(referral, 0)}"
            for referral, number in mails.items()
            if number > wanted.get(referral, 0) + cut_short[referral]
        ]
    return found
