"""Customers and accounts through the domain's door."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from tests.factories.customers import (
    id_card,
    make_account,
    make_customer,
    make_schedule,
    scope_of,
)
from tests.factories.identity import NOON, act, make_unit
from tests.factories.premises import LONG_AGO, make_point
from wattdesk.domains.audit.models import Record
from wattdesk.domains.customers import api, models
from wattdesk.domains.customers.data import (
    AccountEntry,
    AgreementEntry,
    CustomerEntry,
    PhoneEntry,
    ProfileEntry,
)
from wattdesk.toolkit.errors import InvalidInput, NotFound
from wattdesk.toolkit.periods import PeriodNotOpen, PeriodOverlaps, days

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)
TODAY = date(2026, 11, 22)


def entry_of(unit_id: int, holder: int, **changes: object) -> AccountEntry:
    entry = AccountEntry(
        unit_id=unit_id, opened_date=MAY, holder_id=holder, agreement=AgreementEntry("HT-1")
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


class TestCustomers:
    def test_are_kept_with_sort_key_and_plain_phones(self) -> None:
        key = api.register_customer(
            CustomerEntry(
                "PERSON", " 单 田芳 ", "ID_CARD", id_card(3).lower(),
                phones=(PhoneEntry("+86 138 0000 2046"), PhoneEntry("13800002046")),
            ),
            by=act(),
        )  # fmt: skip
        row = models.Customer.objects.get(pk=key)
        assert (row.name, row.name_key) == ("单 田芳", "shan tian fang")
        assert [p.phone for p in row.phones.all()] == ["13800002046"]

    def test_wrong_entries_leave_nothing_behind(self) -> None:
        audited = Record.objects.count()
        with pytest.raises(InvalidInput):
            api.register_customer(CustomerEntry("PERSON", "", phones=()), by=act())
        assert not models.Customer.objects.exists()
        assert Record.objects.count() == audited

    def test_a_correction_keeps_the_earlier_name(self) -> None:
        key = make_customer("张三")
        row = models.Customer.objects.get(pk=key)
        api.correct_customer(
            key,
            CustomerEntry("PERSON", "张珊", "ID_CARD", row.id_number),
            by=act(reason="身份证核对"),
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, pgh_context->>'reason' FROM customers_customer_history")
            assert cursor.fetchall() == [("张三", "身份证核对")]
        assert models.Customer.objects.get(pk=key).name_key == "zhang shan"

    def test_a_phone_is_noted_once_for_a_purpose(self) -> None:
        key = make_customer(phone="13800002046")
        with pytest.raises(api.PhoneKnown):
            api.add_phone(key, PhoneEntry("138 0000 2046"), by=act())
        api.add_phone(key, PhoneEntry("138 0000 2046", purpose="NIGHT"), by=act())
        assert models.ContactPhone.objects.count() == 2

    def test_failing_and_confirming_a_phone_is_dated(self) -> None:
        key = make_customer()
        phone = models.ContactPhone.objects.get(customer_id=key)
        api.mark_phone_failed(phone.pk, by=act())
        phone.refresh_from_db()
        assert phone.failed_on == NOON.date()
        api.confirm_phone(phone.pk, by=act())
        phone.refresh_from_db()
        assert (phone.confirmed_on, phone.failed_on) == (NOON.date(), None)


class TestOpening:
    def test_all_wrong_fields_are_told_at_once(self) -> None:
        entry = entry_of(make_unit().pk, 99, number="12a", agreement=AgreementEntry("", Decimal(0)))
        with pytest.raises(InvalidInput) as refused:
            api.open_account(entry, by=act())
        assert set(refused.value.errors) == {
            "number", "holder_id", "agreement.number", "agreement.contract_kva",
        }  # fmt: skip
        assert not models.Account.objects.exists()

    def test_a_number_is_allotted(self) -> None:
        key = api.open_account(entry_of(make_unit().pk, make_customer()), by=act())
        number = models.Account.objects.get(pk=key).number
        assert len(number) == 12
        assert number.startswith("9901")

    def test_numbers_are_used_once(self) -> None:
        unit, holder = make_unit(), make_customer()
        api.open_account(entry_of(unit.pk, holder, number="990100000001"), by=act())
        other = entry_of(unit.pk, holder, number="990100000001", agreement=AgreementEntry("HT-2"))
        with pytest.raises(api.NumberTaken, match="990100000001"):
            api.open_account(other, by=act())
        with pytest.raises(api.NumberTaken, match="HT-1"):
            api.open_account(entry_of(unit.pk, holder), by=act())
        assert models.Account.objects.count() == 1

    def test_a_point_belongs_to_one_account(self) -> None:
        unit = make_unit()
        point = make_point(unit)
        make_account(unit, points=(point,))
        with pytest.raises(PeriodOverlaps), transaction.atomic():
            make_account(unit, points=(point,))
        assert models.Account.objects.count() == 1


class TestChanges:
    def test_a_new_holder_ends_the_former_and_his_parties(self) -> None:
        former, new, payer = make_customer("张三"), make_customer("李四"), make_customer("王五")
        key = make_account(holder=former)
        api.set_party(key, "PAYER", payer, from_date=LONG_AGO, by=act())
        api.change_holder(key, new, AgreementEntry("HT-NEW"), on=MAY, by=act())
        held = models.Agreement.objects.filter(account_id=key).order_by("period")
        assert [(a.customer_id, a.period) for a in held] == [
            (former, days(LONG_AGO, MAY)),
            (new, days(MAY)),
        ]
        party = models.AccountParty.objects.get(account_id=key)
        assert party.period == days(LONG_AGO, MAY)

    def test_a_holder_cannot_change_before_the_present_began(self) -> None:
        key = make_account(since=MAY)
        new = make_customer("李四")
        with pytest.raises(PeriodOverlaps), transaction.atomic():
            api.change_holder(
                key, new, AgreementEntry("HT-NEW"), on=MAY - timedelta(days=1), by=act()
            )
        with pytest.raises(PeriodNotOpen), transaction.atomic():
            api.change_holder(key, new, AgreementEntry("HT-NEW"), on=MAY, by=act())
        assert models.Agreement.objects.count() == 1

    def test_prices_follow_each_other_without_gap(self) -> None:
        plain, tou = make_schedule("LC-RES"), make_schedule("LC-RES-TOU")
        key = make_account(schedule=plain)
        api.assign_rate(key, tou, {"extra_kwh_per_month": 100}, from_date=MAY, by=act())
        rates = models.RateAssignment.objects.filter(account_id=key).order_by("period")
        assert [(r.schedule_id, r.period, r.options) for r in rates] == [
            (plain, days(LONG_AGO, MAY), {}),
            (tou, days(MAY), {"extra_kwh_per_month": 100}),
        ]

    def test_a_price_assigned_twice_for_the_same_day_replaces(self) -> None:
        plain, tou = make_schedule("LC-RES"), make_schedule("LC-RES-TOU")
        key = make_account(schedule=plain)
        api.assign_rate(key, tou, {}, from_date=LONG_AGO, by=act())
        rate = models.RateAssignment.objects.get(account_id=key)
        assert (rate.schedule_id, rate.period) == (tou, days(LONG_AGO))

    def test_a_price_before_a_later_one_is_refused(self) -> None:
        plain, tou = make_schedule("LC-RES"), make_schedule("LC-RES-TOU")
        key = make_account()
        api.assign_rate(key, tou, {}, from_date=MAY, by=act())
        with pytest.raises(PeriodOverlaps):
            api.assign_rate(key, plain, {}, from_date=LONG_AGO, by=act())
        assert models.RateAssignment.objects.count() == 1

    def test_closing_ends_everything_and_needs_a_reason(self) -> None:
        key = make_account(schedule=make_schedule())
        with pytest.raises(InvalidInput):
            api.close_account(key, on=MAY, by=act(reason=" "))
        api.close_account(key, on=MAY, by=act(reason="客户申请销户"))
        row = models.Account.objects.get(pk=key)
        assert (row.state, row.closed_date) == ("CLOSED", MAY)
        for held in (models.Agreement, models.RateAssignment, models.AccountUsagePoint):
            assert held.objects.get(account_id=key).period == days(LONG_AGO, MAY)
        with pytest.raises(api.AccountClosed):
            api.set_stopped(key, stopped=True, by=act())

    def test_stopping_twice_is_refused(self) -> None:
        key = make_account()
        api.set_stopped(key, stopped=True, by=act())
        with pytest.raises(api.WrongState):
            api.set_stopped(key, stopped=True, by=act())

    def test_a_profile_is_checked_and_kept(self) -> None:
        key = make_account()
        with pytest.raises(InvalidInput) as refused:
            api.set_profile(key, ProfileEntry("PARTY", "ALWAYS", load_kw=Decimal(-1)), by=act())
        assert set(refused.value.errors) == {"use", "hours", "load_kw"}
        profile = ProfileEntry("INDUSTRIAL", "CONTINUOUS", "IMPORTANT_2", "GENERATOR", Decimal(80))
        api.set_profile(key, profile, by=act())
        assert models.LoadProfile.objects.get(pk=key).dependence == "IMPORTANT_2"


class TestView:
    def test_tells_all_in_few_queries_and_masks_persons(
        self,
        django_assert_max_num_queries: "pytest_django.DjangoAssertNumQueries",  # noqa: F821
    ) -> None:
        unit = make_unit()
        former, holder, payer = (
            make_customer("张建国"), make_customer("李小龙", phone="13800002046"),
            make_customer("澜川恒瑞有限公司", kind="ENTERPRISE"),
        )  # fmt: skip
        key = make_account(unit, holder=former, schedule=make_schedule(), address="人民路12号")
        make_account(unit, number="990100000777", address="人民路12号", holder=payer)
        api.change_holder(key, holder, AgreementEntry("HT-NEW"), on=MAY, by=act())
        api.set_party(key, "PAYER", payer, from_date=MAY, by=act())
        number = models.Account.objects.get(pk=key).number
        with django_assert_max_num_queries(8):
            view = api.get_account_view(number, scope=scope_of(unit), on=TODAY)
        assert view.masked
        assert view.holder is not None
        assert (view.holder.name, view.holder.phones[0].phone) == ("李*龙", "138****2046")
        assert view.account.holder_name == "李*龙"
        assert view.holder_since == MAY
        assert [(p.role, p.customer.name) for p in view.parties] == [("PAYER", "澜川恒瑞有限公司")]
        assert [p.address for p in view.usage_points] == ["人民路*号"]
        assert [(n.number, n.name) for n in view.same_address] == [
            ("990100000777", "澜川恒瑞有限公司")
        ]
        assert [(n.name, n.to_date) for n in view.former_holders] == [("张*国", MAY)]
        assert view.rate is not None
        assert view.rate.code == "LC-RES"

    def test_shows_everything_when_unmasked(self) -> None:
        unit = make_unit()
        key = make_account(unit, holder=make_customer("李小龙", phone="13800002046"))
        view = api.get_account_view(key, scope=scope_of(unit), on=TODAY, unmasked=True)
        assert view.holder is not None
        assert (view.holder.name, view.holder.phones[0].phone) == ("李小龙", "13800002046")
        assert view.holder.id_number.startswith("990121")

    def test_shows_who_had_the_point_before(self) -> None:
        unit = make_unit()
        point = make_point(unit)
        first = make_account(unit, points=(point,), holder=make_customer("张建国"))
        api.close_account(first, on=MAY, by=act(reason="销户"))
        second = make_account(unit, points=(point,), since=MAY)
        view = api.get_account_view(second, scope=scope_of(unit), on=TODAY)
        assert [(n.name, n.state, n.to_date) for n in view.former_holders] == [
            ("张*国", "CLOSED", MAY)
        ]

    def test_a_closed_account_shows_what_it_had_last(self) -> None:
        unit = make_unit()
        key = make_account(unit, schedule=make_schedule())
        api.close_account(key, on=MAY, by=act(reason="销户"))
        view = api.get_account_view(key, scope=scope_of(unit), on=TODAY)
        assert view.agreement is not None
        assert view.rate is not None
        assert len(view.usage_points) == 1

    def test_other_units_do_not_find_it(self) -> None:
        key = make_account(make_unit())
        with pytest.raises(NotFound):
            api.get_account_view(key, scope=scope_of(make_unit()), on=TODAY)
        with pytest.raises(NotFound):
            api.get_account(key, scope=scope_of(make_unit()), on=TODAY)
