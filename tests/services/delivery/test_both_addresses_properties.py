"""Whatever becomes of the two mails, in whatever order: each address is told once, and the ledger says the truth."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from kit.both_addresses import PRIVATE, WORK, Late
from kit.delivery import Meddling
from kit.examples import count_examples

DOES = st.sampled_from(("accept", "450", "550", "close_after", "close"))
ENDS = st.sampled_from(("done", "done", "stopped", "killed before", "killed after"))


@settings(
    max_examples=count_examples(8),
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # a mail server is too slow for making a failure smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rounds=st.lists(st.tuples(DOES, DOES, ENDS, st.integers(0, 1)), min_size=1, max_size=4))
def test_each_address_is_told_once_and_the_reminder_is_told_where_one_of_them_is(
    late: Late, rounds: Sequence[tuple[str, str, str, int]]
) -> None:
    late.deliverer.smtp.forget()
    late.ripen_anew()
    for private, work, end, sent in rounds:
        late.behave_so(private, work, at="DATA")
        late.deliverer.end_waits()
        deliver(late, end, sent)
    late.deliverer.smtp.behave()
    for _ in range(3):
        late.deliverer.end_leases()
        late.go_on()
    mails = [email for email in late.deliverer.emails() if late.row_id() in late.told_by(email)]
    assert all(email.settled_at is not None for email in mails), "nothing is left lying"
    told = {email.address for email in mails if email.state == "sent"}
    refused = {email.address for email in mails if email.state == "failed"}
    assert told ^ refused == {PRIVATE, WORK}, "each was told or refused, and neither both"
    assert late.says() == ("sent" if told else "failed:mail_refused")
    by_id = Counter(late.deliverer.recipients()[place] for place in first_places(late.deliverer.message_ids()))
    assert max(by_id.values(), default=1) == 1, "a second copy at one address has the first one's Message-ID"


def first_places(message_ids: Sequence[str]) -> list[int]:
    """Where each of them came first."""
    return [message_ids.index(one) for one in dict.fromkeys(message_ids)]


def deliver(late: Late, end: str, sent: int) -> None:
    """A process that delivers, and how it ends: after so many mails it is to stop, or is killed at the next."""
    handed_over = iter(range(9))

    def die() -> None:
        if next(handed_over) == sent:
            raise KeyboardInterrupt

    if end == "stopped":
        said = iter([False] * (2 + sent) + [True] * 9)
        late.deliverer.deliver(stop=lambda: next(said))
    elif end == "done":
        late.deliverer.deliver()
    else:
        way = Meddling(late.deliverer.transport, **{end.removeprefix("killed "): die})
        try:
            late.deliverer.deliver(over=way)
        except KeyboardInterrupt:
            late.deliverer.end_leases()
