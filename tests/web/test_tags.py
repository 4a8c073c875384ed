"""The component tags: what each draws."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from wattdesk.web.parts import Event, Figure, Share, Step

NOW = datetime(2026, 11, 24, 2, 26, tzinfo=UTC)


def drawn(source: str, language: str = "en", **values: object) -> str:
    with translation.override(language):
        return Template(source).render(Context({"now": NOW, **values}))


class TestMoney:
    def test_is_red_and_has_a_real_minus_below_zero(self):
        assert drawn("{{ fen|money }}", fen=-117750) == (
            '<span class="wd-neg">\u22121,177.50</span>'
        )
        assert drawn("{{ fen|signed_money }}", fen=117750) == "+1,177.50"


class TestSmallParts:
    def test_chip_escapes_its_text(self):
        assert drawn('{% chip text "ok" %}', text="<b>") == (
            '<span class="wd-chip is-ok">&lt;b&gt;</span>'
        )

    def test_an_unknown_tone_is_a_mistake_of_the_template(self):
        with pytest.raises(TemplateSyntaxError):
            drawn('{% chip "x" "purple" %}')

    def test_delta_says_more_or_less(self):
        assert 'class="wd-delta up">+18,000<' in drawn("{% delta 18000 %}")
        assert 'class="wd-delta down">\u2212745.61<' in drawn("{% delta_money fen %}", fen=-74561)

    @pytest.mark.parametrize(("language", "word"), [("zh-hans", "峰"), ("en", "Peak")])
    def test_time_of_use_has_letter_and_colour(self, language, word):
        assert drawn('{% tou "PEAK" %}', language) == f'<span class="wd-tou peak">{word}</span>'

    def test_account_numbers_are_grouped(self):
        assert drawn("{{ n|idno }}", n="370100428816") == (
            '<span class="wd-id">3701 0042 8816</span>'
        )

    def test_a_period_says_that_the_last_day_is_not_included(self):
        text = drawn("{% period a b %}", "zh-hans", a=date(2026, 10, 1), b=date(2026, 11, 1))
        assert "2026-10-01 – 11-01" in text
        assert "末日不计" in text

    def test_an_icon_is_not_read_aloud(self):
        assert 'aria-hidden="true"' in drawn('{% icon "bell" %}')

    def test_a_masked_value_asks_for_the_rest_by_post(self):
        text = drawn('{% masked "138****2046" "/unmask/" %}')
        assert 'hx-post="/unmask/"' in text
        assert "138****2046" in text


class TestCount:
    @pytest.mark.parametrize(
        ("hours", "used", "kind", "text"),
        [
            (5, 0.3, "ok", "5:00 left"),
            (1, 0.8, "warn", "1:00 left"),
            (-2, 1.3, "late", "late 2:00"),
        ],
    )
    def test_is_amber_from_eighty_percent_and_red_when_late(self, hours, used, kind, text):
        found = drawn("{% count due used %}", due=NOW + timedelta(hours=hours), used=used)
        assert f"wd-count is-{kind}" in found
        assert f">{text}<" in found

    def test_a_paused_clock_is_never_amber(self):
        found = drawn("{% count due 0.95 True %}", due=NOW + timedelta(hours=1))
        assert "is-hold" in found

    def test_gives_the_script_the_whole_limit(self):
        found = drawn("{% count due 0.5 %}", due=NOW + timedelta(hours=1))
        assert 'data-limit="7200"' in found


class TestFigure:
    def test_is_a_link_when_it_has_a_list(self):
        found = drawn(
            "{% draw_figure f %}", f=Figure("Held", "43", "accounts", ("a", "b"), "/held/", True)
        )
        assert found.startswith('<a class="wd-kf is-alarm" href="/held/">')
        assert "<small>accounts</small>" in found
        assert "<span>a</span><span>b</span>" in found

    def test_kf_takes_details_and_options(self):
        assert "<span>b</span>" in drawn('{% kf "L" "1" "kWh" "a" "b" alarm=True %}')


class TestBlocks:
    def test_note_wraps_its_content(self):
        found = drawn('{% note "bad" "alert-circle" %}<b>x</b>{% endnote %}')
        assert '<div class="wd-note is-bad" role="alert">' in found
        assert "<div><b>x</b></div>" in found

    def test_panel_without_parts_is_all_body(self):
        found = drawn('{% panel "T" sub="s" pad=True %}inside{% endpanel %}')
        assert '<h2>T</h2><span class="sub">s</span>' in found
        assert '<div class="wd-panel-b">inside</div>' in found

    def test_panel_with_parts_puts_each_in_its_place(self):
        found = drawn(
            '{% panel title id="p" %}{% tools %}right{% body %}middle{% foot %}end{% endpanel %}',
            title="<T>",
        )
        assert 'id="p"' in found
        assert "<h2>&lt;T&gt;</h2>" in found
        assert '<div class="push">right</div></div>middle<div class="wd-panel-f">end</div>' in found

    def test_panel_refuses_unknown_options(self):
        with pytest.raises(TemplateSyntaxError):
            drawn('{% panel "T" color="red" %}{% endpanel %}')

    def test_nothing_and_failure_say_what_to_do(self):
        assert '<div class="acts">go</div>' in drawn('{% nothing "None" "why" %}go{% endnothing %}')
        assert "is-bad" in drawn('{% failure "Lost" %}{% endfailure %}')


class TestLargerParts:
    def test_time_line_is_grouped_by_month(self):
        events = [
            Event(datetime(2026, 11, 4, 2, tzinfo=UTC), "Released", "Zhou", amount_fen=16531494),
            Event(datetime(2026, 10, 4, 2, tzinfo=UTC), "Corrected", amount_fen=-86240),
        ]
        found = drawn("{% timeline events %}", events=events)
        assert found.count('class="day"') == 2
        assert "165,314.94" in found
        assert "\u2212862.40" in found

    def test_steps_name_the_present_one(self):
        steps = [Step("A", "done"), Step("B", "now"), Step("C")]
        found = drawn("{% steps items %}", items=steps)
        assert 'class="now" aria-current="step"' in found

    def test_bar_parts_add_up(self):
        found = drawn("{% bar shares %}", shares=[Share(1, "ok"), Share(3, "bad"), Share(0, "x")])
        assert "width:25.00%" in found
        assert "width:75.00%" in found
        assert found.count("<i ") == 2

    def test_a_field_ties_its_fault_to_the_control(self):
        class Form(forms.Form):
            name = forms.CharField(label="Name", help_text="as on the card")

        found = drawn("{% field form.name %}", form=Form({}))
        assert 'for="id_name"' in found
        assert 'aria-invalid="true"' in found
        assert "as on the card" in found
        assert "form-hint is-bad" in found

    def test_chart_data_cannot_break_out_of_its_block(self):
        found = drawn(
            '{% chart "use" "bars" data "Use" %}', data={"labels": ["</script><b>"], "series": []}
        )
        assert "</script><b>" not in found
        assert 'id="use-data"' in found

    @pytest.mark.parametrize(
        ("language", "word"), [("zh-hans", "用电周期"), ("en", "Service period")]
    )
    def test_help_terms_speak_the_language_of_the_page(self, language, word):
        assert word in drawn('{% help_terms "service_period" %}', language)
