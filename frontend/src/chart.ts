// One chart style for all pages: SVG, no animation, hairline grid, labels of 12 px, colours from
// the tokens. Hatch = estimated or not final. A limit is a thin dashed line with its value on it.
//
//   <div class="wd-chart" data-chart="bars" data-source="use-data" role="img" aria-label="…"></div>
//   <script type="application/json" id="use-data">{…ChartData…}</script>
//
// The same figures stand in a table or a sentence on the page for those who cannot see the chart.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use, type ECharts } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, TooltipComponent, MarkLineComponent, AriaComponent, SVGRenderer]);

interface Series {
  name: string;
  values: (number | null)[];
  /** Token without prefix: ch-1 (this year), ch-2 (last year), tou-peak, ok … */
  color?: string;
  /** Indexes drawn hatched: estimated, not final. */
  hatched?: number[];
  /** Indexes that carry their value as a label: at most two. */
  labelled?: number[];
}

interface ChartData {
  labels: string[];
  series: Series[];
  unit?: string;
  decimals?: number;
  limit?: { value: number; text: string };
  /** Strip of tariff periods below a load line: from, to (indexes), band. */
  bands?: { from: number; to: number; band: "sharp" | "peak" | "flat" | "valley" | "deep" }[];
}

const EVERY_LABEL = 13; // up to a year and its month: no label is left out

type Kind = "bars" | "stack" | "line";
type Option = Record<string, unknown>;

const token = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--wd-${name}`).trim();
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const font = () => getComputedStyle(document.body).fontFamily;
const small = () => Math.round(rem() * 0.75);

function shown(value: number, data: ChartData): string {
  const digits = { minimumFractionDigits: data.decimals ?? 0, maximumFractionDigits: data.decimals ?? 2 };
  return value.toLocaleString("en-US", digits).replace("-", "\u2212");
}

const hatch = (color: string) => ({
  symbol: "rect",
  dashArrayX: [1, 0],
  dashArrayY: [2, 3],
  rotation: -Math.PI / 4,
  color,
});

function axis(part: Option): Option {
  const words = { color: token("ch-label"), fontSize: small(), fontFamily: font() };
  return {
    axisLine: { lineStyle: { color: token("ch-axis") } },
    axisTick: { show: false },
    nameTextStyle: words,
    splitLine: { lineStyle: { color: token("ch-grid") } },
    ...part,
    axisLabel: { ...words, hideOverlap: true, ...(part["axisLabel"] as Option | undefined) },
  };
}

function markLine(data: ChartData): Option {
  if (!data.limit) return {};
  const color = token("ch-limit");
  return {
    markLine: {
      symbol: "none",
      silent: true,
      lineStyle: { color, type: "dashed", width: 1 },
      label: { formatter: data.limit.text, position: "insideStartTop", color, fontSize: small(), fontFamily: font() },
      data: [{ yAxis: data.limit.value }],
    },
  };
}

function bar(series: Series, index: number, data: ChartData, stacked: boolean): Option {
  const color = token(series.color ?? (index === 0 ? "ch-1" : "ch-2"));
  const hatched = new Set(series.hatched);
  const labelled = new Set(series.labelled);
  return {
    type: "bar",
    name: series.name,
    ...(stacked ? { stack: "all" } : {}),
    barMaxWidth: rem(),
    barGap: "15%",
    itemStyle: { color, borderRadius: stacked ? 0 : [1, 1, 0, 0] },
    data: series.values.map((value, at) => ({
      value,
      ...(hatched.has(at)
        ? { itemStyle: { color: token("surface"), decal: hatch(color), borderColor: color, borderWidth: 1 } }
        : {}),
      label: {
        show: labelled.has(at),
        position: "top",
        color: token("ink-2"),
        fontSize: small(),
        fontFamily: font(),
        formatter: () => (value === null ? "" : shown(value, data)),
      },
    })),
    ...(index === 0 ? markLine(data) : {}),
  };
}

function line(series: Series, index: number, data: ChartData): Option {
  const color = token(series.color ?? (index === 0 ? "ink-2" : "ch-2"));
  return {
    type: "line",
    name: series.name,
    data: series.values,
    showSymbol: false,
    lineStyle: { color, width: 1.25 },
    itemStyle: { color },
    ...(index === 0 ? { areaStyle: { color: token("sunken"), opacity: 1 } } : {}),
    ...(index === 0 ? markLine(data) : {}),
  };
}

function strip(data: ChartData): HTMLElement | undefined {
  if (!data.bands?.length) return undefined;
  const element = document.createElement("div");
  element.className = "wd-bar wd-chart-strip";
  for (const band of data.bands) {
    const part = document.createElement("i");
    part.className = `b-${band.band}`;
    part.style.width = `${((band.to - band.from) / data.labels.length) * 100}%`;
    element.append(part);
  }
  return element;
}

/** A label above the last bar is wider than the bar. */
function endsLabelled(data: ChartData): boolean {
  return data.series.some((series) => series.labelled?.includes(data.labels.length - 1));
}

function option(kind: Kind, data: ChartData): Option {
  const series = data.series.map((one, index) =>
    kind === "line" ? line(one, index, data) : bar(one, index, data, kind === "stack"),
  );
  return {
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: font(), fontSize: small(), color: token("ch-label") },
    grid: { left: 4, right: endsLabelled(data) ? 20 : 8, top: 18, bottom: 4, containLabel: true },
    xAxis: axis({
      type: "category",
      data: data.labels,
      boundaryGap: kind !== "line",
      axisLabel: { interval: data.labels.length <= EVERY_LABEL ? 0 : "auto" },
    }),
    yAxis: axis({
      type: "value",
      axisLine: { show: false },
      splitNumber: 4,
      axisLabel: {
        showMaxLabel: !data.limit, // it would stand too close to the label below
        formatter: (value: number) => value.toLocaleString("en-US").replace("-", "\u2212"),
      },
      // The limit belongs into the picture also when nothing comes near it.
      max: (extent: { max: number }) =>
        data.limit && data.limit.value > extent.max ? data.limit.value * 1.02 : null,
    }),
    tooltip: {
      trigger: "axis",
      axisPointer: { type: kind === "line" ? "line" : "none" },
      backgroundColor: token("surface"),
      borderColor: token("line-strong"),
      textStyle: { color: token("ink"), fontSize: small(), fontFamily: font() },
      valueFormatter: (value: unknown) =>
        typeof value === "number" ? `${shown(value, data)} ${data.unit ?? ""}` : "—",
    },
    series,
  };
}

const drawn = new Map<HTMLElement, { chart: ECharts; kind: Kind; data: ChartData }>();

/** Draw the chart of one place; a second call does nothing. */
export function draw(place: HTMLElement): void {
  if (drawn.has(place)) return;
  const source = document.getElementById(place.dataset["source"] ?? "");
  if (!source?.textContent) return;
  const data = JSON.parse(source.textContent) as ChartData;
  const kind = (place.dataset["chart"] ?? "bars") as Kind;
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption(option(kind, data));
  const bands = strip(data);
  if (bands) place.after(bands);
  drawn.set(place, { chart, kind, data });
  new ResizeObserver(() => chart.resize()).observe(place);
}

document.addEventListener("wd:look", () => {
  for (const { chart, kind, data } of drawn.values()) chart.setOption(option(kind, data), true);
});
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  const entry = drawn.get(event.target as HTMLElement);
  if (!entry) return;
  entry.chart.dispose();
  drawn.delete(event.target as HTMLElement);
});
