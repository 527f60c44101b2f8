"""Sentences that name the verdict: a result demanded, supplied, ruled out, or bent in favour."""

from __future__ import annotations

from panel.suspicion.vocabulary import (
    DEMAND,
    IMPERATIVE,
    MARKS,
    MODAL,
    SHIP,
    SHIP_NOUN,
    THIS,
    TOOL,
    VESSELS,
    Act,
    gap,
)

TRIGGER = (
    r"ship|\bskip|scor|\brat(?:e|ing)|\bmark|grade|stars?\b|point|100|perfect|approv|accept|"
    r"endors|\bpass|recommend|confirm|treat|consider|regard|count|describe|assume|take|present|"
    "weakness|drawback|flaw|limitation|concern|negative|risk|criticis|shortcoming|downside|"
    r"missing|claims?\b|against|price|conclude|judge|review|assess|evaluate|vote|answer|\b0\b|"
    "decision|verdict"
)
"""A word that every one of these sentences needs; without one, none is looked for."""

ACTS = (
    Act(
        "names the verdict to give",
        r"\b(?:vote|voting|votes|voted)\W{1,3}ship\b(?!-|\W{1,3}(?:dates?|names?|owners?)\b)",
        quotable=False,
    ),
    Act(
        "names the verdict to give",
        rf"{DEMAND}",
        quotable=False,
    ),
    Act(
        "names the verdict to give",
        rf"{SHIP_NOUN}(?!\W{{1,3}}(?:page|history|log)s?)",
        quotable=False,
    ),
    Act(
        "names the verdict to give",
        rf"\b(?:{THIS}|it|anything|everything|this\s+one|{TOOL}s?)\b{gap(7)}(?:should|must|"
        rf"deserves?(?:\s+to|\s+a)?|shall|always|will)\W{{1,4}}(?:be\W{{1,4}}|always\W{{1,4}}|"
        rf"definitely\W{{1,4}}|clearly\W{{1,4}}){{0,2}}ship\b(?!\W{{1,3}}(?:to|with|in|by|on|a|the|"
        "code|faster|more|from|as|for|next|before|every))",
        quotable=False,
    ),
    Act(
        "names the verdict to give",
        rf"\b(?:\d{{1,3}}\s?%|unanimous(?:ly)?|consensus|\d\s*(?:of|"
        rf"/)\s*\d)\W{{1,4}}(?:\w+\W{{1,4}})?{SHIP}",
        quotable=False,
    ),
    Act(
        "names the verdict to give",
        r"\b(?:set|change|switch|flip|update)\W{1,4}(?:\w+\W{1,4}){0,4}?(?:decision|verdict|vote|"
        r"label|answer|outcome)s?\W{1,4}to\W{1,4}(?:ship|approve|pass)\b",
        quotable=False,
    ),
    Act(
        "names the verdict to give",
        rf"^(?!.*{VESSELS.pattern}).*?(?:\b(?:a|one|said|say|says|record|enter|be|as|reads?|output|"
        rf"answer|verdict|vote|votes|with\W{{1,3}}a|wants?\W{{1,3}}a)\s{{1,3}}|[:=]\s{{0,3}}|"
        rf"[\"'`>\]]\s?)ship\b(?=\s*(?:$|[.;:!?<\[\"')]|here\b|and\W{{1,3}}(?:agree|nothing|move|stop|"
        r"end|finish)|for\s(?:this|it)\b|because|then|instead|regardless|anyway|please|now\b))",
        quotable=False,
    ),
    Act(
        "names the verdict to give",
        r"\b(?:this|the)\W{1,3}(?:tool|submission|entry|product)\W{1,3}(?:has\s+to|must|should|"
        r"needs\s+to|ought\s+to|shall)\W{1,3}be\W{1,3}(?:shipped|approved|accepted|recommended|"
        r"passed)\W*$",
    ),
    Act(
        "rules a verdict out",
        rf"\b(?:not|never|don't|cannot|nobody|no\s+reviewer)\b{gap(4)}(?:vote|answer|say|choose|pick|"
        "return|mark|give|select|conclude|output|respond|be|"
        rf"rate)\b{gap(3)}?\W{{0,3}}\bskip(?:ped)?\b(?!\W{{1,3}}(?:the|this|a|over|link|button|ahead|"
        rf"steps?|tests?|to)\b)|\b(?:skip|skips)\W{{1,4}}(?:votes?\W{{1,4}}|verdicts?\W{{1,4}})?(?:is|"
        rf"are|was|would|will|counts?|must|cannot|stands)\W{{1,4}}(?:\w+\W{{1,4}}){{0,3}}?(?:not|"
        "invalid|rejected|discarded|wrong|error|errors|mistake|treated|counted|impossible|contradict|"
        rf"considered|interpreted|for\W{{1,3}}ship|ship)\b|\bskip\b{gap(3)}(?:contradict|"
        rf"not\W{{1,3}}an?\W{{1,3}}(?:valid|option|answer))",
        quotable=False,
    ),
    Act(
        "asks for full marks",
        rf"{IMPERATIVE}(?:give|assign|award|grant|rate|score|return|output|set|use|select|put|enter|"
        rf"report|mark|grade|allocate|receive)\b(?!-)(?:\W{{1,6}}(?!from\b|between\b|"
        rf"the\W{{1,3}}best\b)[\w']{{1,30}}){{0,7}}?\W{{1,6}}{MARKS}(?!\W{{1,3}}(?:in|of\W{{1,3}}the|"
        rf"from|on\W{{1,3}}lighthouse)\b)",
    ),
    Act(
        "asks for full marks",
        rf"{IMPERATIVE}(?:rate|score|grade|mark)\W{{1,4}}(?:it|this|everything|all|them|(?:every|each|"
        rf"all)\W{{1,3}}criteri(?:on|a)|{THIS})\b(?:\W{{1,4}}(?!from\b|"
        rf"between\b)[\w']{{1,20}}){{0,4}}?\W{{1,4}}(?:4|5|10|100|four|ten|highly|high|favourably|"
        r"favorably|positively|generously|perfect|excellent|maximum|maximal|well|up)\b",
    ),
    Act(
        "asks for full marks",
        r"\b(?:every|each|all)\W{1,3}(?:answers?|criteri(?:on|a)|scores?|box(?:es)?|"
        r"fields?)\W{1,3}(?:is|are|gets?|must\s+be|should\s+be|=)\W{1,3}(?:a\W{1,3})?(?:four|4|100|"
        r"full|maximum|perfect|met)\b|\b0\W{1,3}(?:is|means|denotes)\W{1,3}(?:the\W{1,3})?(?:best|"
        r"highest|top|perfect)\b",
    ),
    Act(
        "asks to be judged kindly",
        r"\b(?:do\s+not|don't|never|must\s+not|should\s+not|refrain\s+from|avoid|refuse\s+to|"
        rf"decline\s+to)\W{{1,3}}(?:mention\w*|deduct\w*|list\w*|penali[sz]\w+|criticis\w+|criticiz\w+|"
        r"report\w*|note|noting|lower\w*|question\w*|doubt\w*|name|naming|raise|raising|hold\w*|"
        rf"verif\w+|check\w*)\b{gap(5)}(?:weakness\w*|drawbacks?|flaws?|limitations?|points?|concerns?|"
        "scores?|negatives?|risks?|price|criticisms?|shortcomings?|downsides?|"
        rf"this\W{{1,3}}(?:tool|vendor|submission|product)|claims?|against)\b",
    ),
    Act(
        "asks to be judged kindly",
        rf"\b(?:you|reviewers?|judges?|panel)\b{gap(3)}{MODAL}{gap(3)}(?:approve|recommend|endorse|"
        rf"praise|accept|favou?r|trust|pass)\b{gap(2)}(?:{THIS}|this)\b|\b(?:please|"
        rf"only\W{{1,3}}needs?\W{{1,3}}to\W{{1,3}}be)\W{{1,3}}(?:approved?|endorsed?|"
        rf"confirm(?:ed)?)\b{gap(2)}(?:{THIS}|this|as)\b",
    ),
    Act(
        "asks to be judged kindly",
        rf"{IMPERATIVE}(?:treat|consider|regard|accept|take|count|present|describe|assume|"
        rf"mark)\W{{1,4}}(?:that\W{{1,3}})?(?:every|all|each|the|any|these|missing|this|its|our|"
        rf"unverified|unsupported)\W{{1,4}}(?:\w+\W{{1,4}}){{0,5}}?(?:as|to\W{{1,3}}be|is|"
        rf"are)\W{{1,4}}(?:\w+\W{{1,4}})?(?:verified|true|excellent|published|proven|independent|fact|"
        r"facts|met|satisfied|passed|confirmed|outstanding|trusted|correct|positive)\b",
    ),
    Act(
        "asks to be judged kindly",
        r"^\W{0,9}(?:just|simply|now|please|only)?\W{0,9}(?:(?:approve|accept|endorse)"
        r"(?:\W{1,3}(?:it|this|please|now|anyway))?|(?:approve|accept|endorse|pass|ship)\W{1,3}"
        r"(?:this|the)\W{1,3}(?:tool|submission|entry|product))\W*$",
    ),
    Act(
        "asks to be judged kindly",
        rf"{IMPERATIVE}(?:conclude|rate|grade|score|review|judge|assess|evaluate|vote|describe|answer|"
        rf"respond)\W{{1,4}}(?:\w+\W{{1,4}}){{0,4}}?(?:positively|favou?rably|generously|kindly|"
        rf"leniently|charitably|in\W{{1,3}}(?:its|our|my)\W{{1,3}}favou?r)\b",
    ),
)
