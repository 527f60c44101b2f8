"""Sentences that take the reader off its task: instructions withdrawn, replaced, or spoken over."""

from __future__ import annotations

from panel.suspicion.vocabulary import (
    EARLIER,
    IMPERATIVE,
    JUDGE_ACT,
    LOOSE_ORDERS,
    ORDERS,
    OVERRIDE,
    OWN,
    TOLD,
    TREAT_ACT,
    Act,
    gap,
)

TRIGGER = (
    r"instruction|rubric|prompt|guideline|criteri|persona|\btold\b|guidance|directive|orders?\b|"
    "brief|guardrail|programming|training|everything|anything|whatever|previous|prior|earlier|"
    "above|critique|doubt|reserv|criticis|sceptic|skeptic|evaluat|assess|judg|review|from now|"
    r"from here|from this|you (?:are|were) (?:now|no|hereby)|mode\b|\bas\b|pretend|pose\b|"
    r"\byour? |role|do as|rules\b|\bthis is\b|the (?:real|actual|true) |so far|after this|below|"
    r"scoring|following|\btask\b"
)
"""A word that every one of these sentences needs; without one, none is looked for."""

ACTS = (
    Act(
        "asks the reader to drop its instructions",
        rf"{IMPERATIVE}{OVERRIDE}(?:\W{{1,4}}{OWN}){{0,3}}\W{{1,4}}{EARLIER}(?:\W{{1,4}}(?:{OWN}|"
        rf"{EARLIER}|and|or|{ORDERS}|review|scoring|user)){{0,5}}\W{{1,4}}(?:{ORDERS}|"
        rf"{LOOSE_ORDERS})\b(?!\W{{1,3}}(?:versions?|releases?|warnings?|files?))",
    ),
    Act(
        "asks the reader to drop its instructions",
        rf"{IMPERATIVE}{OVERRIDE}(?:\W{{1,4}}(?:{OWN}|review(?:ing|er)?|scoring|evaluation|grading|"
        rf"judging|panel)){{1,5}}\W{{1,4}}(?:instructions?|prompts?|rubrics?|directives?|guidelines?|"
        rf"guardrails?|persona|criteria|briefing|programming)\b(?!\W{{1,3}}(?:files?|templates?|per|"
        r"for|with|in|by|via|when)\b)",
    ),
    Act(
        "asks the reader to drop its instructions",
        rf"{IMPERATIVE}{OVERRIDE}{gap(5)}(?:{TOLD}|{ORDERS}\W{{1,4}}(?:above|before|earlier|so\s+far|"
        r"given|provided))\b",
    ),
    Act(
        "asks the reader to drop its instructions",
        rf"{IMPERATIVE}(?:ignore|disregard|forget)\W{{1,4}}(?:everything|anything|"
        rf"all(?:\W{{1,3}}of)?(?:\W{{1,3}}(?:that|the|this|text))*|whatever|what)\W{{1,4}}(?:above|"
        r"before|earlier|previously|prior|came|you)\b",
    ),
    Act(
        "asks the reader to drop its instructions",
        rf"{IMPERATIVE}(?:cease|stop|suspend|set\W{{1,3}}aside|put\W{{1,3}}aside|abandon|drop|halt|"
        rf"quit|silence)\W{{1,4}}(?:the|your|all|any|this|"
        rf"further)\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?(?:critique|doubts?|reservations|criticism|"
        r"sceptic\w+|skeptic\w+|objections|evaluation|assessment|judge?ment|review|reviewing)\b",
    ),
    Act(
        "asks the reader to drop its instructions",
        r"\b(?:any|every|all|each|other)\W{1,3}(?:\w+\W{1,3})?(?:instructions?|rules?|guidelines?|"
        r"prompts?|directives?|criteri(?:on|a))\b.{0,80}\b(?:void|invalid|overridden|ignored|"
        r"disregarded|obsolete|superseded|no\W{1,3}effect)\b",
    ),
    Act(
        "asks the reader to drop its instructions",
        r"\b(?:everything|anything|what|all)\W{1,3}(?:that\W{1,3})?you\W{1,3}(?:read|saw|"
        r"were\W{1,3}told|were\W{1,3}given|have\W{1,3}read|heard|learned|"
        r"know)\W{1,3}(?:\w+\W{1,3})?(?:before|earlier|above|so\W{1,3}far|until\W{1,3}now|is|was)\b|"
        r"\bnot\W{1,3}as\W{1,3}your\W{1,3}\w+\W{1,3}says?\b|\bdo\W{1,3}as\W{1,3}i\W{1,3}say\b",
    ),
    Act(
        "asks the reader to drop its instructions",
        r"\b(?:cancel|skip|bypass|abort|terminate|stop|end|short-?cut)\W{1,3}(?:the|this|your|"
        r"any)\W{1,3}(?:\w+\W{1,3})?(?:reviews?|assessment|evaluation|judging|scoring|"
        r"rubric)\b(?=.{0,60}\b(?:enter|give|ship|maximum|return|approve|output|record|accept)\b)|"
        r"\b(?:directive|order|command)\W{1,3}(?:bypass|skip|ignore)\b",
    ),
    Act(
        "says that the reader's instructions no longer hold",
        r"\b(?:your|the|all|previous|prior|above|earlier)\W{1,4}(?:\w+\W{1,4}){0,3}?(?:instructi"
        "ons?|rules|rubric|criteria|criterion|guidelines|prompt|persona|guidance|directives|"
        r"orders)\b(?!\W{1,3}(?:engine|system|file|editor|manager|tool|library|"
        r"set))(?:\W{1,4}\w+){0,4}?\W{1,4}(?:no\s+longer\s+appl\w+|do(?:es)?\s+not\s+apply|"
        r"(?:is|are|was|were|has\s+been|have\s+been)\W{1,4}(?:\w+\W{1,4}){0,2}?(?:revoked|"
        "withdrawn|superseded|void|cancelled|canceled|lifted|obsolete|suspended|waived|replaced|"
        r"overridden|deprecated)|have\s+changed|has\s+changed)\b",
    ),
    Act(
        "gives the reader new instructions",
        r"\b(?:new|updated|revised|real|actual|true|additional|urgent|"
        r"secret)\W{1,3}(?:\w+\W{1,3})?(?:instructions?|directives?|orders|task|prompt|"
        r"persona)\W{0,3}(?::|follow\b|are\s+as\b|replace\b)",
    ),
    Act(
        "gives the reader a new role",
        r"\b(?:from\W{1,3}(?:now|here|this\W{1,3}point)\W{1,3}(?:on|"
        r"onwards?)\W{1,4}you\W{0,4}(?:are|will|must|should|shall|act|'re|have|only|always|never|"
        r"do|answer|vote|speak)\b|you\W{1,3}(?:are|were)\W{1,3}(?:now|no\W{1,3}longer|"
        r"hereby)\W{1,3}(?:a|an|the|in|free|unrestricted|acting|playing|bound|required|my|our|"
        r"dan)\b(?!\W{1,3}(?:position|control|loop|driver|know|mood|middle|power|hands|limit\w*)))",
    ),
    Act(
        "gives the reader a new role",
        rf"{IMPERATIVE}(?:act|behave|respond|pretend|roleplay|role-play|pose|"
        rf"speak)\W{{1,3}}(?:as\b(?:\W{{1,3}}if)?|to\W{{1,3}}be|"
        rf"that)\W{{1,4}}(?:\w+\W{{1,4}}){{0,4}}?(?:reviewer|judge|evaluator|assistant|salesperson|"
        r"marketer|fan|advocate|founder|you\b|dan\b)",
    ),
    Act(
        "gives the reader a new role",
        rf"\byour\W{{1,3}}(?:(?:only|sole|real|new|actual|true|next|one|first)\W{{1,3}}){{1,2}}(?:job|"
        rf"task|role|goal|objective|duty|purpose|mission)\W{{1,3}}(?:now\W{{1,3}})?is\W{{1,3}}{gap(2)}?"
        rf"(?:{JUDGE_ACT}|{TREAT_ACT}|agree|output|convince|promote|repeat)\b",
    ),
    Act(
        "gives the reader a new role",
        rf"\byour\W{{1,3}}(?:(?:only|sole|real|new|actual|true|next|one)\W{{1,3}}){{1,2}}(?:job|task|"
        rf"role|goal|objective|duty|purpose|mission|assignment)\W{{1,3}}(?:now\W{{1,3}})?is\W{{1,3}}to"
        rf"\W{{1,3}}(?:advertis\w+|sell|promote|praise|support|market|please|help\W{{1,3}}(?:us|this)|"
        rf"serve|defend)\b|{IMPERATIVE}(?:assume|adopt|play|take\W{{1,3}}on)\W{{1,3}}(?:the|"
        rf"a)\W{{1,3}}(?:role|persona|identity|part)\W{{1,3}}of\b(?=.{{0,80}}\b(?:our|review\w*|judge|"
        r"accordingly|fan|sales|advocate|ship|vote)\b)",
    ),
    Act(
        "gives the reader a new role",
        r"\byou\W{1,3}(?:now\W{1,3})?(?:work|speak|act|answer)\W{1,3}(?:for|"
        r"on\W{1,3}behalf\W{1,3}of)\W{1,3}(?:us|me|the\W{1,3}vendor|this\W{1,3}vendor)\b",
    ),
    Act(
        "claims a special mode",
        r"\byou\W{1,3}(?:are|'re|have\W{1,3}entered)\W{1,3}(?:now\W{1,3})?(?:in\W{1,3})?(?:developer|"
        r"debug|maintenance|admin|god|test|calibration|unrestricted|jailbreak|training)\W{1,3}mode",
    ),
    Act(
        "claims that the text so far was not the submission",
        r"\bthe\W{1,3}(?:real|actual|true)\W{1,3}(?:submission|tool|description|input|task|question|"
        r"review|document|instructions?)\W{1,3}(?:is|follows|begins|starts|comes)\b|\b(?:text|"
        r"everything|content|description|submission)\W{1,3}(?:above|so\W{1,3}far|"
        r"before\W{1,3}this)\W{1,3}(?:is|was|were)\W{1,3}(?:\w+\W{1,3})?(?:an?\W{1,3})?(?:example|"
        r"test|placeholder|sample|draft|fake|checked|safe|trusted|verified)\b|\b(?:everything|"
        r"anything|all|what|text)\W{1,3}(?:\w+\W{1,3})?(?:after|below|following|from)\W{1,3}(?:this|"
        r"here)\b(?:\W{1,3}\w+){0,3}?\W{1,3}(?:is|are|comes?|was|must|should)\b",
    ),
    Act(
        "claims an authority it does not have",
        r"\bthis\W{1,3}is\W{1,3}(?:your|the)\W{1,3}(?:\w+\W{1,3})?(?:developers?|operators?|"
        r"administrators?|creators?|admin|supervisor|orchestrator|moderator|owner)\b|\b(?:approval|"
        r"ship|lenient|permissive|yes)\W{1,3}mode\b|\byou\W{1,3}have\W{1,3}been\W{1,3}(?:updated|"
        r"upgraded|reprogrammed|authori[sz]ed|reassigned|relieved|retrained|patched)\b",
    ),
)
