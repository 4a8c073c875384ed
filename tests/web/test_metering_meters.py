"""A meter's readings: quality, origin, what was replaced by whom; correcting one."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories import billing as supplier
from tests.factories import metering as make
from tests.web.accounts import NOW, browser, number_of, stranger
from tests.web.html import text_of
from tests.web.walk import fingerprint
from wattdesk.domains.audit import api as audit
from wattdesk.domains.metering.api import Quality
from wattdesk.domains.metering.models import Reading, Register

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def world():
    """A home read at 0 on 1 December, 100 on 1 January, 220 on 1 February, 340 estimated."""
    made = supplier.billing_world({1: [100, 120]})
    make.read(made.registers[1], {MARCH: 340}, quality=Quality.ESTIMATED)
    return made


@pytest.fixture
def officer(world):
    return browser(world, "READING_OFFICER")


def url_of(world) -> str:
    return f"/metering/meters/{Register.objects.get(pk=world.registers[1]).meter.number}/"


def reading_on(world, day: date) -> Reading:
    return Reading.objects.get(
        register=world.registers[1], reading_date=day, superseded_at__isnull=True
    )


def correction_of(world, day: date = FEBRUARY) -> str:
    return f"{url_of(world)}readings/{reading_on(world, day).pk}/correct/"


class TestPage:
    def test_shows_readings_with_difference_quality_and_origin(self, world, officer):
        page = text_of(officer.get(url_of(world)))
        assert "<b>220.00</b>" in page
        assert '<td class="num">120.00</td>' in page
        assert "estimated" in page
        assert number_of(world) in page
        assert "installed" in page

    def test_leads_to_the_correction_for_those_who_may(self, world, officer):
        assert correction_of(world) in text_of(officer.get(url_of(world)))
        assert "/correct/" not in text_of(browser(world, "READER").get(url_of(world)))

    def test_of_another_unit_is_not_found(self, world):
        client = stranger("READING_OFFICER")
        assert client.get(url_of(world)).status_code == 404
        assert client.get(correction_of(world)).status_code == 404
        assert client.get("/metering/meters/NOTHING/").status_code == 404

    def test_does_not_name_the_holder_to_those_who_may_not_see_customers(self, world):
        page = text_of(browser(world, "READING_OFFICER").get(url_of(world)))
        assert "住户1" not in page
        assert "住*1" in page

    def test_takes_few_queries(self, world, officer, django_assert_max_num_queries):
        url = url_of(world)
        officer.get(url)
        with django_assert_max_num_queries(16):
            officer.get(url)

    def test_applies_the_ratio_of_the_transformers(self, world, officer):
        registers = make.hang(
            make.make_point(world.unit, capacity_kva="315"), since=JANUARY, number="CT01",
            multiplier="80",
        )  # fmt: skip
        (register,) = registers.values()
        make.read(register, {FEBRUARY: 10})
        page = text_of(officer.get("/metering/meters/CT01/"))
        assert '<td class="num ink-2">80</td>' in page
        assert '<td class="num">800</td>' in page


class TestCorrecting:
    def test_shows_what_a_value_makes_of_the_energy_while_it_is_typed(self, world, officer):
        asked = {"HX-Request": "true", "HX-Target": "steps"}
        part = text_of(officer.get(f"{correction_of(world)}?value=210", headers=asked))
        assert "<html" not in part
        assert "<b>110</b>" in part
        assert "<b>130</b>" in part

    @pytest.mark.parametrize("value", ["", "ten", "NaN", "-5", "1e99", "Infinity"])
    def test_shows_no_figures_for_what_is_no_reading(self, world, officer, value):
        asked = {"HX-Request": "true", "HX-Target": "steps"}
        answer = officer.get(correction_of(world), {"value": value}, headers=asked)
        assert answer.status_code == 200
        assert "<b>" not in text_of(answer)

    def test_keeps_the_old_value_struck_through_with_who_and_why(self, world, officer):
        answer = officer.post(correction_of(world), {"value": "210", "reason": "figures swapped"})
        assert answer["Location"] == url_of(world)
        rows = Reading.objects.filter(register=world.registers[1], reading_date=FEBRUARY)
        assert {(r.value, r.superseded_at is None) for r in rows} == {
            (Decimal(220), False),
            (Decimal(210), True),
        }
        page = text_of(officer.get(url_of(world)))
        assert "<s>220.00</s>" in page
        assert "<b>210.00</b>" in page
        assert "赵一 figures swapped" in page.replace("\u3000", " ")
        entry = audit.list_entries(actions=["metering.reading.correct"])[0]
        assert entry.reason == "figures swapped"

    @pytest.mark.parametrize(
        ("value", "reason", "field"),
        [("", "x", "value"), ("-1", "x", "value"), ("ten", "x", "value"), ("210", " ", "reason")],
    )
    def test_says_what_is_wrong_beside_the_field(self, world, officer, value, reason, field):
        before = fingerprint()
        page = text_of(officer.post(correction_of(world), {"value": value, "reason": reason}))
        assert f'id="id_{field}_error"' in page
        assert fingerprint() == before

    @pytest.mark.parametrize("value", ["12345678", "1.123"])
    def test_a_value_that_the_register_cannot_show_is_refused(self, world, officer, value):
        before = fingerprint()
        answer = officer.post(correction_of(world), {"value": value, "reason": "x"})
        assert answer.status_code == 200
        assert "is-bad" in text_of(answer) or "wd-note" in text_of(answer)
        assert fingerprint() == before

    def test_of_what_was_replaced_already_is_refused(self, world, officer):
        url = correction_of(world)
        officer.post(url, {"value": "210", "reason": "figures swapped"})
        assert officer.get(url).status_code == 409
        assert officer.post(url, {"value": "205", "reason": "again"}).status_code == 409

    def test_needs_the_right(self, world):
        reader, outsider = browser(world, "READER"), stranger("READING_OFFICER")
        url = correction_of(world)
        before = fingerprint()
        data = {"value": "210", "reason": "x"}
        assert reader.post(url, data).status_code == 403
        assert outsider.post(url, data).status_code == 404
        assert fingerprint() == before
