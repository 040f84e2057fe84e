"""Rehearsing, publishing and taking back by the pages people use, with the task that does it."""

import re

import pytest
from django.test import Client

from accounts import actions as accounts
from sla.models import Agreement, Example
from tests import factories
from tests.factories import origin_of
from tests.integration.tickets.test_recalculation import draft_of
from tickets import actions, tasks
from tickets.choices import ReplayKind
from tickets.models import Clock, Replay


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(answer) -> str:
    """Return what a page says, without marks and with single spaces."""
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", plain).replace("&#34;", '"')


def publish(client: Client, draft: Agreement, **more: object):
    """Send the page of publishing as it stands, with what is chosen on it."""
    page = f"/setup/sla/drafts/{draft.pk}/publish/"
    shown = client.get(page).content.decode()
    stamp = re.search(r'name="stamp" value="(\w+)"', shown)
    assert stamp is not None
    return client.post(page, {"stamp": stamp[1]} | more, follow=True)


@pytest.fixture
def beat(world) -> Client:
    return client_of(world.beat)


@pytest.fixture
def nadia(world) -> Client:
    world.nadia.language = "en"
    accounts.save_person(world.nadia, origin=factories.system())
    return client_of(world.nadia)


@pytest.fixture
def draft(world) -> Agreement:
    """A draft that gives an hour for what has eight."""
    return draft_of("standard", 3600)


def test_a_rehearsal_is_begun_followed_and_read(beat, draft, new_ticket):
    late = new_ticket()  # opened long ago: late by either version
    new_ticket(at=None)

    answer = beat.post(f"/setup/sla/drafts/{draft.pk}/rehearsal/", {"days": "10"})
    replay = Replay.objects.get()
    assert answer["Location"] == f"/setup/replays/{replay.pk}/"
    waiting = text_of(beat.get(answer["Location"]))
    assert "It begins as soon as a worker is free. You may leave this page." in waiting

    tasks.run_replay(replay=replay.pk)

    found = text_of(beat.get(answer["Location"]))
    assert "2 tickets were replayed" in found
    assert "The draft counts for 2 of them, and 2 would be due at another time." in found
    assert "0 tickets become late" in found
    assert "Publish…" in found
    assert Clock.objects.filter(ticket=late, target_seconds=3600).count() == 0
    assert "rehearsal of a draft" in text_of(beat.get("/setup/replays/")).lower()


def test_days_out_of_reason_are_refused_in_words(beat, draft):
    answer = beat.post(f"/setup/sla/drafts/{draft.pk}/rehearsal/", {"days": "4000"})

    assert answer.status_code == 422
    assert 'value="4000"' in answer.content.decode()
    assert not Replay.objects.exists()


def test_publishing_for_open_tickets_shows_figures_first_and_repeats_them(
    beat, draft, new_ticket, world
):
    ticket = new_ticket(at=None)
    page = f"/setup/sla/drafts/{draft.pk}/publish/"
    asked = beat.get(page + "?scope=open")
    assert "Publish and recalculate 1 open ticket?" in text_of(asked)
    assert "0 become late, 0 stop being late." in text_of(asked)

    answer = publish(beat, draft, scope="open")

    replay = Replay.objects.get(kind=ReplayKind.RECALCULATION)
    assert answer.redirect_chain[-1][0] == f"/setup/replays/{replay.pk}/"
    tasks.run_replay(replay=replay.pk)
    assert set(Clock.objects.filter(ticket=ticket).values_list("target_seconds", flat=True)) == {
        3600
    }
    done = text_of(beat.get(f"/setup/replays/{replay.pk}/"))
    assert "One open ticket has the new version." in done
    log = beat.get(f"/desk/tickets/{ticket.number}/log/")
    assert "Beat Beatson recalculated the ticket by the agreement “standard en”." in text_of(log)


def test_for_new_tickets_only_no_open_ticket_is_touched(beat, draft, new_ticket):
    ticket = new_ticket(at=None)
    before = list(Clock.objects.filter(ticket=ticket).values())

    publish(beat, draft, scope="new")

    draft.refresh_from_db()
    assert draft.valid_from is not None
    assert not Replay.objects.exists()
    actions.read_anew(after=0, origin=factories.system(draft.valid_from))
    assert list(Clock.objects.filter(ticket=ticket).values()) == before
    late = new_ticket(at=None)
    assert set(Clock.objects.filter(ticket=late).values_list("target_seconds", flat=True)) == {
        3600
    }


def test_a_saved_example_that_changes_has_to_be_confirmed(beat, draft):
    example = Example.objects.create(
        slug="standard", name="On a Monday morning", metric="resolution", priority=3,
        opened_at="2026-03-02T08:00:00+00:00", expected_due="2026-03-02T17:00:00+00:00",
    )  # fmt: skip
    page = f"/setup/sla/drafts/{draft.pk}/publish/"
    assert "One saved example changes" in text_of(beat.get(page))

    refused = publish(beat, draft, scope="new", confirmed="9" * 6000)
    assert refused.status_code == 422
    assert "nobody has confirmed it: On a Monday morning" in text_of(refused)

    publish(beat, draft, scope="open", confirmed=str(example.pk))
    draft.refresh_from_db()
    assert draft.valid_from is not None
    example.refresh_from_db()
    assert example.expected_due.isoformat() == "2026-03-02T09:00:00+00:00"

    # Taken back, the example expects again what it did.
    first = Replay.objects.get()
    tasks.run_replay(replay=first.pk)
    beat.post(f"/setup/replays/{first.pk}/undo/")
    tasks.run_replay(replay=Replay.objects.get(kind=ReplayKind.UNDO).pk)
    example.refresh_from_db()
    assert example.expected_due.isoformat() == "2026-03-02T17:00:00+00:00"


def test_a_recalculation_is_taken_back_by_its_button(beat, draft, new_ticket):
    ticket = new_ticket(at=None)
    publish(beat, draft, scope="open")
    first = Replay.objects.get()
    tasks.run_replay(replay=first.pk)
    page = text_of(beat.get(f"/setup/replays/{first.pk}/"))
    assert "Take back for 1 ticket" in page
    assert "What was escalated meanwhile stays escalated." in page

    answer = beat.post(f"/setup/replays/{first.pk}/undo/")

    second = Replay.objects.get(kind=ReplayKind.UNDO)
    assert answer["Location"] == f"/setup/replays/{second.pk}/"
    tasks.run_replay(replay=second.pk)
    assert "One ticket has its earlier agreement again." in text_of(beat.get(answer["Location"]))
    assert Clock.objects.filter(ticket=ticket, target_seconds=3600).count() == 0
    assert "was taken back" in text_of(beat.get(f"/setup/replays/{first.pk}/"))
    again = beat.post(f"/setup/replays/{first.pk}/undo/", follow=True)
    assert "This recalculation was taken back already." in text_of(again)


def test_a_job_is_stopped_by_its_button(beat, draft):
    beat.post(f"/setup/sla/drafts/{draft.pk}/rehearsal/", {"days": "10"})
    replay = Replay.objects.get()

    answer = beat.post(f"/setup/replays/{replay.pk}/stop/", follow=True)
    tasks.run_replay(replay=replay.pk)

    assert "Stopped after 0 of 0 tickets." in text_of(answer)
    replay.refresh_from_db()
    assert replay.state == "cancelled"


def test_agents_read_everything_and_press_nothing(beat, nadia, draft, new_ticket, world):
    new_ticket(at=None)
    rehearse, page = (f"/setup/sla/drafts/{draft.pk}/{word}/" for word in ("rehearsal", "publish"))
    beat.post(rehearse, {"days": "10"})
    replay = Replay.objects.get()
    detail = f"/setup/replays/{replay.pk}/"

    for address in (rehearse, page + "?scope=open", detail, "/setup/replays/"):
        answer = nadia.get(address)
        assert answer.status_code == 200
        main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        assert "<button" not in main, address
    for address in (rehearse, page, detail + "stop/", detail + "undo/"):
        assert nadia.post(address, {"days": "10", "scope": "open"}).status_code == 403
    assert client_of(world.sylvie).get(detail).status_code == 403
    replay.refresh_from_db()
    assert replay.state == "waiting"


def test_titles_out_of_sight_are_counted_and_not_shown(beat, nadia, new_ticket, world):
    draft = draft_of("standard", 3600)
    secret = new_ticket(at=None, category=world.payroll, title="Salary of the director")
    Clock.objects.filter(ticket=secret)  # of a team Nadia is not in
    beat.post(f"/setup/sla/drafts/{draft.pk}/rehearsal/", {"days": "10"})
    replay = Replay.objects.get()
    tasks.run_replay(replay=replay.pk)
    replay.refresh_from_db()
    row = {"ticket": secret.pk, "metric": "resolution", "before": None, "after": None}
    Replay.objects.update(
        result=replay.result | {"late": {"open": 1, "ended": 0}, "late_open_rows": [row]}
    )

    detail = f"/setup/replays/{replay.pk}/"
    assert "Salary of the director" in text_of(beat.get(detail))
    seen = text_of(nadia.get(detail))
    assert "Salary" not in seen
    assert "One more is out of your sight." in seen


def test_each_quarter_is_said_once(beat, draft, new_ticket, monkeypatch):
    from tickets.actions import jobs, rehearsal, replays

    for _n in range(4):
        new_ticket(at=None)
    beat.post(f"/setup/sla/drafts/{draft.pk}/rehearsal/", {"days": "10"})
    replay = Replay.objects.get()
    job = jobs.Job(rows=rehearsal.JOB.rows, work=rehearsal.JOB.work, size=2)
    monkeypatch.setattr(replays, "JOBS", {ReplayKind.REHEARSAL: job})
    monkeypatch.setattr(jobs, "SLICE", -1.0)
    tasks.run_replay(replay=replay.pk)
    detail = f"/setup/replays/{replay.pk}/"

    half = beat.get(detail + "?said=25", headers={"HX-Request": "true"}).content.decode()
    again = beat.get(detail + "?said=50", headers={"HX-Request": "true"}).content.decode()

    assert 'data-announce="50 % done"' in half
    assert 'aria-valuenow="50"' in half
    assert f'data-src="{detail}?said=50"' in half
    assert "2 of 4" in half
    assert "data-announce" not in again


def test_a_draft_that_was_thrown_away_leaves_its_rehearsal_in_the_log(beat, draft, world):
    from sla import actions as sla

    beat.post(f"/setup/sla/drafts/{draft.pk}/rehearsal/", {"days": "10"})
    replay = Replay.objects.get()
    tasks.run_replay(replay=replay.pk)

    sla.discard_draft(draft, origin=origin_of(world.beat))

    assert "a draft that was thrown away" in text_of(beat.get("/setup/replays/"))
    assert beat.get(f"/setup/replays/{replay.pk}/").status_code == 200


def test_what_was_changed_since_it_was_shown_is_shown_again_and_not_published(beat, draft):
    example = Example.objects.create(
        slug="standard", name="On a Monday morning", metric="resolution", priority=3,
        opened_at="2026-03-02T08:00:00+00:00", expected_due="2026-03-02T17:00:00+00:00",
    )  # fmt: skip
    page = f"/setup/sla/drafts/{draft.pk}/publish/"
    seen = beat.get(page).context_data["stamp"]
    sent = {"scope": "new", "stamp": seen, "confirmed": str(example.pk)}
    draft.targets.filter(metric="resolution").update(seconds=[7200] * 5)

    answer = beat.post(page, sent)

    assert answer.status_code == 409
    assert "was changed in the meantime. Look at it again, then decide." in text_of(answer)
    assert "checked" not in answer.content.decode().partition("<form class")[2]
    draft.refresh_from_db()
    assert draft.valid_from is None
    Example.objects.update(expected_due=None)
    sent["stamp"] = answer.context_data["stamp"]
    assert beat.post(page, sent).status_code == 409
    sent["stamp"] = beat.get(page).context_data["stamp"]
    assert beat.post(page, sent).status_code == 302


def test_a_rehearsal_whose_draft_was_thrown_away_ends_in_words(beat, draft, world, new_ticket):
    from sla import actions as sla

    new_ticket()
    beat.post(f"/setup/sla/drafts/{draft.pk}/rehearsal/", {"days": "10"})
    replay = Replay.objects.get()
    sla.discard_draft(draft, origin=origin_of(world.beat))

    tasks.run_replay(replay=replay.pk)

    replay.refresh_from_db()
    assert (replay.state, replay.done, replay.result.get("left_out")) == ("failed", 0, None)
    page = text_of(beat.get(f"/setup/replays/{replay.pk}/"))
    assert "The draft it was for was thrown away." in page
    assert "could not be read" not in page
