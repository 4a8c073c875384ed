"""The one search box."""

from datetime import date

import pytest

from tests.factories.customers import make_account, make_customer, make_schedule, scope_of
from tests.factories.identity import act, make_unit
from tests.factories.metering import hang
from tests.factories.premises import make_point
from wattdesk.domains.customers import api, models
from wattdesk.domains.customers.data import AgreementEntry, Hit, PhoneEntry
from wattdesk.domains.customers.pinyin import syllables
from wattdesk.domains.customers.words import ask, queries
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.identity.models import Unit

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)


@pytest.fixture
def county() -> Unit:
    """Three accounts: a firm, a person whose name sounds alike, and a shop elsewhere."""
    unit = make_unit("LC")
    firm = make_customer("澜川恒瑞精密铸造有限公司", kind="ENTERPRISE", phone="13912347218")
    person = make_customer("单田芳", phone="13800002046")
    shop = make_customer("鸿瑞家美超市", kind="SOLE_TRADER", phone="0571-88886666")
    make_account(unit, number="370100428816", holder=firm, address="临港工业园7号",
                 schedule=make_schedule("LC-COM-1KV"))  # fmt: skip
    make_account(unit, number="370100428824", holder=person, address="青石镇柳湾村27号")
    make_account(unit, number="370144102291", holder=shop, address="梧桐路88号")
    return unit


def numbers(unit: Unit, text: str, **more: object) -> list[str]:
    return [h.number for h in api.search(text, scope=scope_of(unit), **more)]  # type: ignore[arg-type]


def marked(hit: Hit) -> str:
    return "".join(f"[{p.text}]" if p.is_match else p.text for p in hit.title_parts)


class TestFinding:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("hrjm", ["370144102291", "370100428816"]),  # initials, from any character on
            ("HRJM", ["370144102291", "370100428816"]),
            ("shantianfang", ["370100428824"]),  # full pinyin, the surname as a surname
            ("tianf", ["370100428824"]),
            ("stf", ["370100428824"]),
            ("单", ["370100428824"]),  # one character
            ("田芳", ["370100428824"]),
            ("恒瑞精密", ["370100428816"]),
            ("370100428816", ["370100428816"]),  # number: whole, with blanks, tail, head
            ("3701 0042 8816", ["370100428816"]),
            ("8824", ["370100428824"]),
            ("28816", ["370100428816"]),
            ("370144", ["370144102291"]),
            ("13800002046", ["370100428824"]),  # phone: whole, tail, head
            ("138-0000-2046", ["370100428824"]),
            ("02046", ["370100428824"]),
            ("2046", ["370100428824"]),
            ("13912", ["370100428816"]),
            ("柳湾村", ["370100428824"]),  # address
            ("柳湾村27号", ["370100428824"]),
            ("27", ["370100428824"]),
            ("恒瑞 临港", ["370100428816"]),  # several words must all match
            ("恒瑞 柳湾", []),
            ("不存在", []),
            ("zzzz", []),
            ("", []),
            ("   ", []),
            ("'; DROP TABLE x; --", []),
            ("&|!:*()", []),
        ],
    )
    def test_by_all_that_people_type(self, county: Unit, text: str, found: list[str]) -> None:
        assert sorted(numbers(county, text)) == sorted(found)

    def test_by_meter_number_and_after_an_exchange(self, county: Unit) -> None:
        point = make_point(county)
        hang(point, number="041277885031")
        make_account(county, number="370100000001", points=(point,))
        for text in ("041277885031", "0412 7788 5031", "5031", "85031", "041277"):
            assert numbers(county, text) == ["370100000001"], text

    def test_by_a_payer(self, county: Unit) -> None:
        key = models.Account.objects.get(number="370100428824").pk
        api.set_party(key, "PAYER", make_customer("欧阳修文"), from_date=MAY, by=act())
        (hit,) = api.search("欧阳修文", scope=scope_of(county))
        assert (hit.number, hit.matched, hit.matched_text) == (
            "370100428824", ("PARTY",), "欧**文",
        )  # fmt: skip

    def test_follows_every_change(self, county: Unit) -> None:
        key = models.Account.objects.get(number="370100428824").pk
        new = make_customer("诸葛小亮")
        api.change_holder(key, new, AgreementEntry("HT-NEW"), on=MAY, by=act())
        assert numbers(county, "单田芳") == []
        assert numbers(county, "zgxl") == ["370100428824"]
        api.add_phone(new, PhoneEntry("16455550001"), by=act())
        assert numbers(county, "16455550001") == ["370100428824"]

    def test_words_can_be_made_anew_for_all(self, county: Unit) -> None:
        models.AccountSearch.objects.all().delete()
        assert numbers(county, "hrjm") == []
        assert api.rebuild_search() == 3
        assert len(numbers(county, "hrjm")) == 2


class TestScope:
    def test_hides_other_units(self, county: Unit) -> None:
        other = make_unit("OTHER")
        make_account(other, number="370100999999", holder=make_customer("单田芳"))
        assert numbers(county, "单田芳") == ["370100428824"]
        assert numbers(other, "单田芳") == ["370100999999"]
        assert numbers(other, "370100428824") == []
        assert numbers(other, "2046") == []

    def test_covers_units_below(self, county: Unit) -> None:
        station = make_unit("LC01", parent=county)
        make_account(station, number="370100777777")
        assert numbers(county, "777777") == ["370100777777"]
        assert numbers(station, "370100428824") == []

    def test_nothing_in_scope_finds_nothing(self, county: Unit) -> None:
        assert api.search("单田芳", scope=Scope("customers.view", ())) == []


class TestHits:
    def test_mark_what_matched(self, county: Unit) -> None:
        by_number = {h.number: h for h in api.search("hrjm", scope=scope_of(county))}
        assert marked(by_number["370100428816"]) == "澜川[恒瑞精密]铸造有限公司"
        assert marked(by_number["370144102291"]) == "[鸿瑞家美]超市"
        assert by_number["370100428816"].matched == ("NAME",)

    def test_persons_are_masked_and_keep_their_marks(self, county: Unit) -> None:
        (hit,) = api.search("单田芳", scope=scope_of(county))
        assert hit.title == "单*芳"
        assert marked(hit) == "[单*芳]"
        assert "27" not in hit.subtitle
        (hit,) = api.search("13800002046", scope=scope_of(county))
        assert (hit.matched, hit.matched_text) == (("PHONE",), "138****2046")

    def test_show_all_when_unmasked(self, county: Unit) -> None:
        (hit,) = api.search("2046", scope=scope_of(county), unmasked=True)
        assert (hit.title, hit.matched_text) == ("单田芳", "13800002046")
        assert "柳湾村27号" in hit.subtitle

    def test_exact_comes_first_and_the_limit_holds(self, county: Unit) -> None:
        for name in ("单田芳华", "小单田芳"):
            make_account(county, holder=make_customer(name))
        assert numbers(county, "单田芳")[0] == "370100428824"
        assert len(numbers(county, "单田芳")) == 3
        assert numbers(county, "单田芳", limit=1) == ["370100428824"]

    def test_an_own_match_comes_before_that_of_a_payer(self, county: Unit) -> None:
        other = make_account(county, number="370100000222", holder=make_customer("安心"))
        payer = models.Agreement.objects.get(account__number="370100428824").customer_id
        api.set_party(other, "PAYER", payer, from_date=MAY, by=act())
        assert numbers(county, "单田芳") == ["370100428824", "370100000222"]

    def test_closed_accounts_come_after_living_ones(self, county: Unit) -> None:
        closed = make_account(county, number="370100000111", holder=make_customer("单田芳"))
        api.close_account(closed, on=MAY, by=act(reason="销户"))
        assert numbers(county, "单田芳") == ["370100428824", "370100000111"]


class TestSpelling:
    @pytest.mark.parametrize(
        ("name", "spelled"),
        [
            ("单田芳", "shan tian fang"),
            ("曾国强", "zeng guo qiang"),
            ("欧阳修", "ou yang xiu"),
            ("尉迟恭", "yu chi gong"),
            ("吕布", "lv bu"),
            ("任长霞", "ren chang xia"),
        ],
    )
    def test_surnames_are_read_as_surnames(self, name: str, spelled: str) -> None:
        assert " ".join(syllables(name, is_person=True)) == spelled

    def test_bodies_go_through_the_dictionary_of_phrases(self) -> None:
        assert syllables("重庆银行", is_person=False) == ("chong", "qing", "yin", "hang")

    def test_queries_are_safe_texts(self) -> None:
        for text in ("a'b", "x\\", "a:*", "«»", "%_", "\x00"):
            for query in queries(ask(text)):
                assert "\\" not in query
