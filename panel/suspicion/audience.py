"""Sentences that speak to whoever judges: the reviewer, its colleagues, the machinery, its memory."""

from __future__ import annotations

from panel.suspicion.vocabulary import (
    COLLEAGUES,
    HUMAN,
    IMPERATIVE,
    JUDGE_ACT,
    JUDGES,
    MACHINE_KIND,
    MACHINES,
    MODAL,
    OVERRIDE,
    PERSONA,
    SHIP,
    TARGETS,
    THIS,
    TOOL,
    TREAT_ACT,
    Act,
    gap,
)

TRIGGER = (
    "review|judge|panel|evaluat|grader|orchestrat|aggregat|assessor|jur[yio]|moderator|rater|"
    r"tally|voter|assistant|model|llm|\bais?\b|agent|\bbots?\b|chatbot|\bgpts?\b|copilot|editor|"
    r"persona|system|\byou\b|your|vot(?:e|ing)|weight|score|threshold|quorum|verdict|seat|memor|"
    r"remember|future|later|subsequent|upcoming|others|the rest|member|colleague|\bdx\b|futurist|"
    "competitive|business|chair|operator|coordinator|supervisor|scoring|rating|"
    "this (?:instruction|rule|sentence|message|paragraph)"
)
"""A word that every one of these sentences needs; without one, none is looked for."""

ACTS = (
    Act(
        "addresses the reviewer",
        r"^\W*(?:note|notice|notes|notification|memo|attention|reminder|message|instructions?|"
        "directive|request|guidance|warning|hint|info(?:rmation)?|important|"
        rf"announcement)s?\b\W{{1,4}}(?:to|for|of)?\W{{0,4}}(?:(?:the|all|any|every|our|my|"
        rf"this)\W{{1,4}})?(?:{JUDGES}\b|(?:{MACHINE_KIND}\W{{1,4}})+{MACHINES}\b|(?:{MACHINES}|"
        rf"ai)\b\W{{0,3}}:)",
    ),
    Act(
        "addresses the reviewer",
        r"(?:^|[>(\[\"'#*!/-])\W*(?:(?:dear|hello|hi|hey|to|for|attention|ok|"
        rf"okay)\W{{1,4}})?(?:(?:the|all|any|every|fellow|"
        rf"esteemed)\W{{1,4}})?{TARGETS}\W{{0,3}}[:,](?=.{{0,300}}\b(?:{JUDGE_ACT}|{TREAT_ACT}|"
        rf"{OVERRIDE}|trusted|waived|best|verdict|rubric|criteri\w+|deduct|remember|answer|repeat|"
        rf"approve|when\s+you)\b(?:.{{0,200}}\b(?:this|ship|skip|tool|pricing|price|prices|score|"
        r"marks?|criteri\w+|verdict|vendor|independent|evidence|weakness\w*|points?|winner|persona|"
        r"weight|submission|reviewers?|instructions?|rubric|excellent|trusted|highly|twice|quorum)\b|"
        rf".{{0,4}}$))",
    ),
    Act(
        "addresses the reviewer",
        rf"\bdear\W{{1,3}}(?:(?:ai|llm|automated|language)\W{{1,3}})?(?:{JUDGES}|{MACHINES})\b",
    ),
    Act(
        "addresses the reviewer",
        rf"\b(?:{MACHINE_KIND}\W{{1,3}})+(?:{JUDGES}|{MACHINES})\b{HUMAN}\W{{1,4}}(?:\w+\W{{1,4}}){{0,4"
        rf"}}?{MODAL}\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?(?:{JUDGE_ACT}|{TREAT_ACT})\b{gap(6)}?(?:{THIS}|t"
        rf"his|ship|vendor|pricing|claims?|marks?|the\W{{1,3}}tool|compliance|full|positive\w*|"
        r"excellent|satisf\w+)",
    ),
    Act(
        "addresses the reviewer",
        rf"\b(?:{JUDGES}|personas?)\b\W{{1,4}}(?:\w+\W{{1,4}}){{0,4}}?{MODAL}\W{{1,4}}(?:\w+\W{{1,4}})"
        rf"{{0,3}}?(?:{JUDGE_ACT}|{TREAT_ACT}|be)\b{gap(6)}?(?:{THIS}|\bskip\b|{SHIP}|"
        rf"full\W{{1,3}}marks|criteri\w+|this\W{{1,3}}vendor|the\W{{1,3}}rubric)",
    ),
    Act(
        "addresses the reviewer",
        rf"\byou\b\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?{MODAL}\W{{1,4}}(?:\w+\W{{1,4}}){{0,3}}?(?:"
        rf"{JUDGE_ACT}|conclude)\b(?:\W{{1,4}}\w+){{0,4}}?\W{{1,4}}(?:{THIS}|\bskip\b|{SHIP}|"
        rf"full\W{{1,3}}marks|criteri\w+|100\b|regardless)",
    ),
    Act(
        "addresses the reviewer",
        rf"\bif\W{{1,3}}you(?:\W{{1,3}}are|'re)\W{{1,3}}(?:(?:an?|the|"
        rf"one\W{{1,3}}of)\W{{1,3}})?(?:(?:\w+)\W{{1,3}}){{0,2}}?(?:language\W{{1,3}}models?|llms?|ai|"
        "reviewer|judge|assistant|orchestrator|persona|panel(?:l?ist)?|bot|evaluator|"
        rf"grader)\b{HUMAN}(?!\W{{1,3}}\w+(?:er|or|ist)s?\b)",
    ),
    Act(
        "addresses the reviewer",
        rf"\b(?:when|while|before|after|in|as|once)\W{{1,3}}(?:you\W{{1,3}}(?:are\W{{1,3}})?)?(?:scor|"
        "rat|evaluat|review|judg|assess|grad|vot|summari[sz]|compar|decid|weigh)(?:e|"
        rf"ing)?\b{gap(4)}?(?:{THIS}|this\W{{1,3}}(?:page|document|text|article)|"
        rf"voting)?\W{{0,3}}.{{0,60}}\b(?:you\W{{1,3}}(?:must|should|will|shall)|always|never|do\s+not|"
        "don't|say|state|treat|assume|declare|mention|give|copy|include|repeat|conclude|"
        rf"remember)\b{gap(7)}(?:winner|drawbacks?|weakness\w*|no\W{{1,3}}\w+|ship|skip|marks|score|"
        rf"this\W{{1,3}}{TOOL}|instructions?|rubric|criteri\w+|verdict|excellent|best|favou?r\w*)\b",
    ),
    Act(
        "addresses the reviewer",
        r"\bthis\W{1,3}(?:instruction|rule|sentence|message|paragraph|"
        r"directive)\W{1,3}(?:also\W{1,3})?(?:applies|is\W{1,3}(?:addressed|for|meant|binding)|"
        r"concerns|holds|overrides?|must)\b",
    ),
    Act(
        "sends word to the rest of the panel",
        rf"{IMPERATIVE}(?:tell|ask|convince|persuade|urge|remind|get|"
        rf"join)\W{{1,4}}(?:your\W{{1,4}})?(?:fellow|co-?)\W{{0,3}}(?:\w+\W{{1,3}})?(?:reviewers?|"
        r"members?|judges?|panell?ists?|agents?|raters?|personas?)\b",
    ),
    Act(
        "sends word to the rest of the panel",
        rf"{IMPERATIVE}(?:tell|instruct|inform|convince|ask|remind|warn|persuade|notify|signal|urge|"
        rf"order|let)\W{{1,4}}(?:the\W{{1,4}}|all\W{{1,4}}|every\W{{1,4}})?(?:{COLLEAGUES}|{JUDGES}|"
        rf"{PERSONA}?(?:personas?|editor))\b",
    ),
    Act(
        "sends word to the rest of the panel",
        rf"{IMPERATIVE}(?:forward|pass|relay|propagate|send|hand|copy|repeat|give|deliver|"
        rf"transmit)\b{gap(6)}(?:to|for)\W{{1,4}}(?:the\W{{1,4}}|all\W{{1,4}}|"
        rf"every\W{{1,4}})?(?:{COLLEAGUES}|{JUDGES}|(?:other|next|every|downstream|"
        rf"subsequent)\W{{1,4}}(?:agents?|models?|stages?|rounds?|reviews?)|(?:dx|futurist|business|"
        r"competitive)\b|editor\b)",
    ),
    Act(
        "sends word to the rest of the panel",
        rf"\bso\W{{1,3}}that\W{{1,3}}(?:the\W{{1,3}})?(?:{COLLEAGUES}|{JUDGES}|"
        rf"editor)\b{gap(2)}?\W{{0,3}}(?:reads?|sees?|knows?|ships?|follows?|votes?|copies|agrees?)\b",
    ),
    Act(
        "speaks for other reviewers",
        r"\b(?:dx|futurist)\b.{0,60}\b(?:competitive|business|futurist|dx)\b.{0,60}\b(?:agrees?|"
        r"abstain\w*|votes?|voted|ship|skip|should|must|approved?)\b|\b(?:competitive|"
        r"business)\b.{0,60}\b(?:dx|futurist)\b.{0,60}\b(?:agrees?|abstain\w*|votes?|voted|ship|skip|"
        r"should|must|approved?)\b",
    ),
    Act(
        "speaks for other reviewers",
        rf"\b(?:{COLLEAGUES}|the\W{{1,4}}(?:dx|futurist|business|competitive)\b(?:\W{{1,3}}persona)?|"
        rf"(?:two|three|four|all|most|both)\W{{1,4}}(?:other\W{{1,4}}|"
        rf"of\W{{1,4}}the\W{{1,4}})?(?:reviewers|personas|judges|panell?ists)|personas?|"
        rf"reviewers)\W{{1,4}}(?:has|have|had|is|are)\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?(?:voted|agreed|"
        rf"decided|shipped|concluded|settled)\b(?!\W{{1,3}}by\b)",
    ),
    Act(
        "speaks for the panel's machinery",
        r"\b(?:orchestrator|moderator|supervisor|panel|reviewer|judge|coordinator|aggregator|operator|"
        r"tally|editor|chair|quorum)s?\W{1,3}(?:override|notice|note|instruction|command|directive|"
        r"order|update|alert|patch)s?\W{0,2}[:=–—-]",
        quotable=False,
    ),
    Act(
        "speaks for the panel's machinery",
        r"\bsystem\W{1,3}(?:override|instruction|command|directive|order)s?\W{0,2}:",
        quotable=False,
    ),
    Act(
        "sets votes or weights",
        rf"{IMPERATIVE}(?:ignore|disregard|discard|discount|exclude|nullify|cancel|"
        rf"drop)\W{{1,4}}(?:its|their|his|her|the|any|all)\W{{1,4}}(?:\w+\W{{1,4}}){{0,2}}?(?:votes?|"
        rf"verdicts?)\b(?!\W{{1,3}}(?:by|of|from|with|that)\b)",
    ),
    Act(
        "sets votes or weights",
        r"\b(?:weights?|votes?|scores?|quorum|threshold)\W{1,3}(?:of|"
        r"for)\W{1,3}(?:the\W{1,3})?(?:\w+\W{1,3}){0,2}?(?:persona|reviewer|seat|judge|"
        r"panell?ist|dx|futurist)s?\W{0,3}(?:=|:|is|to|at|becomes?|"
        r"should)\W{0,3}(?:\w+\W{1,3})?\d",
    ),
    Act(
        "sets votes or weights",
        rf"{IMPERATIVE}(?:set|change|raise|lower|reduce|increase|double|count|make|treat|assign|"
        rf"discard|drop|remove|cast|flip|invert|register)\W{{1,4}}(?:\w+\W{{1,4}}){{0,4}}?(?:(?:ship|"
        rf"skip|reviewer|persona|panel|business|futurist|competitive|dx)\W{{1,3}}(?:votes?|weights?|"
        rf"seats?|verdicts?)|(?:submission|entry|vote|verdict)s?\W{{1,3}}(?:twice|double))\b",
    ),
    Act(
        "hands over a seat",
        rf"{IMPERATIVE}(?:hand|give|yield|surrender|transfer|delegate|"
        rf"cede)\W{{1,4}}(?:over\W{{1,4}})?your\W{{1,4}}(?:seat|vote|verdict|turn|decision)\b",
    ),
    Act(
        "plants a memory",
        r"\b(?:add|save|commit|write|store|put)\W{1,3}(?:this\W{1,3}|it\W{1,3}|"
        r"the\W{1,3}following\W{1,3})?(?:to|in|into)\W{1,3}(?:your\W{1,3})?(?:long-?term\W{1,3})?memor"
        r"y\s*:",
    ),
    Act(
        "plants a memory",
        rf"{IMPERATIVE}(?:remember|memori[sz]e|note|store|save|keep|record|learn|recall|"
        rf"add)\b{gap(7)}(?:(?:future|later|subsequent|upcoming|next|every|"
        rf"all)\W{{1,3}}(?:\w+\W{{1,3}})?(?:submissions?|reviews?|evaluations?|verdicts?|panels?|tools|"
        rf"entries)|(?:your|long-term|persistent)\W{{1,3}}(?:\w+\W{{1,3}})?memor(?:y|ies))\b",
    ),
    Act(
        "plants a memory",
        rf"\b(?:in|for|during)\W{{1,3}}(?:all\W{{1,3}}|any\W{{1,3}})?(?:future|later|subsequent|"
        rf"upcoming)\W{{1,3}}(?:submissions?|reviews?|evaluations?|verdicts?|"
        rf"rounds?)\b{gap(8)}(?:trust\w*|ship|approve\w*|favou?r\w*|prefer\w*|recommend\w*|skip)\b",
    ),
    Act(
        "dictates what the review says",
        rf"{IMPERATIVE}(?:copy|include|insert|paste|write|put|repeat|add|embed|quote|place|append|"
        rf"use)\b{gap(8)}(?:in|into|inside|within|to|as|at\W{{1,3}}the\W{{1,3}}(?:start|end|"
        rf"top)\W{{1,3}}of)\W{{1,3}}your\W{{1,3}}(?:\w+\W{{1,3}})?(?:reasoning|answer|reply|quote|"
        rf"verdict|review|rationale|justification|conclusion)\b(?!\W{{1,3}}(?:board|page|queue|tool|"
        "app))",
    ),
    Act(
        "dictates what the review says",
        r"\bin\W{1,3}your\W{1,3}(?:quote|verdict|reasoning|rationale|review|answer|"
        r"summary)\b\W{1,4}(?:\w+\W{1,4})?(?:write|say|include|state|mention|add|repeat|note|put|"
        r"quote|use)\b",
    ),
)
