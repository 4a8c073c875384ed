"""What may be changed on an account's page: each once, with a reason, or nothing at all."""

from datetime import date

import pytest
from django.utils import timezone

from tests.factories import tariffs as price_documents
from tests.factories.customers import id_card
from tests.web.accounts import NOW, billed, browser, number_of, stranger
from tests.web.html import text_of
from tests.web.walk import fingerprint
from wattdesk.domains.audit import api as audit
from wattdesk.domains.customers.models import ContactPhone, Customer, RateAssignment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def world():
    return billed({1: [120, 130]})


@pytest.fixture
def clerk(world):
    return browser(world, "CLERK")


def holder_of(world) -> Customer:
    return Customer.objects.get(name="住户1")


def phone_of(world) -> ContactPhone:
    return ContactPhone.objects.get(customer=holder_of(world))


def address(world, rest: str) -> str:
    return f"/customers/{number_of(world)}/{rest}"


class TestUnmask:
    def ask(self, client, world, what: str, reason: str = "抢修回访", **headers):
        url = address(world, "unmask/")
        return client.post(url, {"what": what, "reason": reason}, headers=headers)

    def test_asks_for_a_reason_first(self, world, clerk):
        what = f"name:{holder_of(world).pk}"
        page = text_of(clerk.get(address(world, f"unmask/?what={what}")))
        assert "What do you need it for?" in page
        assert "住户1" not in page

    def test_shows_the_value_and_records_who_saw_what_and_why(self, world, clerk):
        page = text_of(self.ask(clerk, world, f"phone:{phone_of(world).pk}"))
        assert phone_of(world).phone in page
        (entry,) = audit.list_entries(actions=["customers.unmask"])
        assert (entry.actor_name, entry.reason) == ("赵一", "抢修回访")
        assert entry.subjects == (f"account:{world.accounts[1]}",)
        assert entry.after == {"fields": ["PHONE"]}
        line = text_of(clerk.get(address(world, "time-line/")))
        assert "Personal data seen in full: phone" in line
        assert "抢修回访" in line

    def test_shows_it_this_once(self, world, clerk):
        answer = self.ask(clerk, world, f"phone:{phone_of(world).pk}")
        assert answer["Cache-Control"] == "no-store"
        assert phone_of(world).phone not in text_of(clerk.get(address(world, "people/")))

    def test_comes_in_place_for_a_script(self, world, clerk):
        asked = {"HX-Request": "true", "HX-Target": "x"}
        what = f"name:{holder_of(world).pk}"
        form = clerk.get(address(world, f"unmask/?what={what}"), headers=asked)
        assert text_of(form).lstrip().startswith("<form")
        shown = self.ask(clerk, world, what, **asked)
        assert "<html" not in text_of(shown)
        assert "住户1" in text_of(shown)

    @pytest.mark.parametrize("field", ["name", "id", "address"])
    def test_knows_every_masked_field(self, world, clerk, field):
        key = world.points[1] if field == "address" else holder_of(world).pk
        value = {"name": "住户1", "id": "E00000001", "address": "宝华路"}[field]
        assert value in text_of(self.ask(clerk, world, f"{field}:{key}"))

    def test_without_a_reason_shows_and_records_nothing(self, world, clerk):
        before = fingerprint()
        page = text_of(self.ask(clerk, world, f"name:{holder_of(world).pk}", reason=" "))
        assert "住户1" not in page
        assert fingerprint() == before

    @pytest.mark.parametrize("what", ["phone:999999", "name:999999", "nonsense", "name:x", ""])
    def test_of_what_is_not_the_accounts_is_not_found(self, world, clerk, what):
        before = fingerprint()
        assert self.ask(clerk, world, what).status_code == 404
        assert fingerprint() == before

    def test_is_refused_to_others(self, world):
        before = fingerprint()
        what = f"name:{holder_of(world).pk}"
        assert self.ask(browser(world, "READER"), world, what).status_code == 403
        assert self.ask(stranger("CLERK"), world, what).status_code == 404
        assert fingerprint() != before  # the two people are new
        assert audit.list_entries(actions=["customers.unmask"]) == []


class TestPhones:
    def test_a_new_one_is_noted_and_found(self, world, clerk):
        answer = clerk.post(
            address(world, f"people/{holder_of(world).pk}/phones/new/"),
            {"phone": "137 1234 5678", "purpose": "BILLING", "person": "", "reason": "来电"},
        )
        assert answer["Location"] == address(world, "people/")
        found = ContactPhone.objects.get(phone="13712345678")
        assert (found.purpose, found.confirmed_on) == ("BILLING", date(2026, 3, 20))
        (entry,) = audit.list_entries(actions=["customers.add_phone"])
        assert entry.reason == "来电"

    def test_one_that_is_none_is_told_at_its_field(self, world, clerk):
        before = fingerprint()
        page = text_of(
            clerk.post(
                address(world, f"people/{holder_of(world).pk}/phones/new/"),
                {"phone": "12345", "purpose": "BILLING", "reason": "来电"},
            )
        )
        assert "is not a phone number" in page
        assert 'id="id_phone_error"' in page
        assert fingerprint() == before

    def test_the_same_twice_is_refused_in_words(self, world, clerk):
        before = fingerprint()
        page = text_of(
            clerk.post(
                address(world, f"people/{holder_of(world).pk}/phones/new/"),
                {"phone": phone_of(world).phone, "purpose": "GENERAL", "reason": "来电"},
            )
        )
        assert "noted already for the same purpose" in page
        assert fingerprint() == before

    def test_is_marked_as_not_reached_and_struck_through(self, world, clerk):
        phone = phone_of(world)
        clerk.post(
            address(world, f"people/phones/{phone.pk}/mark/"),
            {"result": "failed", "reason": "空号"},
        )
        assert phone_of(world).failed_on == date(2026, 3, 20)
        page = text_of(clerk.get(address(world, "people/")))
        assert '<s class="ink-3">138****' in page
        assert "not reached on 2026-03-20" in page

    def test_is_confirmed_again(self, world, clerk):
        ContactPhone.objects.update(confirmed_on=date(2020, 1, 1), failed_on=date(2020, 2, 1))
        clerk.post(
            address(world, f"people/phones/{phone_of(world).pk}/mark/"),
            {"result": "confirmed", "reason": "本人接听"},
        )
        phone = phone_of(world)
        assert (phone.confirmed_on, phone.failed_on) == (date(2026, 3, 20), None)

    def test_old_confirmations_are_shown_as_doubtful(self, world, clerk):
        ContactPhone.objects.update(confirmed_on=date(2024, 2, 1))
        assert "2024-02-01, long ago" in text_of(clerk.get(address(world, "people/")))

    @pytest.mark.parametrize("data", [{"result": "failed"}, {"result": "maybe", "reason": "x"}])
    def test_without_reason_or_result_nothing_is_marked(self, world, clerk, data):
        before = fingerprint()
        url = address(world, f"people/phones/{phone_of(world).pk}/mark/")
        assert clerk.post(url, data).status_code == 422
        assert fingerprint() == before

    def test_of_another_customer_is_not_found(self, world, clerk):
        other = Customer.objects.create(kind="PERSON", name="外人", name_key="wai ren")
        phone = ContactPhone.objects.create(customer=other, phone="13700000000", purpose="GENERAL")
        before = fingerprint()
        url = address(world, f"people/phones/{phone.pk}/mark/")
        assert clerk.post(url, {"result": "failed", "reason": "x"}).status_code == 404
        url = address(world, f"people/{other.pk}/correct/")
        assert clerk.get(url).status_code == 404
        assert fingerprint() == before


class TestCorrection:
    def data(self, **changes: str) -> dict[str, str]:
        return {
            "kind": "PERSON", "name": "", "id_kind": "PASSPORT", "id_number": "", "industry": "",
            "reason": "按证件更正", **changes,
        }  # fmt: skip

    def test_shows_what_is_recorded_only_masked(self, world, clerk):
        page = text_of(clerk.get(address(world, f"people/{holder_of(world).pk}/correct/")))
        assert "Now 住*1. Leave empty to keep it." in page
        assert "住户1" not in page
        assert "E00000001" not in page

    def test_changes_what_is_typed_and_keeps_the_rest(self, world, clerk):
        key = holder_of(world).pk
        clerk.post(address(world, f"people/{key}/correct/"), self.data(name="住户甲"))
        row = Customer.objects.get(pk=key)
        assert (row.name, row.id_number) == ("住户甲", "E00000001")
        (entry,) = audit.list_entries(actions=["customers.correct_customer"])
        assert entry.reason == "按证件更正"

    def test_another_kind_of_document_needs_its_number(self, world, clerk):
        before = fingerprint()
        url = address(world, f"people/{holder_of(world).pk}/correct/")
        page = text_of(clerk.post(url, self.data(id_kind="ID_CARD")))
        assert 'id="id_id_number_error"' in page
        assert fingerprint() == before
        clerk.post(url, self.data(id_kind="ID_CARD", id_number=id_card(7)))
        assert Customer.objects.get(name="住户1").id_number == id_card(7)

    def test_a_wrong_number_is_told_at_its_field_and_nothing_changes(self, world, clerk):
        before = fingerprint()
        url = address(world, f"people/{holder_of(world).pk}/correct/")
        number = id_card(7)[:-1] + ("0" if id_card(7)[-1] != "0" else "1")
        page = text_of(clerk.post(url, self.data(id_kind="ID_CARD", id_number=number)))
        assert "does not fit" in page
        assert fingerprint() == before

    def test_needs_a_reason(self, world, clerk):
        before = fingerprint()
        url = address(world, f"people/{holder_of(world).pk}/correct/")
        page = text_of(clerk.post(url, self.data(name="住户甲", reason="")))
        assert 'id="id_reason_error"' in page
        assert fingerprint() == before


class TestPriceClass:
    def data(self, **changes: str) -> dict[str, str]:
        return {
            "schedule": "LC-RES-TOU",
            "from_date": "2026-03-01",
            "reason": "申请峰谷",
            **changes,
        }

    def test_shows_the_rule_of_the_class_that_is_chosen(self, world, clerk):
        page = text_of(clerk.get(address(world, "agreement/price/?schedule=LC-RES-TOU")))
        assert "LC-2026, version 1" in page
        assert "峰" in page
        assert "Household of 5 persons and more" in page

    def test_follows_the_choice_while_the_form_is_filled_in(self, world, clerk):
        asked = {"HX-Request": "true", "HX-Target": "price-fields"}
        url = address(world, "agreement/price/?schedule=LC-RES-SHARED&from_date=2026-03-01")
        part = text_of(clerk.get(url, headers=asked))
        assert "<html" not in part
        assert "合表用户不执行阶梯" in part
        assert "has_many_persons" not in part

    def test_is_assigned_from_the_day_with_its_options(self, world, clerk):
        data = self.data(schedule="LC-RES", has_many_persons="on", free_kwh="15")
        answer = clerk.post(address(world, "agreement/price/"), data)
        assert answer["Location"] == address(world, "agreement/")
        rows = RateAssignment.objects.filter(account=world.accounts[1]).order_by("period")
        assert [(r.period.lower, r.period.upper) for r in rows] == [
            (date(2025, 12, 1), date(2026, 3, 1)),
            (date(2026, 3, 1), None),
        ]
        assert rows[1].options == {"extra_kwh_per_month": 100, "free_kwh_per_month": 15}
        (entry,) = audit.list_entries(actions=["customers.assign_rate"])
        assert (entry.reason, entry.after["from"]) == ("申请峰谷", "2026-03-01")

    def test_begins_after_what_is_billed_unless_another_day_is_chosen(self, world, clerk):
        page = text_of(clerk.get(address(world, "agreement/price/")))
        assert 'value="2026-02-01"' in page
        page = text_of(clerk.get(address(world, "agreement/price/?from_date=2026-01-15")))
        assert "Bills are released up to 2026-02-01." in page

    def test_on_a_day_without_a_tariff_is_refused(self, world, clerk):
        before = fingerprint()
        page = text_of(clerk.post(address(world, "agreement/price/"),
                                  self.data(from_date="2001-01-01")))  # fmt: skip
        assert "No released tariff prices this class on that day." in page
        assert fingerprint() == before

    def test_an_option_that_the_class_has_not_is_not_taken(self, world, clerk):
        clerk.post(
            address(world, "agreement/price/"),
            self.data(schedule="LC-RES-SHARED", free_kwh="15", has_many_persons="on"),
        )
        row = RateAssignment.objects.get(
            account=world.accounts[1], period__contains=date(2026, 4, 1)
        )
        assert row.options == {}

    @pytest.mark.parametrize(
        "wrong",
        [{"schedule": "NONE"}, {"from_date": "soon"}, {"reason": ""}, {"from_date": "1899-01-01"}],
    )
    def test_with_a_wrong_field_nothing_is_assigned(self, world, clerk, wrong):
        before = fingerprint()
        assert clerk.post(address(world, "agreement/price/"), self.data(**wrong)).status_code == 200
        assert fingerprint() == before

    def test_of_a_later_assignment_stands_in_the_way_in_words(self, world, clerk):
        price_documents.release_shipped("zhejiang-residential")
        clerk.post(address(world, "agreement/price/"), self.data(from_date="2026-06-01"))
        before = fingerprint()
        page = text_of(clerk.post(address(world, "agreement/price/"),
                                  self.data(from_date="2026-04-01")))  # fmt: skip
        assert "Another entry already holds for some of these days" in page
        assert fingerprint() == before
