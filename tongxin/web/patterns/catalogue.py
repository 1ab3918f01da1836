"""样式簿的目录。 The catalogue of the pattern book: every component, how a template writes it, and where its states are."""

from typing import Final

from tongxin.web.patterns import asking, desk, matter, numbers
from tongxin.web.patterns.terms import Pattern


def _include(name: str, passed: str) -> str:
    given = " ".join(f"{word}={word}" for word in passed.split())
    return f'{{% include "components/{name}.html" with {given} %}}'


PATTERNS: Final = (
    Pattern(slug="breadcrumbs", name=("所在位置", "Breadcrumbs"), why=("从上到下，不含本页。", "From the top down, without the page itself."), source=_include("breadcrumbs", "crumbs"), states=desk.breadcrumbs),
    Pattern(slug="notice-banner", name=("告知", "Notice"), why=("一页最多一条。", "One on a page at most."), source=_include("notice_banner", "notice"), states=desk.notice_banner),
    Pattern(slug="actions", name=("按钮", "Buttons"), why=("最多三个，动词，要慎重的放最后。", "Three at most, verbs, the dangerous one last and plain."), source=_include("actions", "actions"), states=desk.actions, scripts=("js/keys.js",)),
    Pattern(slug="error-summary", name=("错处一览", "Error summary"), why=("在页首，点了就到要改的地方。", "At the top; each line leads to the place to mend."), source="{% error_summary form %}", states=asking.error_summary),
    Pattern(slug="field", name=("一问", "Field"), why=("题在上，说明在中，错处紧挨着。", "Label above, hint, error beside."), source=_include("field", "field"), states=asking.field, scripts=("js/photo.js",)),
    Pattern(slug="check-answers", name=("再看一遍", "Check your answers"), why=("提交前看，也当项目单用。", "Before sending; also a plain list of items."), source=_include("check_answers", "answers"), states=asking.check_answers),
    Pattern(slug="task-list", name=("要做的事", "Task list"), why=("每件带一个状态词。", "Each with a word for its state."), source=_include("task_list", "tasks"), states=asking.task_list),
    Pattern(slug="progress-words", name=("第几步", "Step"), why=("一页一问时用。", "For one question a page."), source=_include("progress_words", "step steps"), states=asking.progress_words),
    Pattern(slug="status-tag", name=("状态", "Status"), why=("一个词、一个形状；颜色不独自说话。", "A word and a shape; never colour alone."), source='<ul class="plain-list">{% for code in codes %}<li>{% status_tag code %} {{ code|status_sentence }}</li>{% endfor %}</ul>', states=matter.status_tag),
    Pattern(slug="clock-line", name=("现在由谁办", "Who has it now"), why=("由谁、到什么时候，按工作时间数。", "Who, until when, counted in working time."), source=_include("clock_line", "clock"), states=matter.clock_line),
    Pattern(slug="timeline", name=("经过", "Timeline"), why=("最近的在最上。", "Newest first."), source=_include("timeline", "steps"), states=matter.timeline),
    Pattern(slug="basis-box", name=("依据", "Basis"), why=("凭哪一条，条文一点就开。", "Which clause; its text one click away."), source=_include("basis_box", "basis"), states=matter.basis_box),
    Pattern(slug="trace-box", name=("谁看过", "Who has looked"), why=("有个人信息的页都有。", "On every page that shows personal data."), source=_include("trace_box", "looks more_url"), states=matter.trace_box),
    Pattern(slug="personal-fold", name=("折着的个人信息", "Folded personal data"), why=("打开前先说清楚会记下。", "Says before opening that it is recorded."), source=_include("personal_fold", "fold"), states=matter.personal_fold),
    Pattern(slug="refusal", name=("没办成", "Refusal"), why=("缺哪一条、谁能办、可以怎么办。", "What is missing, who could act, what to do instead."), source=_include("refusal", "refusal"), states=matter.refusal),
    Pattern(slug="receipt", name=("收到了", "Receipt"), why=("编号、接下来、到什么时候。", "The number, what happens, by when."), source=_include("receipt", "receipt"), states=asking.receipt),
    Pattern(slug="confirm-dangerous", name=("慎重的事", "Confirming what is hard to undo"), why=("先说按下之后会怎样。", "First say what will happen."), source=_include("confirm_dangerous", "danger field"), states=asking.confirm_dangerous),
    Pattern(slug="table-twin", name=("表与图", "Table and chart"), why=("图下必有表。", "Under every chart its table."), source=_include("table_twin", "table"), states=numbers.table_twin),
    Pattern(slug="number", name=("一个数", "A number"), why=("点开有定义、有件、有日期。", "Opens its definition, its cases, its date."), source=_include("number_with_definition", "number"), states=numbers.number_with_definition),
    Pattern(slug="filters", name=("筛选", "Filters"), why=("都写在地址里，可以存、可以发给别人。", "All in the address: can be kept and sent."), source=_include("filters", "filters"), states=desk.filters),
    Pattern(slug="pager", name=("翻页", "Pager"), why=("只有前后，没有页码。", "Before and after, no page numbers."), source=_include("pager", "pager"), states=desk.pager),
    Pattern(slug="desk-list", name=("工作台的单子", "Desk list"), why=("最急的在上，一键打开。", "Soonest due first, one key to open."), source=_include("desk_list", "rows"), states=desk.desk_list, scripts=("js/keys.js",)),
    Pattern(slug="small-map", name=("小地图", "Small map"), why=("只画自己的网格；下面的字就是它的表。", "Own grids only; the words under it are its twin."), source=_include("small_map", "map") + '{% if form %}{% include "components/field.html" with field=form.place %}{% endif %}', states=desk.small_map),
    Pattern(slug="empty-state", name=("空的时候", "Nothing here"), why=("说一句有用的话。", "Say something of use."), source=_include("empty_state", "empty"), states=desk.empty_state),
)  # fmt: skip
"""全部部件，按目录的次序。 All components in the order of the index."""
