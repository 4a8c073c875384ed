"""Names of findings, registers and qualities as the kernel and the record both use them."""

from enum import StrEnum


class FindingCode(StrEnum):
    """异常代码: what is doubtful about a usage point's period."""

    MISSING = "MISSING"  # 缺抄: no reading at the start or the end
    NO_METER = "NO_METER"  # 期间无表
    NEGATIVE = "NEGATIVE"  # 倒走
    ROLLOVER = "ROLLOVER"  # 翻转
    EXCHANGED = "EXCHANGED"  # 期间换表
    ZERO = "ZERO"  # 零电量
    SAME_AS_LAST = "SAME_AS_LAST"  # 示数与上次相同
    SUDDEN_CHANGE = "SUDDEN_CHANGE"  # 电量突变
    ABOVE_CAPACITY = "ABOVE_CAPACITY"  # 超容量
    ABSURD = "ABSURD"  # 电量超常
    GAP = "GAP"  # 日电量缺失, 已补
    GAPS_TOO_MANY = "GAPS_TOO_MANY"  # 日电量缺失过多
    ESTIMATED_TWICE = "ESTIMATED_TWICE"  # 连续估抄
    BAND_SUM = "BAND_SUM"  # 分时之和与总不符
    BANDS_INCOMPLETE = "BANDS_INCOMPLETE"  # 部分表无分时示数
    NO_HISTORY = "NO_HISTORY"  # 无历史可比
    BEFORE_INSTALLATION = "BEFORE_INSTALLATION"  # 示数不在装表期内
    OFF_DAY = "OFF_DAY"  # 非例日示数


class Kind(StrEnum):
    """示数类型: what a register counts."""

    ACTIVE_TOTAL = "ACTIVE_TOTAL"
    ACTIVE_SHARP = "ACTIVE_SHARP"
    ACTIVE_PEAK = "ACTIVE_PEAK"
    ACTIVE_FLAT = "ACTIVE_FLAT"
    ACTIVE_VALLEY = "ACTIVE_VALLEY"
    ACTIVE_DEEP = "ACTIVE_DEEP"
    ACTIVE_REVERSE = "ACTIVE_REVERSE"
    REACTIVE_FORWARD = "REACTIVE_FORWARD"
    REACTIVE_REVERSE = "REACTIVE_REVERSE"
    DEMAND = "DEMAND"


BANDS = {
    Kind.ACTIVE_SHARP: "energy_sharp_e4",
    Kind.ACTIVE_PEAK: "energy_peak_e4",
    Kind.ACTIVE_FLAT: "energy_flat_e4",
    Kind.ACTIVE_VALLEY: "energy_valley_e4",
    Kind.ACTIVE_DEEP: "energy_deep_e4",
}


class Method(StrEnum):
    """估算方法."""

    LAST_YEAR_TREND = "LAST_YEAR_TREND"  # 去年同期 × 本段趋势
    PREVIOUS_DAILY_MEAN = "PREVIOUS_DAILY_MEAN"  # 上期日均 × 天数
    KNOWN_DAYS_MEAN = "KNOWN_DAYS_MEAN"  # 已知日均值补缺
