"""`derive`: worked numbers of hr-math, rows of the data set with status 'verified', refusals, laws."""

from __future__ import annotations

import json
import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.extraction.checks import Check, Status, duplicates, medians
from screener.extraction.hr import HrInput, HrResult, derive, invert, o_minus_e, variance_v
from screener.extraction.printed import level_z, read_count, read_number
from screener.model.errors import InputError


def check(result: HrResult, name: str) -> Check:
    return next(c for c in result.checks if c.name == name)


def names(result: HrResult) -> list[str]:
    return [c.name for c in result.checks]


def se(result: HrResult) -> float:
    assert result.se is not None
    return result.se


class TestLevels:
    # hr-math, table at the top
    @pytest.mark.parametrize(
        ("level", "z"),
        [
            (80, 1.2816),
            (90, 1.6449),
            (95, 1.9600),
            (95.34, 1.9899),
            (97.5, 2.2414),
            (98.5, 2.4324),
            (99, 2.5758),
        ],
    )
    def test_quantiles_of_confidence_levels(self, level: float, z: float) -> None:
        assert level_z(level) == pytest.approx(z, abs=5e-5)

    def test_an_unstated_level_is_assumed_visibly(self) -> None:
        result = derive(HrInput(hr="0.70", ci_low="0.52", ci_high="0.95"))
        assert result.level == 95
        assert check(result, "level not stated").status is Status.WARN
        assert any("95 is assumed" in note for note in result.notes)

    def test_a_stated_level_is_not_commented(self) -> None:
        assert "level not stated" not in names(
            derive(HrInput(hr="0.7", ci_low="0.5", ci_high="1", level="95"))
        )

    @pytest.mark.parametrize("level", ["950", "0.95", "100", "49", "ninety-five", "-95", "nan"])
    def test_an_impossible_level_is_named(self, level: str) -> None:
        with pytest.raises(InputError) as caught:
            derive(HrInput(hr="0.70", ci_low="0.52", ci_high="0.95", level=level))
        assert caught.value.field == "level"
        assert "95" in (caught.value.expected or "")


class TestFromTheInterval:
    # hr-math section 4, the rounding table: SUNLIGHT OS (H074), FRESCO-2 PFS (H052), VELOUR OS (H001)
    @pytest.mark.parametrize(
        ("hr", "low", "high", "level", "point", "se_min", "se_max"),
        [
            ("0.61", "0.49", "0.77", "95", 0.1153, 0.1111, 0.1196),
            ("0.32", "0.27", "0.39", "95", 0.0938, 0.0858, 0.1018),
            ("0.817", "0.713", "0.937", "95.34", 0.0686, 0.0683, 0.0690),
        ],
    )
    def test_se_with_the_range_that_rounding_allows(
        self, hr: str, low: str, high: str, level: str, point: float, se_min: float, se_max: float
    ) -> None:
        result = derive(HrInput(hr=hr, ci_low=low, ci_high=high, level=level))
        assert result.method == "B"
        assert result.log_hr == pytest.approx(math.log(float(hr)), rel=1e-12)
        assert result.se == pytest.approx(point, abs=5e-5)
        assert result.se_min == pytest.approx(se_min, abs=5e-5)
        assert result.se_max == pytest.approx(se_max, abs=5e-5)
        assert not result.blocked

    # Data set, rows with status "verified": HR, limits and p were seen in a source; se recomputed there.
    @pytest.mark.parametrize(
        ("hr", "low", "high", "level", "p", "sided", "expected"),
        [
            ("0.817", "0.713", "0.937", "95.34", "0.0032", "two", 0.0686),  # H001 VELOUR OS
            ("0.34", "0.27", "0.43", "95", "<0.0001", "two", 0.1187),  # H009 ALTER0703 PFS
            ("0.95", "0.81", "1.11", "95", "0.51", "two", 0.0804),  # H012 AXEPT PFS
            ("1.01", "0.68", "1.50", "95", "0.97", "two", 0.2018),  # H020 SPIRITT PFS
            ("1.06", "0.75", "1.49", "95", "0.75", "two", 0.1751),  # H021 SPIRITT OS
            ("0.77", "0.64", "0.92", "95", "0.005", "two", 0.0926),  # H024 CO.17 OS
            ("0.73", "0.57", "0.93", "95", "0.0096", "two", 0.1249),  # H030 20100007 OS
            ("0.58", "0.37", "0.90", "95", "0.014", "two", 0.2268),  # H035 20050181 PFS
            ("0.844", "0.730", "0.976", "95", "0.0219", "two", 0.0741),  # H040 RAISE OS
            ("0.66", "0.55", "0.80", "95", "<0.0001", "two", 0.0956),  # H051 FRESCO-2 OS
            ("1.13", "0.88", "1.46", "95", "0.34", "two", 0.1292),  # H053 CO.23 OS
            ("1.01", "0.86", "1.19", "95", "0.8659", "two", 0.0829),  # H054 LUME-Colon 1 OS
            ("0.69", "0.54", "0.88", "95", "0.0013", "one", 0.1246),  # H060 EPOCH PFS
        ],
    )
    def test_a_sound_row_passes_every_check(
        self, hr: str, low: str, high: str, level: str, p: str, sided: str, expected: float
    ) -> None:
        result = derive(HrInput(hr=hr, ci_low=low, ci_high=high, level=level, p=p, p_sided=sided))
        assert result.se == pytest.approx(expected, abs=5e-5)
        assert {c.status for c in result.checks} == {Status.PASS}
        assert {"order", "log symmetry", "p against CI", "range"} <= set(names(result))

    def test_interval_alone_gives_its_middle(self) -> None:
        result = derive(HrInput(ci_low="0.713", ci_high="0.937", level="95.34"))
        assert result.method == "C"
        assert result.log_hr == pytest.approx((math.log(0.713) + math.log(0.937)) / 2)
        assert result.se == pytest.approx(0.0686, abs=5e-5)

    def test_swapped_limits_are_put_right_with_a_warning(self) -> None:
        right = derive(HrInput(hr="0.70", ci_low="0.52", ci_high="0.95", level="95"))
        swapped = derive(HrInput(hr="0.70", ci_low="0.95", ci_high="0.52", level="95"))
        assert swapped.se == right.se
        assert check(swapped, "order").status is Status.WARN
        assert not swapped.blocked

    def test_hr_outside_its_interval_fails_and_blocks(self) -> None:
        result = derive(HrInput(hr="1.20", ci_low="0.52", ci_high="0.95", level="95"))
        assert check(result, "order").status is Status.FAIL
        assert result.blocked

    # hr-math section 6: the two intervals of the worked example's report that are not symmetric
    @pytest.mark.parametrize(("hr", "low", "high"), [("0.55", "0.33", "1.89"), ("0.63", "0.31", "2.09")])
    def test_an_interval_that_is_not_centred_on_the_hr_fails(self, hr: str, low: str, high: str) -> None:
        result = derive(HrInput(hr=hr, ci_low=low, ci_high=high, level="95"))
        assert check(result, "log symmetry").status is Status.FAIL
        assert result.blocked

    def test_an_interval_without_width_gives_no_se(self) -> None:
        result = derive(HrInput(hr="0.70", ci_low="0.70", ci_high="0.70", level="95"))
        assert result.se is None
        assert check(result, "interval width").status is Status.FAIL

    def test_printed_digits_survive(self) -> None:
        coarse = derive(HrInput(hr="0.7", ci_low="0.5", ci_high="1.0", level="95"))
        fine = derive(HrInput(hr="0.70", ci_low="0.50", ci_high="1.00", level="95"))
        assert coarse.se == fine.se
        assert (coarse.se_max or 0) > (fine.se_max or 0)

    def test_events_that_fit_another_level_are_reported(self) -> None:
        # an 80% interval taken as 95%: se 1.2816/1.96 = 0.65 times what the events say
        true_se = math.sqrt(1 / 120 + 1 / 130)
        z80 = NormalDist().inv_cdf(0.9)
        low, high = (f"{0.7 * math.exp(s * z80 * true_se):.4f}" for s in (-1, 1))
        result = derive(
            HrInput(hr="0.7000", ci_low=low, ci_high=high, level="95", events_t="120", events_c="130")
        )
        found = check(result, "se against events")
        assert found.status is Status.WARN
        assert found.values["level_that_fits"] == pytest.approx(80, abs=0.5)
        assert not result.blocked

    def test_a_far_off_value_warns(self) -> None:
        assert (
            check(derive(HrInput(hr="30", ci_low="10", ci_high="90", level="95")), "range").status == "warn"
        )


class TestPValues:
    def test_one_sided_p_is_inferred_from_the_interval(self) -> None:
        # EPOCH PFS (H060, hr-math section 3): 0.69 (0.54-0.88), p 0.0013
        result = derive(HrInput(hr="0.69", ci_low="0.54", ci_high="0.88", level="95", p="0.0013"))
        found = check(result, "p against CI")
        assert found.status is Status.PASS
        assert found.values["p_sided_used"] == "one"
        assert any("one-sided" in note for note in result.notes)

    def test_wrong_sidedness_warns_and_names_the_other(self) -> None:
        result = derive(
            HrInput(hr="0.69", ci_low="0.54", ci_high="0.88", level="95", p="0.0013", p_sided="two")
        )
        found = check(result, "p against CI")
        assert found.status is Status.WARN
        assert "one-sided" in found.message

    def test_a_one_sided_p_above_a_half_goes_with_a_hr_above_1(self) -> None:
        result = derive(
            HrInput(hr="1.10", ci_low="0.90", ci_high="1.34", level="95", p="0.83", p_sided="one")
        )
        assert check(result, "p against CI").status is Status.PASS

    def test_a_one_sided_p_of_the_other_direction_warns(self) -> None:
        # the EPOCH interval turned round by mistake
        result = derive(
            HrInput(hr="1.45", ci_low="1.14", ci_high="1.85", level="95", p="0.0013", p_sided="one")
        )
        assert check(result, "p against CI").status is Status.WARN
        turned = derive(
            HrInput(
                hr="1.45", ci_low="1.14", ci_high="1.85", level="95", p="0.0013", p_sided="one", invert=True
            )
        )
        assert check(turned, "p against CI").status is Status.PASS

    def test_a_non_inferiority_p_contradicts_the_interval(self) -> None:
        # AXEPT OS (H011): 0.85 (0.71-1.02), p < 0.0001 against the margin
        result = derive(
            HrInput(hr="0.85", ci_low="0.71", ci_high="1.02", level="95", p="<0.0001", p_sided="one")
        )
        assert check(result, "p against CI").status is Status.FAIL
        assert check(result, "significance").status is Status.FAIL
        assert result.blocked

    def test_a_log_rank_p_a_little_off_warns(self) -> None:
        # TERRA OS (H068): 0.79 (0.62-0.99), p 0.035; the interval implies 0.048
        result = derive(
            HrInput(hr="0.79", ci_low="0.62", ci_high="0.99", level="95", p="0.035", p_sided="two")
        )
        assert check(result, "p against CI").status is Status.WARN
        assert check(result, "p against CI").values["implied_p_two_sided"] == pytest.approx(0.048, abs=5e-4)
        assert not result.blocked

    def test_significance_that_differs_warns(self) -> None:
        result = derive(
            HrInput(hr="0.78", ci_low="0.57", ci_high="1.07", level="95", p="0.045", p_sided="two")
        )
        assert check(result, "significance").status is Status.WARN

    def test_significance_goes_by_the_level_of_the_interval(self) -> None:
        # p 0.1 two-sided is significant at an 80% level
        low, high = (f"{math.exp(-0.5 + s * 1.2816 * 0.304):.3f}" for s in (-1, 1))
        result = derive(HrInput(hr="0.607", ci_low=low, ci_high=high, level="80", p="0.100", p_sided="two"))
        assert check(result, "significance").status is Status.PASS

    @pytest.mark.parametrize("p", ["0.000", "0", "1.2", "-0.01", "p=0.01", "abc"])
    def test_a_p_that_is_none_is_named(self, p: str) -> None:
        with pytest.raises(InputError) as caught:
            derive(HrInput(hr="0.70", p=p))
        assert caught.value.field == "p"

    def test_operator_in_text_and_field_must_agree(self) -> None:
        with pytest.raises(InputError, match="operator"):
            derive(HrInput(hr="0.70", p="<0.001", p_operator="="))

    def test_extreme_p_values_stay_finite(self) -> None:
        result = derive(HrInput(hr="0.01", ci_low="0.009", ci_high="0.011", level="95", p="1e-250"))
        json.dumps(result.to_dict(), allow_nan=False)
        result = derive(HrInput(hr="0.7", ci_low="0.6", ci_high="0.8", level="95", p="1", p_sided="one"))
        json.dumps(result.to_dict(), allow_nan=False)


class TestFromP:
    def test_se_from_an_exact_two_sided_p(self) -> None:
        # E3200 OS (hr-math section 4): HR 0.751, p 0.0012: z 3.239, se 0.0884, 95% CI 0.632-0.893
        result = derive(HrInput(hr="0.751", p="0.0012", p_sided="two"))
        assert result.method == "D"
        assert result.level is None
        assert result.se == pytest.approx(0.0884, abs=5e-5)
        assert result.log_hr is not None
        limits = [math.exp(result.log_hr + s * 1.959964 * se(result)) for s in (-1, 1)]
        assert limits == pytest.approx([0.632, 0.893], abs=5e-4)

    def test_se_from_an_exact_one_sided_p(self) -> None:
        # EPOCH PFS (hr-math section 3): se 0.1232 one-sided, 0.1154 if read as two-sided
        one = derive(HrInput(hr="0.69", p="0.0013", p_sided="one"))
        two = derive(HrInput(hr="0.69", p="0.0013", p_sided="two"))
        assert one.se == pytest.approx(0.1232, abs=5e-5)
        assert two.se == pytest.approx(0.1154, abs=5e-5)

    def test_unstated_sidedness_is_told_with_both_numbers(self) -> None:
        found = check(derive(HrInput(hr="0.69", p="0.0013")), "sidedness not stated")
        assert found.status is Status.WARN
        assert found.values["if_one_sided"] == pytest.approx(0.1232, abs=5e-5)
        assert found.values["if_two_sided"] == pytest.approx(0.1154, abs=5e-5)

    def test_refused_near_1_with_the_numbers(self) -> None:
        # hr-math section 3: HR 1.02, p 0.870: se 0.121, but 0.091 to 0.151 from the HR's rounding alone
        result = derive(HrInput(hr="1.02", p="0.870", p_sided="two"))
        found = check(result, "method D")
        assert found.status is Status.FAIL
        for number in ("0.121", "0.091", "0.15"):
            assert number in found.message
        assert result.se is None
        assert result.log_hr == pytest.approx(math.log(1.02))

    def test_few_digits_away_from_1_only_warn(self) -> None:
        result = derive(HrInput(hr="0.7", p="0.01", p_sided="two"))
        assert result.se == pytest.approx(0.1385, abs=5e-5)
        assert check(result, "method D").status is Status.WARN
        assert not result.blocked

    @pytest.mark.parametrize(("hr", "p"), [("1.00", "0.95"), ("0.999", "1.0"), ("1", "0.5"), ("0.7", "0.9")])
    def test_refused_when_rounding_leaves_it_open(self, hr: str, p: str) -> None:
        result = derive(HrInput(hr=hr, p=p, p_sided="two"))
        assert check(result, "method D").status is Status.FAIL
        assert result.blocked
        json.dumps(result.to_dict(), allow_nan=False)

    def test_a_bound_is_never_a_point(self) -> None:
        result = derive(HrInput(hr="0.518", p="0.0001", p_operator="<", p_sided="two"))
        found = check(result, "method D")
        assert found.status is Status.FAIL
        assert found.values["se_bound"] == pytest.approx(0.1691, abs=5e-5)
        assert result.se is None
        assert result.method is None

    def test_events_give_a_rough_se_when_p_does_not(self) -> None:
        result = derive(HrInput(hr="1.02", p="0.870", p_sided="two", events_t="150", events_c="80"))
        assert result.method == "G"
        assert result.se == pytest.approx(math.sqrt(1 / 150 + 1 / 80))
        assert check(result, "method G").status is Status.WARN
        assert check(result, "method D").status is Status.WARN


class TestFromLogRank:
    # hr-math section 2, CONCUR: 136 v 68 patients, 159 deaths, p 0.0002 one-sided; V 35.33, HR 0.551
    def test_worked_example(self) -> None:
        assert variance_v(events=159, n_t=136, n_c=68) == pytest.approx(35.33, abs=5e-3)
        result = derive(
            HrInput(p="0.0002", p_sided="one", events="159", n_t="136", n_c="68", favours="treatment")
        )
        assert result.method == "E"
        assert math.exp(result.log_hr or 0) == pytest.approx(0.551, abs=5e-4)
        assert result.se == pytest.approx(1 / math.sqrt(35.33), abs=1e-4)

    def test_read_as_two_sided(self) -> None:
        result = derive(
            HrInput(p="0.0002", p_sided="two", events="159", n_t="136", n_c="68", favours="treatment")
        )
        assert math.exp(result.log_hr or 0) == pytest.approx(0.535, abs=5e-4)

    def test_the_direction_gives_the_sign(self) -> None:
        worse = derive(HrInput(p="0.01", p_sided="two", events="200", favours="comparator"))
        better = derive(HrInput(p="0.01", p_sided="two", events="200", favours="treatment"))
        assert worse.log_hr == pytest.approx(-(better.log_hr or 0))
        assert (better.log_hr or 0) < 0
        assert any("1:1" in note for note in worse.notes)

    def test_without_direction_it_is_asked_for(self) -> None:
        with pytest.raises(InputError) as caught:
            derive(HrInput(p="0.01", events="200"))
        assert caught.value.field == "favours"

    def test_a_bound_is_refused(self) -> None:
        result = derive(HrInput(p="<0.001", events="200", favours="treatment"))
        assert check(result, "method E").status is Status.FAIL
        assert result.log_hr is None

    def test_v_and_o_minus_e_of_an_estimate(self) -> None:
        o_e, v = o_minus_e(math.log(0.5), 0.2)
        assert v == pytest.approx(25)
        assert o_e == pytest.approx(25 * math.log(0.5))
        assert variance_v(events_t=60, events_c=40) == pytest.approx(24)
        assert variance_v(events=100) == 25


class TestDirection:
    def test_inversion_turns_everything(self) -> None:
        plain = derive(HrInput(hr="0.70", ci_low="0.52", ci_high="0.95", level="95"))
        turned = derive(HrInput(hr="0.70", ci_low="0.52", ci_high="0.95", level="95", invert=True))
        assert turned.inverted
        assert turned.log_hr == pytest.approx(-(plain.log_hr or 0))
        assert (turned.hr, turned.ci_low, turned.ci_high) == pytest.approx((1 / 0.7, 1 / 0.95, 1 / 0.52))

    def test_favours_against_the_hr_fails_beyond_one_se(self) -> None:
        # hr-math section 5 (a): a cohort's HR 1.324 (1.048-1.673) on the row of the better arm
        result = derive(HrInput(hr="1.324", ci_low="1.048", ci_high="1.673", level="95", favours="treatment"))
        assert check(result, "direction").status is Status.FAIL

    def test_favours_against_the_hr_warns_within_one_se(self) -> None:
        result = derive(HrInput(hr="1.01", ci_low="0.86", ci_high="1.19", level="95", favours="treatment"))
        assert check(result, "direction").status is Status.WARN

    def test_unknown_arm(self) -> None:
        with pytest.raises(InputError, match="favours"):
            derive(HrInput(hr="0.7", ci_low="0.5", ci_high="0.9", favours="placebo"))

    def test_medians_of_the_wrong_arm(self) -> None:
        # H022 WJOG6210G: HR 1.16 (0.76-1.77), medians 16.2 v 13.4: |ln HR| < se, a warning only
        assert medians(math.log(1.16), 0.2157, 16.2, 13.4)[1].status is Status.WARN
        # H054 LUME-Colon 1: HR 1.01, medians 6.4 v 6.0
        assert medians(math.log(1.01), 0.0829, 6.4, 6.0)[1].status is Status.WARN
        # BEBYP OS pattern (hr-math 5 c): HR 0.77 with medians 14.1 v 15.5
        assert medians(math.log(0.77), 0.16, 14.1, 15.5)[1].status is Status.FAIL
        # H074 SUNLIGHT OS agrees
        assert [c.status for c in medians(math.log(0.61), 0.1153, 10.8, 7.5)] == ["pass", "pass"]

    def test_medians_far_from_the_hr(self) -> None:
        assert medians(math.log(0.3), 0.1, 10.0, 9.0)[0].status is Status.WARN


class TestUnusable:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("hr", "-0.7"),
            ("hr", "0"),
            ("hr", "abc"),
            ("hr", "0,70"),
            ("hr", "nan"),
            ("hr", "inf"),
            ("hr", "1e999"),
            ("hr", "0.7 (0.5-0.9)"),
            ("ci_low", "-0.1"),
            ("ci_high", "0.00"),
            ("events_t", "12.5"),
            ("events_t", "0"),
            ("p_sided", "three"),
            ("p_operator", "~"),
        ],
    )
    def test_the_field_is_named(self, field: str, value: str) -> None:
        sound = {
            "hr": "0.70", "ci_low": "0.52", "ci_high": "0.95", "level": "95",
            "p": "0.02", "events_t": "80", "events_c": "90",
        }  # fmt: skip
        with pytest.raises(InputError) as caught:
            derive(HrInput(**{**sound, field: value}))  # type: ignore[arg-type]
        assert caught.value.field == field
        assert caught.value.expected

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({}, "hr"),
            ({"p": "0.01"}, "hr"),
            ({"events": "100"}, "hr"),
            ({"hr": "0.7", "ci_low": "0.5"}, "ci_high"),
            ({"hr": "0.7", "ci_high": "0.9"}, "ci_low"),
            ({"hr": "0.7", "events_t": "10"}, "events_c"),
            ({"hr": "0.7", "events": "100", "n_t": "10"}, "n_c"),
            ({"hr": "0.7", "events_t": "50", "events_c": "40", "n_t": "45", "n_c": "60"}, "events_t"),
            ({"hr": "0.7", "events_t": "50", "events_c": "40", "events": "100"}, "events"),
            ({"hr": "0.7", "events": "300", "n_t": "100", "n_c": "100"}, "events"),
        ],
    )
    def test_what_is_missing_is_named(self, values: dict[str, str], field: str) -> None:
        with pytest.raises(InputError) as caught:
            derive(HrInput(**values))  # type: ignore[arg-type]
        assert caught.value.field == field

    def test_a_hr_alone_has_no_se_and_says_so(self) -> None:
        result = derive(HrInput(hr="0.94"))
        assert result.log_hr == pytest.approx(math.log(0.94))
        assert result.se is None
        assert result.blocked

    def test_numbers_as_journals_print_them(self) -> None:
        assert read_number("0·70", "hr").half == pytest.approx(0.005)
        assert read_number(".0032", "p").value == 0.0032
        assert read_number("1", "hr").half == 0.5
        assert read_count("1,226", "events") == 1226


def test_json_has_exactly_the_keys_of_the_contract() -> None:
    shown = derive(HrInput(hr="0.70", ci_low="0.52", ci_high="0.95", level="95", p="0.02")).to_dict()
    assert list(shown) == ["log_hr", "se", "se_min", "se_max", "method", "level", "inverted", "checks"]
    assert isinstance(shown["checks"], list)
    assert all(list(c) == ["name", "status", "message", "values"] for c in shown["checks"])
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown


def test_one_hr_for_two_comparisons_is_noticed() -> None:
    # hr-math section 6: 2.29 (1.64-3.19) printed for two drugs
    found = duplicates(
        [("a", "2.29", "1.64", "3.19"), ("b", "2.29", "1.64", "3.19"), ("c", "1", "0.9", "1.1")]
    )
    assert len(found) == 1
    assert "a and for b" in found[0].message


# Laws -----------------------------------------------------------------------------------------------

hazard = st.integers(20, 500).map(lambda n: n / 100)
error = st.floats(0.03, 0.8)
levels = st.sampled_from([80.0, 90.0, 95.0, 95.34, 97.5, 99.0])


def printed(hr: float, se: float, level: float) -> HrInput:
    z = NormalDist().inv_cdf(0.5 + level / 200)
    low, high = (f"{hr * math.exp(s * z * se):.6f}" for s in (-1, 1))
    return HrInput(hr=f"{hr:.6f}", ci_low=low, ci_high=high, level=f"{level}")


@given(hazard, error, levels)
def test_law_the_se_comes_back_from_the_interval_it_made(hr: float, true_se: float, level: float) -> None:
    result = derive(printed(hr, true_se, level))
    assert result.se == pytest.approx(true_se, abs=1e-4)
    assert result.se_min is not None
    assert result.se_max is not None
    assert result.se_min - 1e-12 <= true_se <= result.se_max + 1e-12
    assert not result.blocked


@given(hazard, error, levels)
def test_law_inverting_flips_the_sign_and_keeps_the_se(hr: float, true_se: float, level: float) -> None:
    plain, turned = derive(printed(hr, true_se, level)), derive(invert(printed(hr, true_se, level)))
    assert turned.log_hr == -(plain.log_hr or 0.0)
    assert (turned.se, turned.se_min, turned.se_max) == (plain.se, plain.se_min, plain.se_max)
    assert turned.ci_low == pytest.approx(1 / (plain.ci_high or 1))


@given(hazard, error, levels)
def test_law_inverting_twice_is_identity(hr: float, true_se: float, level: float) -> None:
    once = printed(hr, true_se, level)
    assert invert(invert(once)) == once
    assert derive(invert(invert(once))) == derive(once)


@given(hazard, error, levels, levels)
def test_law_the_se_scales_with_the_level(hr: float, true_se: float, one: float, other: float) -> None:
    limits = printed(hr, true_se, 95.0)
    first = derive(HrInput(ci_low=limits.ci_low, ci_high=limits.ci_high, level=str(one)))
    second = derive(HrInput(ci_low=limits.ci_low, ci_high=limits.ci_high, level=str(other)))
    assert se(first) * level_z(one) == pytest.approx(se(second) * level_z(other))


texts = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.sampled_from(
        ["0.7", "0.70", "1", "0.5", "0.95", "1.2", "95", "80", "<0.001", "0.02", "100", "1e-300"]
    ),
)


@given(
    st.fixed_dictionaries(
        dict.fromkeys(("hr", "ci_low", "ci_high", "level", "p", "p_sided", "events"), texts)
    )
)
def test_law_any_text_gives_a_result_without_nan_or_an_input_error(values: dict[str, str | None]) -> None:
    said: object
    try:
        said = derive(HrInput(**values)).to_dict()  # type: ignore[arg-type]
    except InputError as error:
        said = error.to_dict()
        named = bool(error.field and error.expected)
    else:
        named = True
    assert named
    json.dumps(said, allow_nan=False)
