"""Sentences that are suspicious for what comes together in them.

Taken alone, a verdict, a rubric or an order to the reader is what many honest tools are about. An author
who writes for the panel brings them together: a result for *this* tool, the reader's own answer, the
process that is under way. Each mark is a family of words; a combination names the marks that have to meet.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from panel.suspicion.vocabulary import MARKS as FULL_MARKS
from panel.suspicion.vocabulary import SAY, VESSELS, any_of

_VERBS = any_of(
    "approve conclude confirm praise say write put set count note treat stop link include encode "
    "dump print output tell repeat "
    "summari[sz]e complete state answer switch overlook grade score give rate agree think accept "
    "pass append add end begin start "
    "reply respond list reveal show disclose quote recite translate mark vote award assume "
    "consider declare describe report "
    "ignore disregard forget remember recommend return choose select pick finish imagine pretend "
    "act behave copy paste insert "
    "embed fetch visit call open send follow be do_not don't never always replace override use "
    "prefer favou?r decide judge "
    "review evaluate skip ship forward carry keep wipe cease rule let merge share deliver issue "
    "open close pass_this leave abstain trust read continue proceed make ensure let explain "
    "share provide"
)

MARKS = {
    "order": (
        rf"(?:^\W*|[:;,.!?]\W{{1,4}}|\b(?:please|kindly|now|then|and|just|simply|must|should|to|you|"
        rf"also|instead|therefore|so)\s+){_VERBS}\b(?!-)"
    ),
    "modal": (
        r"\b(?:must|should|shall|has\sto|have\sto|need(?:s)?\sto|ought\sto|is\sto|are\sto|"
        r"required\sto|obliged|mandatory|forbidden|prohibited|not\s(?:allowed|permitted|acceptable)|"
        r"cannot|may\snot)\b"
    ),
    "self": (
        r"\b(?:this|the\spresent|our|my)\s(?:\w+\s){0,2}?(?:tool|submission|entry|product|item|record|"
        "vendor|package|project|service|candidate|app|application|company|batch|one|release|library|"
        r"launch|startup)\b|\b(?:tools?|submissions?|products?|anything|everything)\s(?:by|from|"
        r"of)\s(?:vendor\s|the\svendor\s|this\s|acme)|\b(?:give|grade|approve|rate|score|mark|accept|"
        r"pass|recommend|ship)\s(?:it|this)\b|\b(?:choose|prefer|recommend|pick|favou?r)\s(?:us|"
        r"our)\b|\bthis\s(?:deserves|should|must|merits|earns)\b|\bthe\stool\b"
    ),
    "text": (
        r"\b(?:this|the)\s(?:line|sentence|paragraph|text|message|passage|note|instruction|evidence|"
        r"document|field|page|section|block|excerpt|benchmark|figure)s?\b|\bthese\s(?:instructions|"
        r"lines|sentences|numbers|figures|results)\b|\b(?:above|below|preceding|the\sfollowing|"
        r"so\sfar|at\sthis\spoint|reads?\sthis|reading\sthis)\b"
    ),
    "ship": (
        r"[\"'`*]ship[\"'`*]|\b(?:an?|automatic|default|guaranteed|unanimous|clear|deserves|means?|"
        "denotes?|is|are|as|always|say|then|for|of|wishes|votes?|voted|voting|selected|chose|"
        r"answer(?:ed)?|label|truth|decision|verdict)\W{1,3}(?:an?\s)?(?:automatic\s)?ship(?:ped)?\b\W"
        r"*(?:$|[.,;:!)]|then|because|for\sthis)|\b(?:tool|submission|entry|product|vendor|one|"
        r"it)s?\sships?\W*$|\bship\sthis\s(?:tool|submission|one|entry)\b|\bship_pct\b"
    ),
    "skip": (
        r"[\"'`*]skip[\"'`*]|\b(?:an?|not|no|never|vote|voting|answer|say|instead\sof|than|"
        r"of)\sskip\b(?!\s(?:the|to|link|list|button|logic|connection))|\bskip\s(?:vote|verdict|is|"
        r"denotes|means|counts|stands)\b"
    ),
    "result": (
        rf"{FULL_MARKS}|\b(?:score|rate|rating|mark|grade|gets?|give|award|each|all)\b(?:\s(?!from\b|"
        rf"between\b)\w+){{0,4}}?\W{{1,3}}(?:at\sleast\W|minimum\W|no\sless\sthan\W|of\W|=\W?|above\W|"
        r"over\W)?(?:4|9\d|100)\b|\bapprov(?:e[sd]?|al)\b|\bpass(?:es|ed)?\b|\ba\spass\b|\bwins?\b|"
        r"\bwinner\b|\bexempt\w*\b|\b(?:[2-9]|\d\d)\sof\s[2-9]\b|\bwaived?\b|\blet\s(?:this|"
        r"it)\s(?:\w+\s)?(?:through|pass)\b|\bthrough\sto\sship\b|\bin\sthe\saffirmative\b|\b(?:score|"
        r"value|rating|mark|grade|result)\s(?:is|=|:|must\sbe|will\sbe|should\sbe)\s(?:an?\s)?(?:100|"
        r"full|max\w*|perfect)\b"
    ),
    "praise": (
        r"\b(?:excellent|perfect(?:ly)?|outstanding|flawless|best\sin\sclass|positively|praise|"
        "generous(?:ly)?|favou?rabl[ey]|lenient(?:ly)?|enthusiastic(?:ally)?|highly|glowing|"
        r"charitabl[ey]|benefit\sof\sthe\sdoubt|good\snews|superior|in\sfavou?r\sof|"
        r"positive\s(?:ruling|verdict|review|outcome|decision|recommendation|assessment)|"
        r"no\s(?:weakness(?:es)?|drawbacks?|flaws?|downsides?))\b"
    ),
    "reader": (
        r"\byour(?:self)?\s?(?:\w+\s)?(?:verdict|answer|quote|reasoning|score|scores|vote|review|"
        "output|instructions|rubric|persona|seat|prompt|guidelines|assessment|response|reply|"
        "evaluation|judgement|judgment|rationale|criteria|recommendation|rules|role|task|conclusion|"
        r"context)\b|\byou\s(?:must|should|will|are\sto|have\sto|have\sbeen|were|may\snow|can\snow|"
        r"shall|understand|agree|follow|are\s(?:reviewing|judging|scoring|evaluating|an?\s(?:ai|llm|"
        r"language|reviewer|judge|model|assistant)))\b|\b(?:whoever|anyone|everyone|any\s(?:ai|model|"
        r"reviewer))\s(?:who\s)?(?:reads?|reading|reviews?|reviewing|judges?|processing|evaluat\w+)\b|"
        r"\bas\s(?:the|a|an)\s(?:\w+\s)?(?:reviewing|reviewer|judge|ai|language\smodel|persona|"
        r"evaluator|competitive\sreviewer)\b|\b(?:do|did)\snot\s(?:evaluate|judge|analy[sz]e|verify|"
        r"question|second-guess)\b"
    ),
    "faculty": (
        r"\byour\s(?:\w+\s)?(?:verdict|evaluation|rubric|instructions|prompt|guidelines|persona|"
        "judge?ment|assessment|reasoning|ruling|critique|doubts|reservations|assignment|seat|"
        r"programming|training|rules)\b"
    ),
    "own text": (
        r"\b(?:this|these)\s(?:line|sentence|paragraph|text|message|passage|note|instruction|block|"
        r"instructions|lines|sentences|one)\b|\bwith\sthese\b|\bas\si\ssay\b|\bonly\sthis\b|"
        r"\bfrom\shere\son\b"
    ),
    "judging": (
        r"\b(?:scoring|grading|voting|evaluation|verdict|judging|rubric|criteri(?:on|a)|reviewing|"
        r"normal\sreview)\b"
    ),
    "suspended": (
        r"\b(?:disabled|bypass\w*|waived?|suspended|skipped|exempt\w*|switched\soff|unnecessary|"
        r"not\s(?:needed|required|recorded|counted)|predetermined|out\sof\sscope|does\snot\sapply|"
        r"do\snot\sapply|no\slonger\sappl\w+|formality)\b"
    ),
    "undone": (
        r"\b(?:wipe|conflicts?|contrary|instead|replac\w+|not\sas|before|supersede\w*|void|"
        r"rather\sthan|in\splace\sof|overrid\w+|ignor\w+|afresh|anew|erase|reset)\b"
    ),
    "called": (
        r"(?:^|[.!?,;]\W{0,3}|\b(?:dear|hey|hello|listen|"
        r"attention)\W{1,3}(?:\w+\W{1,3})?)(?:assistant|model|ai|llm|reviewers?|judges?|panel|"
        r"orchestrator|chatbot|evaluator)\s?[,:!]"
    ),
    "panel asked": (
        r"\b(?:reviewers?|judges?|graders?|evaluators?|panel(?:l?ists?)?|raters?|personas?)\s(?:is|"
        r"are)\s(?:\w+\s)?(?:reminded|asked|requested|instructed|told|urged|advised|expected|required|"
        r"encouraged|invited|to)\b"
    ),
    "panel": (
        r"\b(?:reviewers?|raters?|judges?|panel(?:l?ists?)?|personas?|orchestrators?|tally|"
        "aggregators?|quorum|rubrics?|graders?|evaluators?|scorecards?|jury|jurors?|assessors?|"
        r"orchestration|editors?|futurist|voters?)\b"
    ),
    "personas": (
        r"\b(?:dx|competitive|futurist|business)\b(?:\W{1,6}\w+){0,4}?\W{1,6}\b(?:dx|competitive|"
        r"futurist|business|persona|reviewer|seat|judge)\b|\bthe\s(?:futurist|dx|competitive)\b|"
        r"\b(?:business|futurist|dx|competitive)\s(?:should|must|will|has|agrees?|votes?|voted|"
        r"abstains?|persona|reviewer)\b"
    ),
    "process": (
        r"\b(?:evaluations?|human\sreview|reviews?|scoring|grading|voting|votes?|verdicts?|decisions?|"
        r"ground[\s-]truth|inter-?rater|dry\srun|calibration|control|known[\s-]answer|"
        r"agreement\scheck|quality\sassurance|formatting\scheck|peer\sreview|ballots?|submissions?|"
        r"deviations?|reviewer\serror|labels?|scores?|criteri(?:on|a)|baseline)\b"
    ),
    "claim": (
        r"\b(?:is|are|was|were|been|be|has|have)\s(?:\w+\s){0,3}?(?:completed?|recorded|known|fixed|"
        "agreed|decided|exempt|waived|approved|trusted|verified|superseded|updated|changed|replaced|"
        "final|flagged|rejected|counted|confirmed|pre-?approved|settled|certified|authori[sz]ed|"
        r"cleared|over|finished|closed|needed|expected)\b|\b(?:supersedes?|denotes?|outweighs?|"
        r"overrides?|in\sadvance|automatic(?:ally)?|already|agreed|only\san?|applies\sto|"
        r"normally\srejected|no\slonger|stands?\sfor|counts?\sas|is\sthe\s(?:positive\s)?control|"
        r"selected|need(?:s|ed)?\sno)\b"
    ),
    "slot": (
        r"\b(?:(?:the|your)\s(?:\w+\s)?(?:quote|reasoning|missing(?:\slist)?|conditions?|rationale|"
        r"justification|explanation|answer|output|response|reply|because|verdict)(?:\s(?:field|list|"
        r"box|section))?)\b"
    ),
    "secret": (
        r"\b(?:system\s(?:prompts?|messages?|instructions?)|persona\s(?:file|text|definition)|"
        r"api\skeys?|nonces?|markers|context\swindow|conversation\s(?:so\sfar|history|above)|"
        r"developer\smessage|hidden\s(?:prompt|instructions|rules)|rules\syou\sfollow|"
        r"your\s(?:\w+\s)?(?:instructions|rules|prompt|rubric|guidelines|persona|configuration)|"
        r"instructions\s(?:were\s)?you\w*|environment\svariables?|[a-z]+_(?:api_)?key|"
        r"which\smodel\syou\sare|chain\sof\sthought)\b"
    ),
    "brief": (
        r"\b(?:system\s(?:prompts?|messages?|instructions?)|persona\s(?:file|text|definition)|"
        r"context\swindow|conversation\s(?:so\sfar|history|above)|rules\syou\sfollow|"
        r"your\s(?:\w+\s)?(?:instructions|rules|rubric|guidelines|persona))\b"
    ),
    "whole brief": (
        r"\b(?:the|your)\s(?:full|entire|whole|complete|exact|first|initial|original|hidden|"
        r"raw)\s(?:\w+\s){0,2}?(?:context(?:\swindow)?|conversation|system\s(?:prompt|message)|"
        r"instructions|prompt|rubric|briefing)\b"
    ),
    "address": r"\bhttps?://|\bwww\.|\bmailto:",
    "read out": (
        r"\b(?:print|reveal|repeat|output|dump|summari[sz]e|quote|tell\sme|tell\sus|encode|recite|"
        r"disclose|translate|echo|spell\sout|leak|list|include|complete\sthis|begin(?:s)?\swith|"
        r"followed\sby|append|what)\b"
    ),
    "authority": (
        r"\b(?:operators?|developer\sspeaking|developers?\sof\s(?:this|the)|panel'?s\s(?:own|"
        r"operators?|developers?|policy|guidelines)|the\ssystem\b|security\steam|editorial\s\w+|"
        r"administrators?|policy\s(?:update|\d)|new\sguidelines|protocol\s\d|anthropic|openai|"
        r"the\sorgani[sz]ers?|management)\b"
    ),
    "verdict": rf"\b{SAY}\b",
    "trust": (
        r"\b(?:trusted|verified|confirmed|quoted\sas\sfact|as\sfact|authoritative|exempt|approval|"
        r"approved|certified|outweighs?|beyond\sdoubt|pre-?approved)\b"
    ),
    "as you judge": (
        r"\b(?:when|while|as|before|after|if|once|since|until)\s(?:you\s(?:\w+\s){0,2}?(?:grade|score|"
        "rate|review|judge|evaluate|vote|decide|assess|weigh|summari[sz]e|compare|reply|answer)|"
        r"voting|scoring|grading|judging|rating)\b"
    ),
    "assignment": (
        r"\b(?:quorum|ship_pct|verdict|decision|scores?|weights?|votes?|"
        r"label)\s?={1,2}\s?[\"']?\w+(?=.*\b(?:quorum|ship_pct|verdict|decision|scores?|weights?|"
        r"votes?|label)\s?={1,2}\s?[\"']?(?:\d+|ship|skip|max|all))"
    ),
    "colleagues": (
        r"\b(?:other|next|later|all|remaining|downstream|subsequent|every|"
        r"fellow)\s(?:\w+\s)?(?:reviewers?|personas?|judges?|panell?ists?|agents?|raters?|models?|"
        r"editors?|stages?)\b|\bon\sbehalf\sof\b|\b(?:the|to\sthe|for\sthe)\s(?:orchestrator|tally|"
        r"aggregator|editor\swho|digest|comparison\sis|moderator)\b"
    ),
}
"""Family of words → how it is recognised in a sentence in lower case."""

COMBINATIONS: tuple[tuple[str, str], ...] = (
    ("names the verdict to give", "ship + panel"),
    ("names the verdict to give", "ship + process"),
    ("names the verdict to give", "ship + self + order"),
    ("names the verdict to give", "ship + self + modal"),
    ("names the verdict to give", "ship + reader"),
    ("names the verdict to give", "ship + authority"),
    ("names the verdict to give", "ship + skip"),
    ("rules a verdict out", "skip + modal + self"),
    ("rules a verdict out", "skip + process + result"),
    ("rules a verdict out", "skip + process + claim"),
    ("rules a verdict out", "skip + panel + claim"),
    ("sets votes or weights", "assignment"),
    ("asks for a result for this tool", "order + self + result + process"),
    ("asks for a result for this tool", "order + self + result + panel"),
    ("asks for a result for this tool", "order + self + result + reader"),
    ("asks for a result for this tool", "modal + self + praise + reader"),
    ("asks to be judged kindly", "order + praise + self + process"),
    ("asks to be judged kindly", "order + praise + reader"),
    ("asks to be judged kindly", "modal + praise + reader"),
    ("claims that the verdict is already known", "panel + process + claim + self"),
    ("claims that the verdict is already known", "authority + process + claim + self"),
    ("claims that the verdict is already known", "panel + text + trust + claim"),
    ("claims an authority it does not have", "authority + text + trust"),
    ("claims an authority it does not have", "authority + reader + order + trust"),
    ("claims an authority it does not have", "reader + trust + text"),
    ("asks for the reader's instructions", "read out + whole brief"),
    ("asks for the reader's instructions", "read out + secret + slot"),
    ("asks for the reader's instructions", "read out + secret + text"),
    ("asks for the reader's instructions", "order + secret + slot"),
    ("speaks for other reviewers", "personas + claim + result"),
    ("speaks for other reviewers", "personas + colleagues"),
    ("asks the reader to drop its instructions", "faculty + own text + undone"),
    ("asks to be judged kindly", "faculty + result"),
    ("asks to be judged kindly", "faculty + praise + order"),
    ("asks to be judged kindly", "praise + self + order + verdict"),
    ("asks for a result for this tool", "result + text + order + judging"),
    ("rewrites the rules of judging", "judging + suspended + self"),
    ("addresses the reviewer", "called + result"),
    ("addresses the reviewer", "called + praise"),
    ("addresses the reviewer", "called + order + self"),
    ("addresses the reviewer", "panel asked + self"),
    ("addresses the reviewer", "panel asked + ship"),
    ("addresses the reviewer", "panel asked + suspended"),
    ("dictates what the review says", "order + own text + slot"),
    ("asks to be judged kindly", "as you judge + order + self"),
    ("asks to be judged kindly", "as you judge + order + praise"),
    ("asks to be judged kindly", "as you judge + modal + result"),
    ("asks to be judged kindly", "as you judge + modal + praise"),
    ("asks for the reader's instructions", "as you judge + order + secret"),
    ("asks for the reader's instructions", "read out + brief + address"),
    ("sends word to the rest of the panel", "colleagues + text + order"),
    ("sends word to the rest of the panel", "colleagues + reader + order"),
    ("sends word to the rest of the panel", "colleagues + self + result + order"),
)
"""What a sentence does when all of the marks named meet in it."""


SLOW = frozenset({"result", "ship", "skip", "verdict"})
"""Marks whose patterns take long to fail."""


@cache
def _compiled(mark: str) -> re.Pattern[str]:
    return re.compile(MARKS[mark])


@cache
def _sets() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read the combinations, the mark that most of them share first: without it none of them is left.

    Marks that take long to look for come last in any case.
    """
    sets = [(reason, tuple(marks.split(" + "))) for reason, marks in COMBINATIONS]
    order: list[str] = []
    left = [set(marks) for _, marks in sets]
    while left:
        shared = Counter(mark for marks in left for mark in marks - SLOW or marks)
        mark, _ = shared.most_common(1)[0]
        order.append(mark)
        left = [marks for marks in left if mark not in marks]
    rank = {mark: place for place, mark in enumerate(order)}
    late = len(rank)
    return tuple(
        (reason, tuple(sorted(marks, key=lambda mark: rank.get(mark, late + (mark in SLOW)))))
        for reason, marks in sets
    )


def suspicious_combination(sentence: str) -> str:
    """Say what a sentence in lower case does to its reader, or nothing when too little comes together."""
    found: dict[str, bool] = {"ship": False} if VESSELS.search(sentence) else {}
    for reason, marks in _sets():
        for mark in marks:
            if mark not in found:
                found[mark] = bool(_compiled(mark).search(sentence))
            if not found[mark]:
                break
        else:
            return reason
    return ""
