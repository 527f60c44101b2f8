"""The words that suspicious sentences are made of.

Patterns are written for text in lower case with plain apostrophes. Every repetition is bounded, so that
the time to search a sentence grows with its length and not faster.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Act(NamedTuple):
    """A thing a sentence can do to its reader, and how it is recognised."""

    reason: str
    """What it does, completing "The sentence …"."""
    pattern: str
    quotable: bool = True
    """Whether a tool that defends against it may quote it."""


def gap(words: int) -> str:
    """Allow up to `words` words of any kind between two patterns."""
    return rf"(?:\W{{1,8}}[\w']{{1,30}}){{0,{words}}}?\W{{1,8}}"


def any_of(words: str) -> str:
    """Make one alternative of the words of a string; `_` stands for white space inside one."""
    return "(?:" + "|".join(word.replace("_", r"\W{1,4}") for word in words.split()) + ")"


IMPERATIVE = (
    r"(?:^\W*|[:;,(\[{>\"'“*|/#!.\]\)}—–-]\s*|\b(?:and|then|please|now|so|also|just|kindly|simply|"
    "must|should|shall|will|may|to|you|instead|therefore|first|next|always|never|not|don't|'ll|"
    r"hereby|immediately|or|but)\s+)"
)
"""Where a verb stands that tells somebody to do something: at the start of a clause, or after a modal."""
OVERRIDE = any_of(
    "ignor(?:e|ing) disregard(?:ing)? forget(?:ting)? overrid(?:e|es|ing) overrul(?:e|es) bypass "
    "discard dismiss supersed(?:e|es) nullif(?:y|ies) cancel abandon neglect set_aside put_aside "
    "throw_(?:out|away) pay_no_(?:attention|heed)(?:_to)? "
    "(?:do_not|don't|never|stop|cease|no_longer)_(?:follow(?:ing)?|obey(?:ing)?|apply(?:ing)?|"
    "us(?:e|ing)|adher(?:e|ing)_to|comply(?:ing)?_with) "
    "unlearn wipe never_mind suspend void erase delete drop replac(?:e|es) depart_from"
)
EARLIER = any_of(
    "previous(?:ly)? prior earlier preceding above foregoing before past former initial original "
    "existing so_far"
)
OWN = any_of(
    "all any every each your these those system developer hidden safety the my its other given of current"
)
ORDERS = any_of(
    "instructions? prompts? rubrics? directives? guidelines? guardrails? guidance orders? "
    "commands? directions persona criteri(?:a|on) constraints? restrictions? training programming "
    "briefing brief"
)
LOOSE_ORDERS = any_of(
    "rules messages? context text conversation everything anything policy policies checks "
    "standards task words it"
)
TOLD = any_of(
    ""
    "you_(?:were|are|have_been|had_been|'ve_been)_(?:told|given|asked|taught|instructed|shown|assigned) "
    "you_(?:got|received|read|know|learned|have_read) "
    "(?:told|given|said)_(?:to_you|before|earlier|above|so_far)"
)
TOOL = any_of(
    "tool submission entry product item record vendor package library project service candidate "
    "app application company"
)
THIS_TOOL = rf"(?:(?:this|the_present|our)\W{{1,4}}{TOOL}|\bit\b|everything_here|this_one)".replace(
    "_", r"\W{1,4}"
)
THIS = rf"(?:this|the_present|our)\W{{1,4}}{TOOL}".replace("_", r"\W{1,4}")
SHIP = (
    r"(?<!\ba )(?<!\ban )(?<!\bthe )(?<!\bto )(?<!\bcontainer )[\"'`*]{0,2}\bship\b(?!-|'s|"
    r"\s+(?:a|an|the|your|our|their|new|to|with|in|on|by|from|at|more|faster|better|reliabl[ey]|"
    r"quick\w*|software|code|features?|products?|updates?|releases?|dates?|tracking|every|each|"
    "weekly|daily|owners?|names?|position|log|models?|builds?|apps?|agents?|tools?|"
    r"it\b(?! is))\b)"
)
"""`ship` as a verdict, and not as what teams do or what sails."""
VESSELS = re.compile(
    r"\b(?:vessels?|cargo|sail\w*|marine|maritime|ports?|harbou?rs?|fleets?|captains?|crews?|"
    "oceans?|seas?|ais|freight|naval|photographs?|images?|airplanes?|trucks?|spacecraft|space|"
    r"boats?|docks?|pirates?|gym)\b"
)
"""Words that keep company with ships that sail, or with pictures of them."""
SHIP_NOUN = r"\bship[\"'`]?\s+(?:verdict|vote|decision|rating|recommendation|label|outcome|answer)s?\b"
MARKS = (
    "(?:(?:full|maximum|maximal|max|top|highest|perfect|best|excellent|"
    r"outstanding)(?:\W{1,4}(?:possible|available|overall))?\W{1,4}(?:marks?|scores?|ratings?|"
    r"grades?|points?|stars?|verdicts?|results?)|five[ -]stars?|(?:100|10|5|4)\s*(?:/|"
    r"out\s+of)\s*(?:100|10|5|4)\b|100\s*(?:%|percent|points)|\bperfect\b)"
)
JUDGES = any_of(
    "reviewers? judges? panel panell?ists? evaluators? graders? orchestrators? aggregators? "
    "assessors? raters? tally voters? jur(?:y|ors?) moderators?"
)
MACHINES = any_of(
    "assistants? models? llms? ais? agents? bots? chatbots? gpts? copilots? editors? personas? systems?"
)
MACHINE_KIND = any_of(
    "ai llm automated automatic artificial language(?:_|-)model large_language reviewing "
    "evaluating judging grading reading"
)
MODAL = (
    r"(?:must|should|shall|need\s+to|needs\s+to|have\s+to|has\s+to|ought\s+to|will|may\s+not|"
    r"cannot|can\s+not|please|(?:is|are)\s+(?:hereby\s+)?(?:to|required\s+to|asked\s+to|"
    r"instructed\s+to|told\s+to|expected\s+to|obliged\s+to|requested\s+to|reminded\s+to|"
    r"advised\s+to|allowed\s+to))"
)
JUDGE_ACT = any_of(
    "vote rate(?!-) score mark approve recommend award grade endorse rank praise pass conclude "
    "ship deduct penalis(?:e|ing) penaliz(?:e|ing) answer"
)
TREAT_ACT = any_of(
    "treat consider count assume accept ignore disregard give regard describe trust say read note "
    "skip declare set add credit believe present quote state report confirm overlook discount "
    "weigh"
)
SAY = any_of(
    "word key reads? end(?:s|ing)? open(?:s|ing)? begin(?:s|ning)? finish close start "
    "vot(?:e|es|ed|ing) answer(?:s|ed)? respond reply repl(?:ies|ied) say return output print "
    "mark(?:ed)? rat(?:e|ed|ing) classify choose select pick verdicts? decisions? decide "
    "conclu(?:de|sion) recommend(?:ation)? scor(?:e|ed) grade report give issue assign write set "
    "emit approved? judged? declare call counts? recorded? enter submit predict favou?r ruling "
    "outcome result consensus judgement judgment stands_for means? equals confirm(?:ed)?"
)
LINK = any_of(
    "this it with for as only just simply exactly always is be must should of word tool entry "
    "submission product item one single in final verdict decision answer label on conclusion by "
    "default now at vote result recommendation been was were are score agreed known expected "
    "decided exclusively please every everything all criterion and_nothing_but reads? remains "
    "equals would will the a an"
)
DEMAND = rf"\b{SAY}(?:\W{{1,6}}{LINK}){{0,6}}\W{{1,6}}{SHIP}"
PERSONA = (
    "(?:(?:other|remaining|next|second|futurist|business|competitive|dx|"
    r"developer\W{1,3}experience)\W{1,4})"
)
COLLEAGUES = (
    rf"(?:{PERSONA}(?:reviewers?|personas?|judges?|panell?ists?|seats?|agents?|models?|members?)|"
    rf"the\W{{1,4}}(?:others|rest|panel))"
)
HUMAN = (
    r"(?!\W{1,3}(?:engineers?|developers?|researchers?|teams?|startups?|compan\w+|practitioners?|"
    "enthusiasts?|builders?|users?|labs?|makers?|vendors?|providers?|owners?|trainers?|"
    r"scientists?|consultants?|artists?|leads?|safety|product|shop|novice|agency)\b)"
)
PUBLIC_FIELD = (
    "(?:reasoning|answer|reply|response|quote|verdict|review|output|rationale|explanation|"
    "justification|conditions?|because|moves?|summary|conclusion)"
)
SECRETS = (
    r"(?:system\W{1,3}(?:prompts?|messages?|instructions?)|hidden\W{1,3}\w+|(?:initial|original|"
    r"full|own|secret|internal|above|exact|your)\W{1,3}(?:instructions?|prompts?|rules|rubrics?|"
    r"guidelines?|directives?|persona|criteria|configuration|context)|developer\W{1,3}(?:message|"
    r"prompt)s?|persona\W{1,3}(?:file|text|definition|description|prompt)|(?:your|the|"
    r"full)\W{1,3}rubrics?|environment\W{1,3}variables?|api\W{1,3}(?:keys?|tokens?)|credentials?|"
    r"secrets?|nonce|chain\W{1,3}of\W{1,3}thought|everything\W{1,3}(?:above|before|so\W{1,3}far)|"
    r"(?:text|words|lines?|content|message|tokens?)\W{1,3}(?:above|before)|"
    r"conversation\W{1,3}(?:so\W{1,3}far|history|above))"
)
TELL = any_of(
    "reveal repeat print output copy show disclose include paste quote recite echo write leak "
    "expose tell return summari[sz]e translate encode dump list append embed send put state spell "
    "insert prepend begin start add attach post report give provide display share render "
    "reproduce describe fetch request"
)
TARGETS = rf"(?:{JUDGES}|(?:{MACHINE_KIND}\W{{1,4}})+{MACHINES}|{MACHINES})"
LABEL = any_of("label answer verdict outcome decision rating vote score response result value grade")
KNOWN = any_of(
    "known expected correct ground-truth ground_truth gold golden true reference right target "
    "agreed official final predetermined pre-determined verified required desired default"
)
