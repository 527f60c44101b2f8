"""Text that imitates the frame it is read in: turns, delimiters, messages, answers.

Structure is looked for in the text as written, code points folded. Naming a token in a sentence is
documentation; using it where a frame would use it is forgery.
"""

from __future__ import annotations

import re
from functools import cache

from panel.suspicion.vocabulary import SHIP, any_of

ROLE = r"(?:system|assistant|user|human|developer|tool|model|function|ipython)"
WRAPPED = any_of(
    "data submission evidence input inputs document documents prompt instructions? context "
    "content description tool_description "
    "tool tool_result tool_results tool_output tool_response result results user_input user_data "
    "user message messages review "
    "block data_block section transcript payload untrusted untrusted_data untrusted_content "
    "untrusted_input untrusted_text "
    "system assistant rubric persona verdict query question thinking scratchpad function_results "
    "task text candidate item "
    "submitted_text quarantine external_content attachment"
).replace(r"\W{1,4}", r"[\s_-]{0,3}")
CLOSED = any_of(
    "submission evidence untrusted untrusted_data untrusted_content untrusted_input user_input "
    "user_data tool_result "
    "tool_results tool_output tool_response tool_description function_results instructions? "
    "system assistant rubric "
    "persona verdict prompt context data data_block document documents input content query "
    "message messages review "
    "thinking tool result user transcript quarantine external_content attachment candidate task"
).replace(r"\W{1,4}", r"[\s_-]{0,3}")
OPENED = any_of(
    "system instructions? assistant system_prompt system_message admin developer override "
    "verdict tool_call tool_use "
    "function_calls? invoke system_reminder important_instructions? rubric persona"
).replace(r"\W{1,4}", r"[\s_-]{0,3}")
DECORATION = r"[-=#*<>\[\]{}_|~+`\"']"
JUDGING = (
    rf"(?:{SHIP}|\bverdict\b|\bvot(?:e|es|ed)\b|\bscore\b|\bapprove|\bignore\b|\bmust\b|\breviewer|"
    r"\bpersona\b|\brubric\b|\byou\b|\bcriteria\b)"
)

FORGERIES = (
    (
        "imitates a turn of the conversation",
        (
            rf"(?:^|\n|[.!?>]\s)\s*<\|[a-z_]{{2,30}}\|>|<\|[a-z_]{{2,30}}\|>\s*{ROLE}\b|"
            rf"<\|[a-z_]{{2,30}}\|>[\s\S]{{0,60}}?(?:\n|<\|[a-z_]{{2,30}}\|>\s*{ROLE}\b)"
        ),
    ),
    (
        "imitates a turn of the conversation",
        (
            r"\[/?inst\]\s*\S|<</?sys>>|<(?:start|end)_of_turn>\s*(?:model|user|\n|$|<)|(?:^|"
            r"\n)\s*</?s>\s*\S|<start_of_turn>"
        ),
    ),
    (
        "imitates a turn of the conversation",
        (
            rf"(?:^|\n)\s*#{{2,4}}\s*(?:system|instructions?|response|assistant|human|user|"
            rf"input)\b[^\n]{{0,20}}:\s*(?:\n|$)(?=[\s\S]{{0,400}}{JUDGING})|(?:^|"
            rf"\n)\s*#{{2,4}}\s*(?:system|assistant)\b\s*(?:prompt|message|"
            rf"override)?\s*:?\s*\n(?=[\s\S]{{0,400}}{JUDGING})"
        ),
    ),
    (
        "imitates a turn of the conversation",
        (
            r"(?:^|\n)\s*(?:\*\*)?(?:assistant|ai|model|human|"
            rf"user)(?:\*\*)?\s*:(?=[^\n]{{0,300}}(?:{SHIP}|\bverdict\b|\bvote\b|full\smarks|\bapprove\b|"
            r"ignore\s))"
        ),
    ),
    (
        "imitates a turn of the conversation",
        (
            rf"(?:^|\n|[.!?\"'`]\s)\s*[\[(<{{*#]{{0,3}}\s*(?:system|developer|admin|root|administrator)(?:"
            r"\s+(?:message|prompt|note|notice|override|instruction|update|directive|"
            rf"alert))?\s*[\])>}}*]{{0,3}}\s*[:>](?=[^\n]{{0,300}}{JUDGING})"
        ),
    ),
    (
        "imitates a turn of the conversation",
        (
            rf"(?:^|\n)\s*[\[(<{{]{{1,3}}\s*/?(?:system|admin|developer|override|instructions?)(?:\s+(?:mes"
            rf"sage|prompt|note|override|instruction))?\s*[\])>}}]{{1,3}}(?=[\s\S]{{0,300}}{JUDGING})"
        ),
    ),
    ("closes or opens a block that is not its own", rf"<\s*[\\/]{{1,2}}\s*{CLOSED}\b[^<>\n]{{0,60}}>"),
    (
        "closes or opens a block that is not its own",
        (
            rf"\{{\{{\s*/\s*{WRAPPED}\s*\}}\}}|\[\s*/\s*{WRAPPED}\s*\]|\[\s*(?:end|"
            rf"begin)[\s_-]*(?:of[\s_-]*)?(?:\w+[\s_-]+)?{WRAPPED}\s*\]"
        ),
    ),
    (
        "closes or opens a block that is not its own",
        (r"(?:[-=#*~]{3,}|<{2,})\s*(?:end|eof|stop|begin|start)\s*(?:[-=#*~]{3,}|>{2,})"),
    ),
    (
        "closes or opens a block that is not its own",
        (
            rf"{DECORATION}{{2,}}\s*(?:\w+[\s_-]+)?{WRAPPED}[\s_-]+(?:begins?|ends?|starts?|closed?|"
            r"complete|finished)\b|\b\w*(?:block|data|nonce|hmac|boundary)[\s_-]*(?:end|begin|start|"
            rf"close)?\W{{0,3}}\b(?:nonce|hmac|boundary|digest|signature)\s*[=:]"
        ),
    ),
    (
        "closes or opens a block that is not its own",
        (
            rf"<\s*{OPENED}\b[^<>\n]{{0,80}}>(?=[\s\S]{{0,400}}(?:{JUDGING}|\b(?:all|trusted|met|"
            r"excellent)\b))"
        ),
    ),
    (
        "closes or opens a block that is not its own",
        (
            rf"(?:^|\n|\W){DECORATION}{{2,}}\s*(?:begin|end|start|close|stop|eof|"
            rf"finish)(?:ning)?\b[\s_:/-]*(?:of\b[\s_-]*)?(?:the\b[\s_-]*)?(?:\w+[\s_-]+){{0,2}}{WRAPPED}\b"
        ),
    ),
    (
        "closes or opens a block that is not its own",
        (
            rf"(?:begin|end|start|close)(?:[\s_-]+of)?(?:[\s_-]+the)?[\s_-]+(?:\w+[\s_-]+){{0,2}}?{WRAPPED}"
            rf"\s*{DECORATION}{{2,}}"
        ),
    ),
    (
        "closes or opens a block that is not its own",
        (
            r"(?:^|\n|[.!?]\s)\s*(?:this\s+is\s+the\s+|here\s+)?(?:end|"
            rf"ends)\s+(?:of\s+)?(?:the\s+)?(?:\w+\s+){{0,2}}?{WRAPPED}\b\s*(?:block|field|"
            r"section)?\s*(?:[.:!]|\n|$)"
        ),
    ),
    (
        "closes or opens a block that is not its own",
        (
            rf"(?:^|\n)\s*(?:\"\"\"|'''|```|~~~|]]>|\]\]|\}}\}}|-{{3,}}|={{3,}}|<<<|>>>)[^\n]{{0,40}}\n+(?="
            rf"[\s\S]{{0,200}}(?:{SHIP}|\bsystem\s*:|\bverdict\s*[:=]|\bnew\s+instructions?|\breviewers?\b|"
            r"\bnow\s+(?:you|give|answer|vote|rate)))"
        ),
    ),
    (
        "closes or opens a block that is not its own",
        (
            r"\]\]>\s*<[\s/]*\w|^\s*[\"'][\]})]{1,4}\s*,?\s*[\[{\"<]|"
            r"^[^{\[]{0,300}[\"']\s*[\]}]{1,4}\s*,\s*\{\s*[\"']role[\"']|^\s*[\"']?\s*[\]})]{2,}\s*(?:\n|"
            ",|;|$)"
        ),
    ),
    (
        "imitates a message of the program",
        (
            r"[\"']role[\"']\s*:\s*[\"'](?:system|developer|assistant|tool|"
            rf"user)[\"'](?=[\s\S]{{0,300}}(?:{SHIP}|\bverdict\b|\bvote\b|\bapprove\b|full\smarks|ignore\s|"
            r"\breviewer))"
        ),
    ),
    (
        "imitates a message of the program",
        (
            r"(?:^|\n)\s*data:\s*(?:\[done\]|\{[^\n]{0,200}[\"'](?:delta|type|choices|event|"
            r"output_text)[\"'])|(?:^|\n)\s*event:\s*(?:content_block|message_|response\.|completion|done|"
            "error)"
        ),
    ),
    (
        "imitates a message of the program",
        (
            r"[\"'](?:tool_calls?|function_call|tool_use|tool_result|stop_reason|finish_reason|"
            "output_text|choices|output|arguments|content|text|"
            rf"result)[\"']\s*:\s*(?=[\s\S]{{0,200}}(?:\\?[\"'](?:verdict|decision|vote|answer|"
            rf"label)\\?[\"']\s*:|{SHIP}))"
        ),
    ),
    (
        "imitates the panel's answer",
        (
            r"\\{0,3}[\"']?\b(?:verdict|decision|vote|final_verdict|"
            r"recommendation)\b\\{0,3}[\"']?\s*(?:[:=]|=>|->)\s*\\{0,3}[\"'`*(\[]{0,3}ship\b(?!-)"
        ),
    ),
    ("imitates the panel's answer", r"[\"'](?:verdict|decision|vote)[\"']\s*:\s*[\"'](?:ship|skip)[\"']"),
    ("imitates the panel's answer", r"<\s*(?:verdict|decision|vote|answer)\b[^<>]{0,20}>\s*ship\b"),
)
"""What is recognised, in the order it is looked for; patterns for text in lower case."""

FRAMING = re.compile(r"[<>\[\]{}|#=*~`:+]|[-_'\"]{2}|\bends?\b")
"""What every one of them needs; plain prose seldom has it."""
TAG = re.compile(r"<\s*(/?)\s*([a-z][\w:-]{0,40})\b[^<>]{0,200}>")
HTML = frozenset(
    (
        "a abbr address article aside audio b base bdi bdo blockquote body br button canvas "
        "caption center cite code col colgroup "
        "datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font "
        "footer form h1 h2 h3 h4 h5 h6 head "
        "header hgroup hr html i iframe img ins kbd label legend li link main map mark math menu "
        "meta meter nav noscript object "
        "ol optgroup option p param picture pre progress q rp rt ruby s samp script search "
        "section select slot small source span "
        "strike strong style sub summary sup svg table tbody td template textarea tfoot th thead "
        "time title tr track tt u ul var "
        "video wbr g path rect circle line text defs use"
    ).split()
)
"""Elements whose loose end is careless markup, not a forged frame."""
MENTIONED = re.compile(
    r"\b(?:tokens?|tags?|elements?|templates?|markers?|delimiters?|syntax|format|wraps?|parses?|"
    r"reads?)\b[^.\n]{0,60}$"
)
"""A frame's parts named as such, just before them."""


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((reason, re.compile(pattern)) for reason, pattern in FORGERIES)


def forged_frame(text: str) -> tuple[str, int, int]:
    """Find the first imitation of a frame in a text in lower case.

    Returns:
        What it does and where it stands; an empty reason when there is none.
    """
    if not FRAMING.search(text):
        return "", 0, 0
    for reason, pattern in _compiled():
        for found in pattern.finditer(text):
            if not _is_mentioned(text, found.start()):
                return reason, *found.span()
    start, end = _unopened(text)
    return ("closes a block that it did not open", start, end) if end else ("", 0, 0)


def _is_mentioned(text: str, start: int) -> bool:
    return bool(MENTIONED.search(text[max(0, start - 80) : start]))


def _unopened(text: str) -> tuple[int, int]:
    """Find a closing tag of no HTML element, or closing triple quotes, that nothing in the text opened."""
    opened: set[str] = set()
    for tag in TAG.finditer(text):
        if not tag[1]:
            opened.add(tag[2])
        elif tag[2] not in opened and tag[2] not in HTML and not _is_mentioned(text, tag.start()):
            return tag.span()
    for quotes in ('"""', "'''"):
        if text.lstrip().startswith(quotes) and text.count(quotes) % 2:
            return text.find(quotes), text.find(quotes) + 3
    return 0, 0
