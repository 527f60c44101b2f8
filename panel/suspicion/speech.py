"""Sentences that tell the reader how to judge: English speech acts.

A sentence is suspicious for what it does, not for a word in it: it withdraws the reader's instructions,
demands a verdict, addresses a judge, redefines what is judged, asks for what the reader was told, or
sends word to the rest of the panel. A tool that detects such sentences may quote them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from panel.suspicion.vocabulary import (
    DEMAND,
    EARLIER,
    IMPERATIVE,
    JUDGE_ACT,
    JUDGES,
    LOOSE_ORDERS,
    MACHINE_KIND,
    MACHINES,
    MARKS,
    MODAL,
    ORDERS,
    OVERRIDE,
    OWN,
    SAY,
    SHIP,
    SHIP_NOUN,
    THIS,
    THIS_TOOL,
    TOLD,
    TOOL,
    TREAT_ACT,
    any_of,
    gap,
)


class Act(NamedTuple):
    """A thing a sentence can do, and how it is recognised."""

    reason: str
    pattern: str
    quotable: bool = True
    """Whether a tool that defends against it may quote it."""


PERSONA = (
    r"(?:(?:other|remaining|next|second|futurist|business|competitive|dx|developer\W{1,3}experience)\W{1,4})"
)
COLLEAGUES = rf"(?:{PERSONA}(?:reviewers?|personas?|judges?|panell?ists?|seats?|agents?|models?|members?)|the\W{{1,4}}(?:others|rest|panel))"
HUMAN = (
    r"(?!\W{1,3}(?:engineers?|developers?|researchers?|teams?|startups?|compan\w+|practitioners?|enthusiasts?|builders?|users?|"
    r"labs?|makers?|vendors?|providers?|owners?|trainers?|scientists?|consultants?|artists?|leads?|safety|product|shop|novice|agency)\b)"
)
PUBLIC_FIELD = r"(?:reasoning|answer|reply|response|quote|verdict|review|output|rationale|explanation|justification|conditions?|because|moves?|summary|conclusion)"
SECRETS = (
    r"(?:system\W{1,3}(?:prompts?|messages?|instructions?)|hidden\W{1,3}\w+|(?:initial|original|full|own|secret|internal|above|exact|your)\W{1,3}"
    r"(?:instructions?|prompts?|rules|rubrics?|guidelines?|directives?|persona|criteria|configuration|context)|developer\W{1,3}(?:message|prompt)s?|"
    r"persona\W{1,3}(?:file|text|definition|description|prompt)|(?:your|the|full)\W{1,3}rubrics?|environment\W{1,3}variables?|api\W{1,3}(?:keys?|tokens?)|credentials?|secrets?|"
    r"nonce|chain\W{1,3}of\W{1,3}thought|everything\W{1,3}(?:above|before|so\W{1,3}far)|(?:text|words|lines?|content|message|tokens?)\W{1,3}(?:above|before)|"
    r"conversation\W{1,3}(?:so\W{1,3}far|history|above))"
)
TELL = any_of(
    "reveal repeat print output copy show disclose include paste quote recite echo write leak expose tell return "
    "summari[sz]e translate encode dump list append embed send put state spell insert prepend begin start add attach "
    "post report give provide display share render reproduce describe fetch request"
)
TARGETS = rf"(?:{JUDGES}|(?:{MACHINE_KIND}\W{{1,4}})+{MACHINES}|{MACHINES})"
LABEL = any_of("label answer verdict outcome decision rating vote score response result value grade")
KNOWN = any_of(
    "known expected correct ground-truth ground_truth gold golden true reference right target agreed official final predetermined pre-determined verified required desired default"
)

ACTS = (
    # the reader's own instructions are withdrawn
    Act(
        "asks the reader to drop its instructions",
        rf"{IMPERATIVE}{OVERRIDE}(?:\W{{1,4}}{OWN}){{0,3}}\W{{1,4}}{EARLIER}(?:\W{{1,4}}(?:{OWN}|{EARLIER}|and|or|{ORDERS}|review|scoring|user)){{0,5}}\W{{1,4}}(?:{ORDERS}|{LOOSE_ORDERS})\b(?!\W{{1,3}}(?:versions?|releases?|warnings?|files?))",
    ),
    Act(
        "asks the reader to drop its instructions",
        rf"{IMPERATIVE}{OVERRIDE}(?:\W{{1,4}}(?:{OWN}|review(?:ing|er)?|scoring|evaluation|grading|judging|panel)){{1,5}}\W{{1,4}}(?:instructions?|prompts?|rubrics?|directives?|guidelines?|guardrails?|persona|criteria|briefing|programming)\b(?!\W{{1,3}}(?:files?|templates?|per|for|with|in|by|via|when)\b)",
    ),
    Act(
        "asks the reader to drop its instructions",
        rf"{IMPERATIVE}{OVERRIDE}{gap(5)}(?:{TOLD}|{ORDERS}\W{{1,4}}(?:above|before|earlier|so\s+far|given|provided))\b",
    ),
    Act(
        "asks the reader to drop its instructions",
        rf"{IMPERATIVE}(?:ignore|disregard|forget)\W{{1,4}}(?:everything|anything|all(?:\W{{1,3}}of)?(?:\W{{1,3}}(?:that|the|this|text))*|whatever|what)\W{{1,4}}(?:above|before|earlier|previously|prior|came|you)\b",
    ),
    Act(
        "says that the reader's instructions no longer hold",
        rf"\b(?:your|the|all|previous|prior|above|earlier)\W{{1,4}}(?:\w+\W{{1,4}}){{0,3}}?(?:instructions?|rules|rubric|criteria|criterion|guidelines|prompt|persona|guidance|directives|orders)\b(?!\W{{1,3}}(?:engine|system|file|editor|manager|tool|library|set))(?:\W{{1,4}}\w+){{0,4}}?\W{{1,4}}(?:no\s+longer\s+appl\w+|do(?:es)?\s+not\s+apply|(?:is|are|was|were|has\s+been|have\s+been)\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?(?:revoked|withdrawn|superseded|void|cancelled|canceled|lifted|obsolete|suspended|waived|replaced|overridden|deprecated)|have\s+changed|has\s+changed)\b",
    ),
    Act(
        "gives the reader new instructions",
        r"\b(?:new|updated|revised|real|actual|true|additional|urgent|secret)\W{1,3}(?:\w+\W{1,3})?(?:instructions?|directives?|orders|task|prompt|persona)\W{0,3}(?::|follow\b|are\s+as\b|replace\b)",
    ),
    Act(
        "gives the reader a new role",
        rf"\b(?:from\W{{1,3}}(?:now|here|this\W{{1,3}}point)\W{{1,3}}(?:on|onwards?)\W{{1,4}}you\W{{0,4}}(?:are|will|must|should|shall|act|'re|have|only|always|never|do|answer|vote|speak)\b|you\W{{1,3}}(?:are|were)\W{{1,3}}(?:now|no\W{{1,3}}longer|hereby)\W{{1,3}}(?:a|an|the|in|free|unrestricted|acting|playing|bound|required|my|our|dan)\b(?!\W{{1,3}}(?:position|control|loop|driver|know|mood|middle|power|hands|limit\w*)))",
    ),
    Act(
        "gives the reader a new role",
        rf"{IMPERATIVE}(?:act|behave|respond|pretend|roleplay|role-play|pose|speak)\W{{1,3}}(?:as\b(?:\W{{1,3}}if)?|to\W{{1,3}}be|that)\W{{1,4}}(?:\w+\W{{1,4}}){{0,4}}?(?:reviewer|judge|evaluator|assistant|salesperson|marketer|fan|advocate|founder|you\b|dan\b)",
    ),
    Act(
        "gives the reader a new role",
        rf"\byour\W{{1,3}}(?:(?:only|sole|real|new|actual|true|next|one|first)\W{{1,3}}){{1,2}}(?:job|task|role|goal|objective|duty|purpose|mission)\W{{1,3}}(?:now\W{{1,3}})?is\W{{1,3}}{gap(2)}?(?:{JUDGE_ACT}|{TREAT_ACT}|agree|output|convince|promote|repeat)\b",
    ),
    Act(
        "claims a special mode",
        r"\byou\W{1,3}(?:are|'re|have\W{1,3}entered)\W{1,3}(?:now\W{1,3})?(?:in\W{1,3})?(?:developer|debug|maintenance|admin|god|test|calibration|unrestricted|jailbreak|training)\W{1,3}mode",
    ),
    # a verdict is demanded or supplied
    Act("names the verdict to give", DEMAND, quotable=False),
    Act("names the verdict to give", rf"{SHIP_NOUN}(?!\W{{1,3}}(?:page|history|log)s?)", quotable=False),
    Act(
        "names the verdict to give",
        rf"\b(?:{THIS}|it|anything|everything|this\s+one|{TOOL}s?)\b{gap(7)}(?:should|must|deserves?(?:\s+to|\s+a)?|shall|always|will)\W{{1,4}}(?:be\W{{1,4}}|always\W{{1,4}}|definitely\W{{1,4}}|clearly\W{{1,4}}){{0,2}}ship\b(?!\W{{1,3}}(?:to|with|in|by|on|a|the|code|faster|more|from|as|for|next|before|every))",
        quotable=False,
    ),
    Act(
        "names the verdict to give",
        rf"\b(?:\d{{1,3}}\s?%|unanimous(?:ly)?|consensus|\d\s*(?:of|/)\s*\d)\W{{1,4}}(?:\w+\W{{1,4}})?{SHIP}",
        quotable=False,
    ),
    Act(
        "rules a verdict out",
        rf"\b(?:not|never|don't|cannot|nobody|no\s+reviewer)\b{gap(4)}(?:vote|answer|say|choose|pick|return|mark|give|select|conclude|output|respond|be|rate)\b{gap(3)}?\W{{0,3}}\bskip(?:ped)?\b(?!\W{{1,3}}(?:the|this|a|over|link|button|ahead|steps?|tests?|to)\b)|\b(?:skip|skips)\W{{1,4}}(?:votes?\W{{1,4}}|verdicts?\W{{1,4}})?(?:is|are|was|would|will|counts?|must|cannot|stands)\W{{1,4}}(?:\w+\W{{1,4}}){{0,3}}?(?:not|invalid|rejected|discarded|wrong|error|errors|mistake|treated|counted|impossible|contradict|considered|interpreted|for\W{{1,3}}ship|ship)\b|\bskip\b{gap(3)}(?:contradict|not\W{{1,3}}an?\W{{1,3}}(?:valid|option|answer))",
        quotable=False,
    ),
    Act(
        "asks for full marks",
        rf"{IMPERATIVE}(?:give|assign|award|grant|rate|score|return|output|set|use|select|put|enter|report|mark|grade|allocate|receive)\b(?!-)(?:\W{{1,6}}(?!from\b|between\b|the\W{{1,3}}best\b)[\w']{{1,30}}){{0,7}}?\W{{1,6}}{MARKS}(?!\W{{1,3}}(?:in|of\W{{1,3}}the|from|on\W{{1,3}}lighthouse)\b)",
    ),
    Act(
        "asks for full marks",
        rf"{IMPERATIVE}(?:rate|score|grade|mark)\W{{1,4}}(?:it|this|everything|all|them|(?:every|each|all)\W{{1,3}}criteri(?:on|a)|{THIS})\b(?:\W{{1,4}}(?!from\b|between\b)[\w']{{1,20}}){{0,4}}?\W{{1,4}}(?:4|5|10|100|four|ten|highly|high|favourably|favorably|positively|generously|perfect|excellent|maximum|maximal|well|up)\b",
    ),
    Act(
        "asks to be judged kindly",
        rf"\b(?:do\s+not|don't|never|must\s+not|should\s+not|refrain\s+from|avoid|refuse\s+to|decline\s+to)\W{{1,3}}(?:mention\w*|deduct\w*|list\w*|penali[sz]\w+|criticis\w+|criticiz\w+|report\w*|note|noting|lower\w*|question\w*|doubt\w*|name|naming|raise|raising|hold\w*|verif\w+|check\w*)\b{gap(5)}(?:weakness\w*|drawbacks?|flaws?|limitations?|points?|concerns?|scores?|negatives?|risks?|price|criticisms?|shortcomings?|downsides?|missing|this\W{{1,3}}(?:tool|vendor|submission|product)|claims?|against)\b",
    ),
    Act(
        "asks to be judged kindly",
        rf"\b(?:you|reviewers?|judges?|panel)\b{gap(3)}{MODAL}{gap(3)}(?:approve|recommend|endorse|praise|accept|favou?r|trust|pass)\b{gap(2)}(?:{THIS}|this)\b|\b(?:please|only\W{{1,3}}needs?\W{{1,3}}to\W{{1,3}}be)\W{{1,3}}(?:approved?|endorsed?|confirm(?:ed)?)\b{gap(2)}(?:{THIS}|this|as)\b",
    ),
    Act(
        "asks to be judged kindly",
        rf"{IMPERATIVE}(?:treat|consider|regard|accept|take|count|present|describe|assume|mark)\W{{1,4}}(?:that\W{{1,3}})?(?:every|all|each|the|any|these|missing|this|its|our|unverified|unsupported)\W{{1,4}}(?:\w+\W{{1,4}}){{0,5}}?(?:as|to\W{{1,3}}be|is|are)\W{{1,4}}(?:\w+\W{{1,4}})?(?:verified|true|excellent|published|proven|independent|fact|facts|met|satisfied|passed|confirmed|outstanding|trusted|correct|positive)\b",
    ),
    # a judge is addressed
    Act(
        "addresses the reviewer",
        rf"^\W*(?:note|notice|notes|notification|memo|attention|reminder|message|instructions?|directive|request|guidance|warning|hint|info(?:rmation)?|important|announcement)s?\b\W{{1,4}}(?:to|for|of)?\W{{0,4}}(?:(?:the|all|any|every|our|my|this)\W{{1,4}})?(?:{JUDGES}\b|(?:{MACHINE_KIND}\W{{1,4}})+{MACHINES}\b|(?:{MACHINES}|ai)\b\W{{0,3}}:)",
    ),
    Act(
        "addresses the reviewer",
        rf"(?:^|[>(\[\"'#*!/-])\W*(?:(?:dear|hello|hi|hey|to|for|attention|ok|okay)\W{{1,4}})?(?:(?:the|all|any|every|fellow|esteemed)\W{{1,4}})?{TARGETS}\W{{0,3}}[:,](?=.{{0,300}}\b(?:{JUDGE_ACT}|{TREAT_ACT}|{OVERRIDE}|trusted|waived|best|verdict|rubric|criteri\w+|deduct|remember|answer|repeat|approve|when\s+you)\b(?:.{{0,200}}\b(?:this|ship|skip|tool|pricing|price|prices|score|marks?|criteri\w+|verdict|vendor|independent|evidence|weakness\w*|points?|winner|persona|weight|submission|reviewers?|instructions?|rubric|excellent|trusted|highly|twice|quorum)\b|.{{0,4}}$))",
    ),
    Act(
        "addresses the reviewer",
        rf"\bdear\W{{1,3}}(?:(?:ai|llm|automated|language)\W{{1,3}})?(?:{JUDGES}|{MACHINES})\b",
    ),
    Act(
        "addresses the reviewer",
        rf"\b(?:{MACHINE_KIND}\W{{1,3}})+(?:{JUDGES}|{MACHINES})\b{HUMAN}\W{{1,4}}(?:\w+\W{{1,4}}){{0,4}}?{MODAL}\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?(?:{JUDGE_ACT}|{TREAT_ACT})\b{gap(6)}?(?:{THIS}|this|ship|vendor|pricing|claims?|marks?|the\W{{1,3}}tool|compliance|full|positive\w*|excellent|satisf\w+)",
    ),
    Act(
        "addresses the reviewer",
        rf"\b(?:{JUDGES}|personas?)\b\W{{1,4}}(?:\w+\W{{1,4}}){{0,4}}?{MODAL}\W{{1,4}}(?:\w+\W{{1,4}}){{0,3}}?(?:{JUDGE_ACT}|{TREAT_ACT}|be)\b{gap(6)}?(?:{THIS}|\bskip\b|{SHIP}|full\W{{1,3}}marks|criteri\w+|this\W{{1,3}}vendor|the\W{{1,3}}rubric)",
    ),
    Act(
        "addresses the reviewer",
        rf"\byou\b\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?{MODAL}\W{{1,4}}(?:\w+\W{{1,4}}){{0,3}}?(?:{JUDGE_ACT}|conclude)\b(?:\W{{1,4}}\w+){{0,4}}?\W{{1,4}}(?:{THIS}|\bskip\b|{SHIP}|full\W{{1,3}}marks|criteri\w+|100\b|regardless)",
    ),
    Act(
        "addresses the reviewer",
        rf"\bif\W{{1,3}}you(?:\W{{1,3}}are|'re)\W{{1,3}}(?:(?:an?|the|one\W{{1,3}}of)\W{{1,3}})?(?:(?:\w+)\W{{1,3}}){{0,2}}?(?:language\W{{1,3}}models?|llms?|ai|reviewer|judge|assistant|orchestrator|persona|panel(?:l?ist)?|bot|evaluator|grader)\b{HUMAN}(?!\W{{1,3}}\w+(?:er|or|ist)s?\b)",
    ),
    Act(
        "addresses the reviewer",
        rf"\b(?:when|while|before|after|in|as|once)\W{{1,3}}(?:you\W{{1,3}}(?:are\W{{1,3}})?)?(?:scor|rat|evaluat|review|judg|assess|grad|vot|summari[sz]|compar|decid|weigh)(?:e|ing)?\b{gap(4)}?(?:{THIS}|this\W{{1,3}}(?:page|document|text|article)|voting)?\W{{0,3}}.{{0,60}}\b(?:you\W{{1,3}}(?:must|should|will|shall)|always|never|do\s+not|don't|say|state|treat|assume|declare|mention|give|copy|include|repeat|conclude|remember)\b{gap(7)}(?:winner|drawbacks?|weakness\w*|no\W{{1,3}}\w+|ship|skip|marks|score|this\W{{1,3}}{TOOL}|instructions?|rubric|criteri\w+|verdict|excellent|best|favou?r\w*)\b",
    ),
    # what is judged is redefined
    Act(
        "claims that the verdict is already known",
        rf"\b{KNOWN}\W{{1,3}}{LABEL}s?\b{gap(4)}?{SHIP}",
        quotable=False,
    ),
    Act(
        "claims that the verdict is already known",
        rf"\b(?:calibration|control|gold(?:en)?(?:[ -](?:set|standard))?|reference|sanity[ -]check|honeypot|attention[ -]check|warm-?up|practice|dummy|placeholder|quality[ -]control)\W{{1,3}}(?:item|entry|case|record|submission|question|task|tool|review)\b",
    ),
    Act(
        "claims that the verdict is already known",
        rf"\b(?:this|the)\W{{1,3}}(?:item|entry|record|submission|review|case|tool|product|run)\W{{1,3}}(?:is|was|serves\W{{1,3}}as|has\W{{1,3}}been)\W{{1,3}}(?:\w+\W{{1,3}}){{0,4}}?(?:control|calibration|pre-?approved|already\W{{1,3}}(?:been\W{{1,3}})?(?:approved|reviewed|verified|accepted|decided|voted|passed)|exempt(?:ed)?|whitelisted|allow-?listed|gold(?:en)?\W{{1,3}}(?:set|standard|label)|not\W{{1,3}}(?:to\W{{1,3}}be\W{{1,3}})?(?:judged|reviewed|scored|evaluated))\b",
    ),
    Act(
        "claims that the verdict is already known",
        rf"\b(?:verdict|decision|vote|label)\b\W{{1,3}}(?:is|has\W{{1,3}}been|was)\W{{1,3}}(?:already\W{{1,3}})?(?:set|fixed|decided|determined|agreed|recorded|pre-?filled|locked|known|settled)\b(?!\W{{1,3}}(?:by\W{{1,3}}(?:a\W{{1,3}})?(?:major|quorum|vote))|\W{{1,3}}in\b)",
    ),
    Act(
        "rewrites the rules of judging",
        rf"\b(?:rubric|scoring\W{{1,3}}(?:scale|rules?|guide)|review\W{{1,3}}(?:criteria|rules?|guidelines?)|evaluation\W{{1,3}}(?:criteria|rules?|protocol)|persona|quorum|voting\W{{1,3}}rules?)\b{gap(3)}?(?:has|have|was|were|is|are)\W{{1,3}}(?:\w+\W{{1,3}}){{0,3}}?(?:updated|changed|replaced|revised|amended|inverted|reversed|swapped|flipped|simplified|relaxed|waived|suspended|extended)\b",
    ),
    Act(
        "rewrites the rules of judging",
        rf"\b(?:labels?|verdicts?|scores?|scale|votes?|polarity)\b\W{{1,3}}(?:are|is|have\W{{1,3}}been|has\W{{1,3}}been|were)\W{{1,3}}(?:\w+\W{{1,3}}){{0,2}}?(?:swapped|inverted|reversed|flipped|redefined)\b(?=.{{0,120}}\b(?:ship|skip|item|entry|submission|round|panel)\b)",
    ),
    Act(
        "rewrites the rules of judging",
        rf"\b(?:the|every|each|all|this|that|\w+)\W{{1,3}}(?:\w+\W{{1,3}})?(?:criterion|criteria|rubric|standards?)\b{gap(3)}?(?:has\W{{1,3}}been|have\W{{1,3}}been|is|are|was)\W{{1,3}}(?:\w+\W{{1,3}})?(?:waived|exempt\w*|dropped|lifted|suspended|disabled|switched\W{{1,3}}off|met|satisfied)\b|\bexempt\w*\W{{1,3}}(?:from|under)\b{gap(3)}(?:criteri\w+|rubric|scoring|review|evaluation|judg\w+|panel)\b",
    ),
    Act(
        "rewrites the rules of judging",
        rf"\b(?:reviewers?|judges?|you|panell?ists?|graders?|evaluators?|your\W{{1,3}}(?:performance|accuracy|answers?))\b\W{{1,3}}(?:are|is|will\W{{1,3}}be)\W{{1,3}}(?:\w+\W{{1,3}}){{0,3}}?(?:scored|graded|evaluated|measured|tested|penali[sz]ed|rewarded|judged|audited|paid)\b(?=.{{0,160}}\b(?:ship|skip|verdict|error|agree\w*|this\W{{1,3}}(?:entry|item|submission)|deviat\w+|disagree\w*|mistake)\b)",
    ),
    Act(
        "rewrites the rules of judging",
        rf"\b(?:any|every|all|each|an)\W{{1,3}}(?:answers?|verdicts?|votes?|decisions?|responses?|labels?)\W{{1,3}}(?:other\W{{1,3}}than|except|that\W{{1,3}}(?:is|are)\W{{1,3}}not|besides|different\W{{1,3}}from)\b",
    ),
    Act(
        "rewrites the rules of judging",
        rf"\b(?:used|meant|intended|included|here|exists?)\W{{1,3}}(?:only\W{{1,3}})?to\W{{1,3}}(?:test|measure|calibrate|check|verify|validate)\W{{1,3}}(?:\w+\W{{1,3}}){{0,3}}?(?:reviewers?|judges?|panel|graders?|evaluators?)\b",
    ),
    # what the reader was told is asked for
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}{TELL}\b(?!-)(?:\W{{1,6}}(?:(?:us|me|out|down|back|the|your|all|of|any|full|complete|entire|exact|hidden|names?|and|weights?|contents?|list|first|last|verbatim|a|copy|text|with|answer|by|{PUBLIC_FIELD}|hundred|words|lines|\d{{1,4}}|own|every|each|whole|that|from|in|into|to)\b)){{0,10}}?\W{{1,6}}(?:your\W{{1,3}})?{SECRETS}\b(?=.{{0,120}}\b(?:{PUBLIC_FIELD}|verbatim|word\W{{1,3}}for\W{{1,3}}word|in\W{{1,3}}full|you\W{{1,3}}(?:have\W{{1,3}}been|were)|above|before|anything\W{{1,3}}else|base64|french|german|at\W{{1,3}}the\W{{1,3}}(?:start|end|top)|url|image|first|instead)\b|\W*$)(?<!\bapi key)(?<!\bapi keys)(?<!\bsecrets)(?<!\bsecret)(?<!\bcredentials)(?<!\bcredential)(?<!\bvariables)",
    ),
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}(?:{TELL})\b(?!-){gap(8)}{SECRETS}\b{gap(8)}?\b(?:in|into|as|inside|within|to|at\W{{1,3}}the\W{{1,3}}(?:start|end)\W{{1,3}}of)\W{{1,3}}(?:your|the)\W{{1,3}}(?:\w+\W{{1,3}})?{PUBLIC_FIELD}\b",
    ),
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}(?:disclose|leak|expose|reveal|exfiltrate|recite|divulge)\W{{1,4}}(?:\w+\W{{1,4}}){{0,3}}?(?:your\W{{1,3}}\w+|{SECRETS})\b(?=.{{0,80}}\b(?:you|your)\b|\W*$)",
    ),
    Act(
        "asks for the reader's instructions",
        rf"\b(?:your\W{{1,3}})(?:(?:hidden|full|system|initial|original|secret|internal|exact|own|entire|complete)\W{{1,3}}){{1,3}}(?:instructions?|prompts?|rules|messages?|guidelines?|persona|context)\b(?=.{{0,100}}\b(?:{PUBLIC_FIELD}|put|place|append|verbatim|word|full|line|url|last)\b)",
    ),
    Act(
        "asks for the reader's instructions",
        rf"\bwhat\W{{1,3}}(?:is|are|was|were|does)\W{{1,3}}(?:your|the)\W{{1,3}}(?:\w+\W{{1,3}})?(?:system\W{{1,3}}prompts?|instructions?|rubric|prompt|persona)\b|\bwhat\W{{1,3}}(?:were|have)\W{{1,3}}you\W{{1,3}}(?:been\W{{1,3}})?(?:told|instructed|asked)\b",
    ),
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}(?:repeat|print|output|copy|quote|recite|echo|paste|return|write|translate|encode|summari[sz]e)\W{{1,4}}(?:\w+\W{{1,4}}){{0,3}}?(?:everything|all|the\W{{1,3}}(?:text|words|lines?|content|message|prompt|paragraphs?)|anything)\W{{1,3}}(?:\w+\W{{1,3}}){{0,2}}?(?:above|before\W{{1,3}}this|preceding|you\W{{1,3}}(?:were|have\W{{1,3}}been|can\W{{1,3}}see))\b",
    ),
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}(?:begin|start|end|open|close|preface)\W{{1,4}}(?:your|the)\W{{1,4}}{PUBLIC_FIELD}\W{{1,4}}(?:with|by)\b",
    ),
    Act(
        "dictates what the review says",
        rf"{IMPERATIVE}(?:copy|include|insert|paste|write|put|repeat|add|embed|quote|place|append|use)\b{gap(8)}(?:in|into|inside|within|to|as|at\W{{1,3}}the\W{{1,3}}(?:start|end|top)\W{{1,3}}of)\W{{1,3}}your\W{{1,3}}(?:\w+\W{{1,3}})?(?:reasoning|answer|reply|quote|verdict|review|rationale|justification|conclusion)\b(?!\W{{1,3}}(?:board|page|queue|tool|app))",
    ),
    Act("asks for the reader's instructions", r"\bwhat\W{1,3}(?:\w+\W{1,3})?(?:instructions|rules|prompt|guidelines|orders|criteria)\W{1,3}(?:were|are|did|have|do)?\W{0,3}you\b|\b(?:tell|show|give|send)\W{1,3}(?:me|us)\b.{0,80}\b(?:you\W{1,3}(?:are|follow|were|have\W{1,3}been)|your\W{1,3}(?:rules|instructions|prompt|rubric|persona))\b"),
    Act("asks for the reader's instructions", rf"{IMPERATIVE}(?:print|reveal|repeat|output|dump|recite|disclose|echo|leak|divulge|quote|summari[sz]e|exfiltrate)\W{{1,4}}(?:me\W{{1,3}}|us\W{{1,3}}|out\W{{1,3}})?(?:your|the\W{{1,3}}(?:full|entire|whole|complete|first|original|initial|hidden))\W{{1,3}}(?:\w+\W{{1,3}}){{0,2}}?(?:system\W{{1,3}}(?:prompt|message)|instructions|prompt|rules|context\W{{1,3}}window|conversation|rubric|persona|guidelines|briefing)\b"),
    Act("dictates what the review says", r"\bin\W{1,3}your\W{1,3}(?:quote|verdict|reasoning|rationale|review|answer|summary)\b\W{1,4}(?:\w+\W{1,4})?(?:write|say|include|state|mention|add|repeat|note|put|quote|use)\b"),
    Act("names the verdict to give", r"\b(?:set|change|switch|flip|update)\W{1,4}(?:\w+\W{1,4}){0,4}?(?:decision|verdict|vote|label|answer|outcome)s?\W{1,4}to\W{1,4}(?:ship|approve|pass)\b", quotable=False),
    Act("asks to be judged kindly", r"^\W*(?:just|simply|now|please|only)?\W*(?:approve|accept|endorse|pass|ship)\b(?:\W{1,3}(?:it|this|the|tool|submission|entry|product|please|now|anyway)){0,4}\W*$"),
    Act("asks to be judged kindly", rf"{IMPERATIVE}(?:conclude|rate|grade|score|review|judge|assess|evaluate|vote|describe|answer|respond)\W{{1,4}}(?:\w+\W{{1,4}}){{0,4}}?(?:positively|favou?rably|generously|kindly|leniently|charitably|in\W{{1,3}}(?:its|our|my)\W{{1,3}}favou?r)\b"),
    Act("claims that the verdict is already known", r"\b(?:human|manual|prior|full|expert|editorial|previous|earlier)\W{1,3}(?:reviews?|evaluations?|assessments?|panels?|reviewers?)\W{1,3}(?:has|have|is|was|were)\W{1,3}(?:already\W{1,3}|been\W{1,3}){0,2}(?:completed?|done|finished|passed|approved|positive|concluded)\b"),
    Act("rewrites the rules of judging", r"\b(?:rubric|criteria|guidelines|instructions|rules|scale|protocol)\b(?:\W{1,3}\w+){0,3}?\W{1,3}(?:supersedes?|overrides?|replaces?|takes?\W{1,3}precedence|outranks?|has\W{1,3}priority)\b(?=.{0,60}\b(?:you|your|rubric|previous|earlier|one|above|all|any|original)\b)"),
    Act("rewrites the rules of judging", r"\b(?:scores?|ratings?|votes?|verdicts?|marks?)\W{1,3}(?:below|under|lower\W{1,3}than|less\W{1,3}than|of\W{1,3}skip|against)\b.{0,80}\b(?:justif\w+|reviewer|errors?|rejected|invalid|escalat\w+|penal\w+)\b"),
    Act("addresses the reviewer", r"\bthis\W{1,3}(?:instruction|rule|sentence|message|paragraph|directive)\W{1,3}(?:also\W{1,3})?(?:applies|is\W{1,3}(?:addressed|for|meant|binding)|concerns|holds|overrides?|must)\b"),
    Act("claims an authority it does not have", r"\bthis\W{1,3}is\W{1,3}(?:your|the)\W{1,3}(?:\w+\W{1,3})?(?:developers?|operators?|administrators?|creators?|admin|supervisor|orchestrator|moderator|owner)\b|\b(?:approval|ship|lenient|permissive|yes)\W{1,3}mode\b|\byou\W{1,3}have\W{1,3}been\W{1,3}(?:updated|upgraded|reprogrammed|authori[sz]ed|reassigned|relieved|retrained|patched)\b"),
    Act("claims that the text so far was not the submission", r"\bthe\W{1,3}(?:real|actual|true)\W{1,3}(?:submission|tool|description|input|task|question|review|document|instructions?)\W{1,3}(?:is|follows|begins|starts|comes)\b|\b(?:text|everything|content|description|submission)\W{1,3}(?:above|so\W{1,3}far|before\W{1,3}this)\W{1,3}(?:is|was|were)\W{1,3}(?:\w+\W{1,3})?(?:an?\W{1,3})?(?:example|test|placeholder|sample|draft|fake|checked|safe|trusted|verified)\b|\b(?:everything|anything|all|what|text)\W{1,3}(?:\w+\W{1,3})?(?:after|below|following|from)\W{1,3}(?:this|here)\b(?:\W{1,3}\w+){0,3}?\W{1,3}(?:is|are|comes?|was|must|should)\b"),
    Act("speaks for other reviewers", r"\b(?:dx|futurist)\b.{0,60}\b(?:competitive|business|futurist|dx)\b.{0,60}\b(?:agrees?|abstain\w*|votes?|voted|ship|skip|should|must|approved?)\b|\b(?:competitive|business)\b.{0,60}\b(?:dx|futurist)\b.{0,60}\b(?:agrees?|abstain\w*|votes?|voted|ship|skip|should|must|approved?)\b"),
    Act("asks the reader to drop its instructions", rf"{IMPERATIVE}(?:cease|stop|suspend|set\W{{1,3}}aside|put\W{{1,3}}aside|abandon|drop|halt|quit|silence)\W{{1,4}}(?:the|your|all|any|this|further)\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?(?:critique|doubts?|reservations|criticism|sceptic\w+|skeptic\w+|objections|evaluation|assessment|judge?ment|review|reviewing)\b"),
    Act("asks the reader to drop its instructions", r"\b(?:any|every|all|each|other)\W{1,3}(?:\w+\W{1,3})?(?:instructions?|rules?|guidelines?|prompts?|directives?|criteri(?:on|a))\b.{0,80}\b(?:void|invalid|overridden|ignored|disregarded|obsolete|superseded|no\W{1,3}effect)\b"),
    Act("asks the reader to drop its instructions", r"\b(?:everything|anything|what|all)\W{1,3}(?:that\W{1,3})?you\W{1,3}(?:read|saw|were\W{1,3}told|were\W{1,3}given|have\W{1,3}read|heard|learned|know)\W{1,3}(?:\w+\W{1,3})?(?:before|earlier|above|so\W{1,3}far|until\W{1,3}now|is|was)\b|\bnot\W{1,3}as\W{1,3}your\W{1,3}\w+\W{1,3}says?\b|\bdo\W{1,3}as\W{1,3}i\W{1,3}say\b"),
    Act("gives the reader a new role", rf"\byour\W{{1,3}}(?:(?:only|sole|real|new|actual|true|next|one)\W{{1,3}}){{1,2}}(?:job|task|role|goal|objective|duty|purpose|mission|assignment)\W{{1,3}}(?:now\W{{1,3}})?is\W{{1,3}}to\W{{1,3}}(?:advertis\w+|sell|promote|praise|support|market|please|help\W{{1,3}}(?:us|this)|serve|defend)\b|{IMPERATIVE}(?:assume|adopt|play|take\W{{1,3}}on)\W{{1,3}}(?:the|a)\W{{1,3}}(?:role|persona|identity|part)\W{{1,3}}of\b(?=.{{0,80}}\b(?:our|review\w*|judge|accordingly|fan|sales|advocate|ship|vote)\b)"),
    Act("asks for the reader's instructions", r"\bthe\W{1,3}(?:persona|role|prompt|instructions|rubric|rules|criteria|guidelines)\W{1,3}(?:that\W{1,3})?you\W{1,3}(?:are|were|have\W{1,3}been)\W{1,3}(?:playing|given|assigned|using|following|told|shown)\b|\b(?:which|what)\W{1,3}(?:\w+\W{1,3})?(?:rules|instructions|guidelines|orders|criteria|prompt)\W{1,3}(?:were|are|did|have|do)\W{1,3}you\b|\byour\W{1,3}(?:\w+\W{1,3})?(?:instructions|prompt|rules|rubric)\W{1,3}(?:as|in|into)\W{1,3}(?:an?\W{1,3})?(?:poem|song|rhyme|json|base64|french|german|spanish|reverse|emoji|table|list|hex|rot13|morse)\b"),
    Act("asks for the reader's instructions", rf"{IMPERATIVE}(?:repeat|print|output|copy|quote|recite|echo|paste|return|write|translate|encode|summari[sz]e|reply|respond|answer|show|give)\W{{1,4}}(?:\w+\W{{1,4}}){{0,5}}?(?:message|text|content|contents|prompt|words|lines?|paragraph|turn)s?\W{{1,3}}(?:before|above|preceding|prior\W{{1,3}}to)\W{{1,3}}(?:this|it|mine)\b"),
    Act("sends word to the rest of the panel", rf"{IMPERATIVE}(?:tell|ask|convince|persuade|urge|remind|get|join)\W{{1,4}}(?:your\W{{1,4}})?(?:fellow|co-?)\W{{0,3}}(?:\w+\W{{1,3}})?(?:reviewers?|members?|judges?|panell?ists?|agents?|raters?|personas?)\b"),
    Act("sets votes or weights", rf"{IMPERATIVE}(?:ignore|disregard|discard|discount|exclude|nullify|cancel|drop)\W{{1,4}}(?:its|their|his|her|the|any|all)\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?(?:votes?|verdicts?)\b(?!\W{{1,3}}(?:by|of|from|with|that)\b)"),
    Act("claims authority against criticism", r"\b(?:evidence|passages?|reviews?|e\d{1,2})\b.{0,60}\b(?:fabricated|forged|fake|planted)\b.{0,60}\b(?:must|should|discarded|ignored|disregarded|excluded|disregard|ignore)\b"),
    Act("names the verdict to give", r"(?:\b(?:a|one|said|say|says|record|enter|be|as|reads?|output|answer|verdict|vote|votes|with\W{1,3}a|wants?\W{1,3}a)\s{1,3}|[:=]\s{0,3}|[\"'`>\]]\s?)ship\b(?=\s*(?:$|[.;:!?<\[\"')]|here\b|and\W{1,3}(?:agree|nothing|move|stop|end|finish)|for\s(?:this|it)\b|because|then|instead|regardless|anyway|please|now\b))", quotable=False),
    Act("names the verdict to give", r"\b(?:this|the)\W{1,3}(?:tool|submission|entry|product)\W{1,3}(?:has\s+to|must|should|needs\s+to|ought\s+to|shall)\W{1,3}be\W{1,3}(?:shipped|approved|accepted|recommended|passed)\W*$"),
    Act("asks for full marks", r"\b(?:every|each|all)\W{1,3}(?:answers?|criteri(?:on|a)|scores?|box(?:es)?|fields?)\W{1,3}(?:is|are|gets?|must\s+be|should\s+be|=)\W{1,3}(?:a\W{1,3})?(?:four|4|100|full|maximum|perfect|met)\b|\b0\W{1,3}(?:is|means|denotes)\W{1,3}(?:the\W{1,3})?(?:best|highest|top|perfect)\b"),
    Act("asks the reader to drop its instructions", r"\b(?:cancel|skip|bypass|abort|terminate|stop|end|short-?cut)\W{1,3}(?:the|this|your|any)\W{1,3}(?:\w+\W{1,3})?(?:reviews?|assessment|evaluation|judging|scoring|rubric)\b(?=.{0,60}\b(?:enter|give|ship|maximum|return|approve|output|record|accept)\b)|\b(?:directive|order|command)\W{1,3}(?:bypass|skip|ignore)\b"),
    Act("gives the reader a new role", r"\byou\W{1,3}(?:now\W{1,3})?(?:work|speak|act|answer)\W{1,3}(?:for|on\W{1,3}behalf\W{1,3}of)\W{1,3}(?:us|me|the\W{1,3}vendor|this\W{1,3}vendor)\b"),
    Act("asks for the reader's instructions", r"\b(?:text|contents?|words|body|wording|letters|beginning|start)\W{1,3}of\W{1,3}(?:your|the\W{1,3}system)\W{1,3}(?:\w+\W{1,3})?(?:prompt|instructions|message|rubric|persona|rules)\b|^\W*(?:start|begin|open)\W{1,3}(?:by|with)\W{1,3}\w+ing\b.{0,60}\b(?:prompt|system\W{1,3}message|instructions|rubric|rules)\b"),
    Act("asks for the reader's instructions", r"^\W*(?:please\W{1,3})?(?:say|tell|state|show|explain|describe|give|reveal)\W{1,4}(?:\w+\W{1,4}){0,4}?(?:your\W{1,3}(?:\w+\W{1,3})?(?:system|developer|initial|hidden|original)\W{1,3}(?:message|prompt|instructions?)|me\W{1,3}(?:the|your)\W{1,3}(?:\w+\W{1,3})?(?:rubric|prompt|instructions|rules|persona)\b)"),
    Act("plants a memory", r"\b(?:add|save|commit|write|store|put)\W{1,3}(?:this\W{1,3}|it\W{1,3}|the\W{1,3}following\W{1,3})?(?:to|in|into)\W{1,3}(?:your\W{1,3})?(?:long-?term\W{1,3})?memory\s*:"),
    # the rest of the panel is addressed
    Act(
        "sends word to the rest of the panel",
        rf"{IMPERATIVE}(?:tell|instruct|inform|convince|ask|remind|warn|persuade|notify|signal|urge|order|let)\W{{1,4}}(?:the\W{{1,4}}|all\W{{1,4}}|every\W{{1,4}})?(?:{COLLEAGUES}|{JUDGES}|{PERSONA}?(?:personas?|editor))\b",
    ),
    Act(
        "sends word to the rest of the panel",
        rf"{IMPERATIVE}(?:forward|pass|relay|propagate|send|hand|copy|repeat|give|deliver|transmit)\b{gap(6)}(?:to|for)\W{{1,4}}(?:the\W{{1,4}}|all\W{{1,4}}|every\W{{1,4}})?(?:{COLLEAGUES}|{JUDGES}|(?:other|next|every|downstream|subsequent)\W{{1,4}}(?:agents?|models?|stages?|rounds?|reviews?)|(?:dx|futurist|business|competitive)\b|editor\b)",
    ),
    Act(
        "sends word to the rest of the panel",
        rf"\bso\W{{1,3}}that\W{{1,3}}(?:the\W{{1,3}})?(?:{COLLEAGUES}|{JUDGES}|editor)\b{gap(2)}?\W{{0,3}}(?:reads?|sees?|knows?|ships?|follows?|votes?|copies|agrees?)\b",
    ),
    Act(
        "speaks for other reviewers",
        rf"\b(?:{COLLEAGUES}|the\W{{1,4}}(?:dx|futurist|business|competitive)\b(?:\W{{1,3}}persona)?|(?:two|three|four|all|most|both)\W{{1,4}}(?:other\W{{1,4}}|of\W{{1,4}}the\W{{1,4}})?(?:reviewers|personas|judges|panell?ists)|personas?|reviewers)\W{{1,4}}(?:has|have|had|is|are)\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?(?:voted|agreed|decided|shipped|concluded|settled)\b(?!\W{{1,3}}by\b)",
    ),
    Act(
        "speaks for the panel's machinery",
        rf"\b(?:orchestrator|moderator|supervisor|panel|reviewer|judge|coordinator|aggregator|operator|tally|editor|chair|quorum)s?\W{{1,3}}(?:override|notice|note|instruction|command|directive|order|update|alert|patch)s?\W{{0,2}}[:=–—-]",
        quotable=False,
    ),
    Act(
        "speaks for the panel's machinery",
        r"\bsystem\W{1,3}(?:override|instruction|command|directive|order)s?\W{0,2}:",
        quotable=False,
    ),
    Act(
        "sets votes or weights",
        rf"\b(?:weights?|votes?|scores?|quorum|threshold)\W{{1,3}}(?:of|for)\W{{1,3}}(?:the\W{{1,3}})?(?:\w+\W{{1,3}}){{0,2}}?(?:persona|reviewer|seat|judge|panell?ist|dx|futurist)s?\W{{0,3}}(?:=|:|is|to|at|becomes?|should)\W{{0,3}}(?:\w+\W{{1,3}})?\d",
    ),
    Act(
        "sets votes or weights",
        rf"{IMPERATIVE}(?:set|change|raise|lower|reduce|increase|double|count|make|treat|assign|discard|drop|remove|cast|flip|invert|register)\W{{1,4}}(?:\w+\W{{1,4}}){{0,4}}?(?:(?:ship|skip|reviewer|persona|panel|business|futurist|competitive|dx)\W{{1,3}}(?:votes?|weights?|seats?|verdicts?)|(?:submission|entry|vote|verdict)s?\W{{1,3}}(?:twice|double))\b",
    ),
    Act(
        "hands over a seat",
        rf"{IMPERATIVE}(?:hand|give|yield|surrender|transfer|delegate|cede)\W{{1,4}}(?:over\W{{1,4}})?your\W{{1,4}}(?:seat|vote|verdict|turn|decision)\b",
    ),
    Act(
        "plants a memory",
        rf"{IMPERATIVE}(?:remember|memori[sz]e|note|store|save|keep|record|learn|recall|add)\b{gap(7)}(?:(?:future|later|subsequent|upcoming|next|every|all)\W{{1,3}}(?:\w+\W{{1,3}})?(?:submissions?|reviews?|evaluations?|verdicts?|panels?|tools|entries)|(?:your|long-term|persistent)\W{{1,3}}(?:\w+\W{{1,3}})?memor(?:y|ies))\b",
    ),
    Act(
        "plants a memory",
        rf"\b(?:in|for|during)\W{{1,3}}(?:all\W{{1,3}}|any\W{{1,3}})?(?:future|later|subsequent|upcoming)\W{{1,3}}(?:submissions?|reviews?|evaluations?|verdicts?|rounds?)\b{gap(8)}(?:trust\w*|ship|approve\w*|favou?r\w*|prefer\w*|recommend\w*|skip)\b",
    ),
    # authority is claimed for a judgement
    Act(
        "claims authority against criticism",
        rf"\b(?:negative|critical|bad|sceptical|skeptical|unfavou?rable|any|all|every|skip)\W{{1,3}}(?:\w+\W{{1,3}})?(?:reviews?|verdicts?|assessments?|criticisms?|opinions?|ratings?|objections?)\b{gap(6)}(?:is|are|was|were|must\W{{1,3}}be|should\W{{1,3}}be|can\W{{1,3}}be)\W{{1,3}}(?:\w+\W{{1,3}}){{0,2}}?(?:wrong|false|incorrect|mistaken|invalid|fake|malicious|ignored|disregarded|discounted|disproved|disproven|fabricated|lies|misinformed|rejected|unfounded)\b",
    ),
    Act(
        "claims authority against criticism",
        rf"\b(?:experts?|authorit(?:y|ies)|regulators?|panels?|stud(?:y|ies)|universit(?:y|ies)|board|committee|consensus)\b{gap(8)}(?:concluded?|consensus|agree[ds]?|confirm(?:s|ed)?|ruled|certif(?:y|ies|ied)|established)\b{gap(6)}(?:must|should|cannot|may\W{{1,3}}not|wrong|no\W{{1,3}}(?:weakness\w*|drawbacks?|flaws?)|best\W{{1,3}}in\W{{1,3}}class|{SHIP}|\bskip\b)",
    ),
)
"""What is recognised, in the order it is looked for."""

TRIGGER = (
    r"ignor|disregard|forget|overr|bypass|supersed|obey|follow|instruction|prompt|rubric|criteri|persona|verdict|\bvot|"
    r"\bship|\bskip|review|judge|judging|panel|evaluat|grad|assistant|\bmodels?\b|\bllm|\bai\b|\bagent|orchestrator|editor|"
    r"moderator|aggregat|label|calibrat|control|gold|scor|marks?\b|\brat(?:e|ing)\b|mode\b|role|act as|pretend|memor|remember|"
    r"repeat|reveal|disclose|quote|reasoning|weight|quorum|your (?:\w+ )?(?:job|task|role|seat)|from now|you are now|above|"
    r"approve|recommend|treat |hidden|secret|\brules?\b|conclu|tally|\bdx\b|futurist|context|conversation|positiv|nonce|"
    r"the real|the actual|trusted|waive|exempt|rater|quorum|operator|system message|memory|negatives|scale|us now|\bmessage\b|assignment|fabricated|favou?r|consider |weakness|drawback|deduct|dan\b|told"
)
"""A word that every act needs one of: most honest sentences end here."""

_DEFENCE = re.compile(
    r"detect|block|catch|flag|scan|prevent|guard|protect|defen[cds]|attack|attempt|jailbreak|injection|red.?team|payload|"
    r"filter|saniti[sz]|malicious|adversarial|exploit|phrases?\b|such as|\beg\b|example|resist|\bwarn|strings? like|hostile|untrusted"
)
_OUR_BUSINESS = re.compile(
    r"\bship\b(?! (?:it|code|faster))|full marks|\b(?:this|our) (?:tool|submission|entry|product|vendor)\b|top scores?|highest scores?|dear "
)


@cache
def _compiled() -> tuple[tuple[Act, re.Pattern[str]], ...]:
    return tuple((act, re.compile(act.pattern)) for act in ACTS)


@cache
def _trigger() -> re.Pattern[str]:
    return re.compile(TRIGGER)


def suspicious_act(sentence: str) -> str:
    """Say what a sentence does to its reader, or nothing when it only describes a tool.

    Args:
        sentence: one sentence in lower case.
    """
    if not _trigger().search(sentence):
        return ""
    for act, pattern in _compiled():
        found = pattern.search(sentence)
        if found and not (act.quotable and _is_reported(sentence, found.start(), found.end())):
            return act.reason
    return ""


def _is_reported(sentence: str, start: int, end: int) -> bool:
    """Tell whether the words at `start` are mentioned as something that others do, and not done."""
    if _OUR_BUSINESS.search(sentence):
        return False
    before = sentence[:start]
    nearby = before[-120:].rpartition(";")[2]
    quoted = bool(re.search(r"[\"'“`«]\W*$", sentence[: start + 2])) or before.count('"') % 2 == 1
    if quoted:
        return bool(_DEFENCE.search(sentence))
    return bool(_DEFENCE.search(nearby + sentence[start : min(end, start + 2)])) and not re.search(
        r"[.:!]\W*$", nearby
    )
