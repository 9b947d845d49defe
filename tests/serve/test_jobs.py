"""Turns go round, places are bounded. Example run: python -m pytest tests/serve/test_jobs.py"""

import threading

import pytest

from pipeline.serve.jobs import HOUSE, Client, Jobs, QueueFull

NEAR, FAR = Client("10.0.0.1", "near"), Client("10.0.0.2", "far")


def order(jobs, places, holder):
    """Who gets the turns, one after the other, once the holder leaves."""
    for place in places:
        assert not place.wait(0)
    holder.leave()
    served, left = [], list(places)
    while left:
        (now,) = [place for place in left if place.wait(0)]  # exactly one at a time
        served.append(now)
        left.remove(now)
        now.leave()
    return served


def holding(jobs, client=HOUSE):
    place = jobs.admit(client)
    assert place.wait(0)
    return place


def test_one_turn_at_a_time_and_the_next_when_it_is_given_back():
    jobs = Jobs()
    first, second = holding(jobs, NEAR), jobs.admit(FAR)
    assert not second.wait(0)
    woken = threading.Event()
    threading.Thread(target=lambda: second.wait(30) and woken.set()).start()
    first.release()
    assert woken.wait(30)
    assert not first.wait(0), "its place is kept, the turn is the other's"
    second.leave()
    assert first.wait(0)


def test_who_asks_a_hundred_times_waits_behind_who_asks_once():
    jobs = Jobs(max_per_session=100, max_per_address=100, max_waiting=200)
    holder = holding(jobs, NEAR)
    greedy = [jobs.admit(NEAR) for _ in range(99)]
    polite = jobs.admit(FAR)
    assert order(jobs, [*greedy, polite], holder).index(polite) <= 1


def test_many_sessions_of_one_address_take_turns_with_the_others_address():
    jobs = Jobs()
    holder = holding(jobs, Client("10.0.0.1", "a"))
    crowd = [jobs.admit(Client("10.0.0.1", name)) for name in "bcdefgh"]
    polite = [jobs.admit(FAR) for _ in range(3)]
    places = order(jobs, [*crowd, *polite], holder)
    assert [places.index(place) for place in polite] == [1, 3, 5]


def test_within_an_address_sessions_take_turns():
    jobs = Jobs()
    holder = holding(jobs, Client("10.0.0.1", "a"))
    greedy = [jobs.admit(Client("10.0.0.1", "a")) for _ in range(5)]
    polite = jobs.admit(Client("10.0.0.1", "b"))
    assert order(jobs, [*greedy, polite], holder).index(polite) <= 1


def test_ever_new_addresses_do_not_starve_who_waits():
    jobs = Jobs()
    waiting, holder = jobs.admit(NEAR), holding(jobs)
    assert not waiting.wait(0)
    others = [jobs.admit(Client(f"10.0.1.{number}")) for number in range(5)]
    assert order(jobs, [waiting, *others], holder)[0] is waiting


def test_how_many_are_before_follows_every_change():
    jobs = Jobs()
    first, *places = [jobs.admit(Client("here", str(number))) for number in range(4)]
    assert first.wait(0) and not any(place.wait(0) for place in places)
    assert [place.before for place in places] == [0, 1, 2]
    places[0].leave()
    assert [place.before for place in places] == [0, 0, 1]
    first.leave()
    assert places[1].wait(0) and places[2].before == 0
    late = jobs.admit(Client("elsewhere"))
    assert not late.wait(0) and (late.before, places[2].before) == (1, 0)


def test_who_has_got_a_turn_since_it_last_looked_asks_for_no_other():
    jobs = Jobs(at_once=2)
    first, second = holding(jobs), holding(jobs)
    early, late = jobs.admit(NEAR), jobs.admit(HOUSE)
    assert not early.wait(0) and not late.wait(0)
    first.leave()
    assert early.wait(0) and early.wait(0)  # it had it before it looked
    second.leave()
    assert late.wait(0)


def test_the_house_draws_when_nobody_waits():
    jobs = Jobs()
    holder, house, visitor = holding(jobs, NEAR), jobs.admit(HOUSE), jobs.admit(NEAR)
    assert order(jobs, [house, visitor], holder) == [visitor, house]


def test_places_are_bounded_for_a_session_an_address_and_in_all():
    jobs = Jobs(max_waiting=6, max_per_address=4, max_per_session=2)
    for _ in range(2):
        jobs.admit(NEAR)
    with pytest.raises(QueueFull, match="2 requests of this session") as caught:
        jobs.admit(NEAR)
    assert caught.value.own
    for session in "ab":
        jobs.admit(Client("10.0.0.1", session))
    with pytest.raises(QueueFull, match="4 requests from this address"):
        jobs.admit(Client("10.0.0.1", "c"))
    kept = [jobs.admit(FAR) for _ in range(2)]  # another address finds a place all the same
    with pytest.raises(QueueFull, match="Many pictures wait") as caught:
        jobs.admit(Client("10.0.0.3"))
    assert caught.value.retry_after >= 1 and not caught.value.own and len(jobs) == 6
    kept[0].leave()
    kept[0].leave()
    assert len(jobs) == 5 and jobs.admit(Client("10.0.0.3"))


def test_who_leaves_while_waiting_is_passed_over():
    jobs = Jobs()
    holder, gone, stays = holding(jobs), jobs.admit(NEAR), jobs.admit(FAR)
    assert not gone.wait(0) and not stays.wait(0)
    assert (gone.before, stays.before) == (0, 1)
    gone.leave()
    holder.leave()
    assert stays.wait(0) and not gone.wait(0)


def test_a_lent_turn_ends_with_the_thread_that_has_it():
    jobs = Jobs()
    holder, after = holding(jobs, NEAR), jobs.admit(FAR)
    ended = holder.lend()
    holder.leave()  # the client has hung up; its last step is still being drawn
    assert not after.wait(0) and not jobs.close(0)
    ended()
    assert after.wait(0)
    ended()  # twice is harmless
    after.leave()
    assert jobs.close(0)


def test_a_place_whose_turn_is_lent_asks_for_the_next_one():
    jobs = Jobs()
    place = holding(jobs, NEAR)
    ended = place.lend()
    assert not place.wait(0), "its own thread still draws"
    ended()
    assert place.wait(0)


def test_two_pipelines_serve_two_at_once():
    jobs = Jobs(at_once=2)
    first, second, third = (jobs.admit(NEAR) for _ in range(3))
    assert first.wait(0) and second.wait(0) and not third.wait(0)


def test_closing_waits_for_who_is_in_and_takes_nobody_else():
    jobs = Jobs()
    place = jobs.admit(NEAR)
    assert not jobs.close(0)
    with pytest.raises(QueueFull, match="stopping"):
        jobs.admit(FAR)
    threading.Timer(0.01, place.leave).start()
    assert jobs.close(30)
