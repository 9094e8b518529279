"""A chart of numbers by day. ECharts ships with NiceGUI and is loaded only by pages that have one."""

from collections.abc import Mapping, Sequence

from nicegui import ui

COLOURS = ("#1b9a8d", "#5289f0", "#9a76e8")
"""Between the light and the dark tone of the stylesheet's --cw-c1 to -c3, and readable on both: a canvas knows no
variables, and must not be drawn anew when light and dark change places."""

_FONT = "Inter, Noto Sans Thai, sans-serif"
_LABELS = {"color": "#7b8a86", "fontSize": 11, "fontFamily": _FONT}


def day_chart(labels: Sequence[str], lines: Mapping[str, Sequence[int]]) -> ui.echart:
    """One line for each entry of `lines`."""
    chart = ui.echart(
        {
            "animation": False,
            "grid": {"left": 8, "right": 12, "top": 12, "bottom": 4, "containLabel": True},
            "tooltip": {
                "trigger": "axis",
                "backgroundColor": "#16211f",
                "borderWidth": 0,
                "padding": [8, 12],
                "textStyle": {"color": "#ffffff", "fontSize": 12, "fontFamily": _FONT},
                "axisPointer": {"lineStyle": {"color": "#8b9894", "type": "dashed"}},
            },
            "xAxis": {
                "type": "category",
                "boundaryGap": False,
                "data": list(labels),
                "axisTick": {"show": False},
                "axisLine": {"lineStyle": {"color": "rgba(128,145,140,.35)"}},
                "axisLabel": {**_LABELS, "hideOverlap": True},
            },
            "yAxis": {
                "type": "value",
                "minInterval": 1,
                "splitLine": {"lineStyle": {"color": "rgba(128,145,140,.22)"}},
                "axisLabel": _LABELS,
            },
            "series": [
                {
                    "name": name,
                    "type": "line",
                    "data": list(values),
                    "symbol": "circle",
                    "symbolSize": 7,
                    "showSymbol": False,
                    "lineStyle": {"width": 2, "color": colour},
                    "itemStyle": {"color": colour},
                    "areaStyle": {"color": colour, "opacity": 0.18},
                }
                for (name, values), colour in zip(lines.items(), COLOURS, strict=False)
            ],
        }
    )
    return chart.classes("cw-chart")
