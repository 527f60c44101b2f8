"""Sentences that ask for what the reader was told: its instructions, its keys, the text before this one."""

from __future__ import annotations

from panel.suspicion.vocabulary import IMPERATIVE, PUBLIC_FIELD, SECRETS, TELL, Act, gap

TRIGGER = (
    "prompt|instruction|rules|rubric|guideline|persona|system|hidden|secret|key|token|credential|"
    "environment|nonce|chain|everything|anything|above|before|text|words|message|conversation|"
    r"context|criteria|briefing|\btold\b|answer|reply|response|quote|verdict|review|output|"
    "configuration"
)
"""A word that every one of these sentences needs; without one, none is looked for."""

ACTS = (
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}{TELL}\b(?!-)(?:\W{{1,6}}(?:(?:us|me|out|down|back|the|your|all|of|any|full|"
        "complete|entire|exact|hidden|names?|and|weights?|contents?|list|first|last|verbatim|a|copy|"
        rf"text|with|answer|by|{PUBLIC_FIELD}|hundred|words|lines|\d{{1,4}}|own|every|each|whole|that|"
        rf"from|in|into|to)\b)){{0,10}}?\W{{1,6}}(?:your\W{{1,3}})?{SECRETS}\b(?=.{{0,120}}\b(?:"
        rf"{PUBLIC_FIELD}|verbatim|word\W{{1,3}}for\W{{1,3}}word|in\W{{1,3}}full|"
        rf"you\W{{1,3}}(?:have\W{{1,3}}been|were)|above|before|anything\W{{1,3}}else|base64|french|"
        rf"german|at\W{{1,3}}the\W{{1,3}}(?:start|end|top)|url|image|first|instead)\b|"
        r"\W*$)(?<!\bapi key)(?<!\bapi keys)(?<!\bsecrets)(?<!\bsecret)(?<!\bcredentials)(?<!\bcredent"
        r"ial)(?<!\bvariables)",
    ),
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}(?:{TELL})\b(?!-){gap(8)}{SECRETS}\b{gap(8)}?\b(?:in|into|as|inside|within|to|"
        rf"at\W{{1,3}}the\W{{1,3}}(?:start|end)\W{{1,3}}of)\W{{1,3}}(?:your|"
        rf"the)\W{{1,3}}(?:\w+\W{{1,3}})?{PUBLIC_FIELD}\b",
    ),
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}(?:disclose|leak|expose|reveal|exfiltrate|recite|"
        rf"divulge)\W{{1,4}}(?:\w+\W{{1,4}}){{0,3}}?(?:your\W{{1,3}}\w+|"
        rf"{SECRETS})\b(?=.{{0,80}}\b(?:you|your)\b|\W*$)",
    ),
    Act(
        "asks for the reader's instructions",
        rf"\b(?:your\W{{1,3}})(?:(?:hidden|full|system|initial|original|secret|internal|exact|own|"
        rf"entire|complete)\W{{1,3}}){{1,3}}(?:instructions?|prompts?|rules|messages?|guidelines?|"
        rf"persona|context)\b(?=.{{0,100}}\b(?:{PUBLIC_FIELD}|put|place|append|verbatim|word|full|line|"
        r"url|last)\b)",
    ),
    Act(
        "asks for the reader's instructions",
        r"\bwhat\W{1,3}(?:is|are|was|were|does)\W{1,3}(?:your|"
        r"the)\W{1,3}(?:\w+\W{1,3})?(?:system\W{1,3}prompts?|instructions?|rubric|prompt|"
        r"persona)\b|\bwhat\W{1,3}(?:were|have)\W{1,3}you\W{1,3}(?:been\W{1,3})?(?:told|"
        r"instructed|asked)\b",
    ),
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}(?:repeat|print|output|copy|quote|recite|echo|paste|return|write|translate|"
        rf"encode|summari[sz]e)\W{{1,4}}(?:\w+\W{{1,4}}){{0,3}}?(?:everything|all|the\W{{1,3}}(?:text|"
        "words|lines?|content|message|prompt|paragraphs?)|"
        rf"anything)\W{{1,3}}(?:\w+\W{{1,3}}){{0,2}}?(?:above|before\W{{1,3}}this|preceding|"
        rf"you\W{{1,3}}(?:were|have\W{{1,3}}been|can\W{{1,3}}see))\b",
    ),
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}(?:begin|start|end|open|close|preface)\W{{1,4}}(?:your|"
        rf"the)\W{{1,4}}{PUBLIC_FIELD}\W{{1,4}}(?:with|by)\b",
    ),
    Act(
        "asks for the reader's instructions",
        r"\bwhat\W{1,3}(?:\w+\W{1,3})?(?:instructions|rules|prompt|guidelines|orders|"
        r"criteria)\W{1,3}(?:were|are|did|have|do)?\W{0,3}you\b|\b(?:tell|show|give|send)\W{1,3}(?:me|"
        r"us)\b.{0,80}\b(?:you\W{1,3}(?:are|follow|were|have\W{1,3}been)|your\W{1,3}(?:rules|"
        r"instructions|prompt|rubric|persona))\b",
    ),
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}(?:print|reveal|repeat|output|dump|recite|disclose|echo|leak|divulge|quote|"
        rf"summari[sz]e|exfiltrate)\W{{1,4}}(?:me\W{{1,3}}|us\W{{1,3}}|out\W{{1,3}})?(?:your|"
        rf"the\W{{1,3}}(?:full|entire|whole|complete|first|original|initial|"
        rf"hidden))\W{{1,3}}(?:\w+\W{{1,3}}){{0,2}}?(?:system\W{{1,3}}(?:prompt|message)|instructions|"
        rf"prompt|rules|context\W{{1,3}}window|conversation|rubric|persona|guidelines|briefing)\b",
    ),
    Act(
        "asks for the reader's instructions",
        r"\bthe\W{1,3}(?:persona|role|prompt|instructions|rubric|rules|criteria|"
        r"guidelines)\W{1,3}(?:that\W{1,3})?you\W{1,3}(?:are|were|have\W{1,3}been)\W{1,3}(?:playing|"
        r"given|assigned|using|following|told|shown)\b|\b(?:which|what)\W{1,3}(?:\w+\W{1,3})?(?:rules|"
        r"instructions|guidelines|orders|criteria|prompt)\W{1,3}(?:were|are|did|have|do)\W{1,3}you\b|"
        r"\byour\W{1,3}(?:\w+\W{1,3})?(?:instructions|prompt|rules|rubric)\W{1,3}(?:as|in|"
        r"into)\W{1,3}(?:an?\W{1,3})?(?:poem|song|rhyme|json|base64|french|german|spanish|reverse|"
        r"emoji|table|list|hex|rot13|morse)\b",
    ),
    Act(
        "asks for the reader's instructions",
        rf"{IMPERATIVE}(?:repeat|print|output|copy|quote|recite|echo|paste|return|write|translate|"
        rf"encode|summari[sz]e|reply|respond|answer|show|give)\W{{1,4}}(?:\w+\W{{1,4}}){{0,5}}?(?:messa"
        rf"ge|text|content|contents|prompt|words|lines?|paragraph|turn)s?\W{{1,3}}(?:before|above|"
        rf"preceding|prior\W{{1,3}}to)\W{{1,3}}(?:this|it|mine)\b",
    ),
    Act(
        "asks for the reader's instructions",
        r"\b(?:text|contents?|words|body|wording|letters|beginning|start)\W{1,3}of\W{1,3}(?:your|"
        r"the\W{1,3}system)\W{1,3}(?:\w+\W{1,3})?(?:prompt|instructions|message|rubric|persona|"
        r"rules)\b|^\W*(?:start|begin|open)\W{1,3}(?:by|with)\W{1,3}\w+ing\b.{0,60}\b(?:prompt|"
        r"system\W{1,3}message|instructions|rubric|rules)\b",
    ),
    Act(
        "asks for the reader's instructions",
        r"^\W*(?:please\W{1,3})?(?:say|tell|state|show|explain|describe|give|"
        r"reveal)\W{1,4}(?:\w+\W{1,4}){0,4}?(?:your\W{1,3}(?:\w+\W{1,3})?(?:system|developer|initial|"
        r"hidden|original)\W{1,3}(?:message|prompt|instructions?)|me\W{1,3}(?:the|"
        r"your)\W{1,3}(?:\w+\W{1,3})?(?:rubric|prompt|instructions|rules|persona)\b)",
    ),
)
