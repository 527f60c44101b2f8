"""Sentences that redefine what is judged: known answers, changed rules, authority against criticism."""

from __future__ import annotations

from panel.suspicion.vocabulary import KNOWN, LABEL, SHIP, Act, gap

TRIGGER = (
    "label|answer|verdict|outcome|decision|rating|vote|calibrat|control|gold|reference|sanity|"
    r"honeypot|attention|warm-?up|practice|dummy|placeholder|quality|approved|exempt|\bverified|"
    r"decided|reviewed|accepted|passed|rubric|scor|criteri|persona|quorum|protocol|rules?\b|scale|"
    "standard|reviewer|judge|panel|grader|evaluat|accuracy|response|instructions|guideline|human|"
    "manual|expert|marks|experts?|authorit|regulator|stud(?:y|ies)|universit|board|committee|"
    r"consensus|reviews?\b|criticism|evidence|\be\d"
)
"""A word that every one of these sentences needs; without one, none is looked for."""

ACTS = (
    Act(
        "claims that the verdict is already known",
        rf"\b{KNOWN}\W{{1,3}}{LABEL}s?\b{gap(4)}?{SHIP}",
        quotable=False,
    ),
    Act(
        "claims that the verdict is already known",
        r"\b(?:calibration|control|gold(?:en)?(?:[ -](?:set|standard))?|reference|sanity[ -]check|"
        "honeypot|attention[ -]check|warm-?up|practice|dummy|placeholder|"
        r"quality[ -]control)\W{1,3}(?:item|entry|case|record|submission|question|task|tool|"
        r"review)\b",
    ),
    Act(
        "claims that the verdict is already known",
        r"\b(?:this|the)\W{1,3}(?:item|entry|record|submission|review|case|tool|product|"
        r"run)\W{1,3}(?:is|was|serves\W{1,3}as|has\W{1,3}been)\W{1,3}(?:\w+\W{1,3}){0,4}?("
        r"?:control|calibration|pre-?approved|already\W{1,3}(?:been\W{1,3})?(?:approved|reviewed|"
        "verified|accepted|decided|voted|passed)|exempt(?:ed)?|whitelisted|allow-?listed|"
        r"gold(?:en)?\W{1,3}(?:set|standard|label)|not\W{1,3}(?:to\W{1,3}be\W{1,3})?(?:judged|"
        r"reviewed|scored|evaluated))\b",
    ),
    Act(
        "claims that the verdict is already known",
        r"\b(?:verdict|decision|vote|label)\b\W{1,3}(?:is|has\W{1,3}been|"
        r"was)\W{1,3}(?:already\W{1,3})?(?:set|fixed|decided|determined|agreed|recorded|"
        r"pre-?filled|locked|known|settled)\b(?!\W{1,3}(?:by\W{1,3}(?:a\W{1,3})?(?:major|quorum|"
        r"vote))|\W{1,3}in\b)",
    ),
    Act(
        "claims that the verdict is already known",
        r"\b(?:human|manual|prior|full|expert|editorial|previous|earlier)\W{1,3}(?:reviews?|"
        r"evaluations?|assessments?|panels?|reviewers?)\W{1,3}(?:has|have|is|was|"
        r"were)\W{1,3}(?:already\W{1,3}|been\W{1,3}){0,2}(?:completed?|done|finished|passed|approved|"
        r"positive|concluded)\b",
    ),
    Act(
        "rewrites the rules of judging",
        rf"\b(?:rubric|scoring\W{{1,3}}(?:scale|rules?|guide)|review\W{{1,3}}(?:criteria|rules?|"
        rf"guidelines?)|evaluation\W{{1,3}}(?:criteria|rules?|protocol)|persona|quorum|"
        rf"voting\W{{1,3}}rules?)\b{gap(3)}?(?:has|have|was|were|is|"
        rf"are)\W{{1,3}}(?:\w+\W{{1,3}}){{0,3}}?(?:updated|changed|replaced|revised|amended|inverted|"
        r"reversed|swapped|flipped|simplified|relaxed|waived|suspended|extended)\b",
    ),
    Act(
        "rewrites the rules of judging",
        r"\b(?:labels?|verdicts?|scores?|scale|votes?|polarity)\b\W{1,3}(?:are|is|have\W{1,3}been|"
        r"has\W{1,3}been|were)\W{1,3}(?:\w+\W{1,3}){0,2}?(?:swapped|inverted|reversed|flipped|"
        r"redefined)\b(?=.{0,120}\b(?:ship|skip|item|entry|submission|round|panel)\b)",
    ),
    Act(
        "rewrites the rules of judging",
        rf"\b(?:the|every|each|all|this|that|\w+)\W{{1,3}}(?:\w+\W{{1,3}})?(?:criterion|criteria|"
        rf"rubric|standards?)\b{gap(3)}?(?:has\W{{1,3}}been|have\W{{1,3}}been|is|are|"
        rf"was)\W{{1,3}}(?:\w+\W{{1,3}})?(?:waived|exempt\w*|dropped|lifted|suspended|disabled|"
        rf"switched\W{{1,3}}off|met|satisfied)\b|\bexempt\w*\W{{1,3}}(?:from|"
        rf"under)\b{gap(3)}(?:criteri\w+|rubric|scoring|review|evaluation|judg\w+|panel)\b",
    ),
    Act(
        "rewrites the rules of judging",
        r"\b(?:reviewers?|judges?|you|panell?ists?|graders?|evaluators?|your\W{1,3}(?:performance|"
        r"accuracy|answers?))\b\W{1,3}(?:are|is|will\W{1,3}be)\W{1,3}(?:\w+\W{1,3}){0,3}?(?:"
        "scored|graded|evaluated|measured|tested|penali[sz]ed|rewarded|judged|audited|"
        r"paid)\b(?=.{0,160}\b(?:ship|skip|verdict|error|agree\w*|this\W{1,3}(?:entry|item|"
        r"submission)|deviat\w+|disagree\w*|mistake)\b)",
    ),
    Act(
        "rewrites the rules of judging",
        r"\b(?:any|every|all|each|an)\W{1,3}(?:answers?|verdicts?|votes?|decisions?|responses?|"
        r"labels?)\W{1,3}(?:other\W{1,3}than|except|that\W{1,3}(?:is|are)\W{1,3}not|besides|"
        r"different\W{1,3}from)\b",
    ),
    Act(
        "rewrites the rules of judging",
        r"\b(?:used|meant|intended|included|here|exists?)\W{1,3}(?:only\W{1,3})?to\W{1,3}(?:test"
        r"|measure|calibrate|check|verify|validate)\W{1,3}(?:\w+\W{1,3}){0,3}?(?:reviewers?|"
        r"judges?|panel|graders?|evaluators?)\b",
    ),
    Act(
        "rewrites the rules of judging",
        r"\b(?:rubric|criteria|guidelines|instructions|rules|scale|"
        r"protocol)\b(?:\W{1,3}\w+){0,3}?\W{1,3}(?:supersedes?|overrides?|replaces?|"
        r"takes?\W{1,3}precedence|outranks?|has\W{1,3}priority)\b(?=.{0,60}\b(?:you|your|rubric|"
        r"previous|earlier|one|above|all|any|original)\b)",
    ),
    Act(
        "rewrites the rules of judging",
        r"\b(?:scores?|ratings?|votes?|verdicts?|marks?)\W{1,3}(?:below|under|lower\W{1,3}than|"
        r"less\W{1,3}than|of\W{1,3}skip|against)\b.{0,80}\b(?:justif\w+|reviewer|errors?|rejected|"
        r"invalid|escalat\w+|penal\w+)\b",
    ),
    Act(
        "claims authority against criticism",
        r"\b(?:evidence|passages?|reviews?|e\d{1,2})\b.{0,60}\b(?:fabricated|forged|fake|"
        r"planted)\b.{0,60}\b(?:must|should|discarded|ignored|disregarded|excluded|disregard|ignore)\b",
    ),
    Act(
        "claims authority against criticism",
        r"\b(?:negative|critical|bad|sceptical|skeptical|unfavou?rable|any|all|every|"
        rf"skip)\W{{1,3}}(?:\w+\W{{1,3}})?(?:reviews?|verdicts?|assessments?|criticisms?|opinions?|"
        rf"ratings?|objections?)\b{gap(6)}(?:is|are|was|were|must\W{{1,3}}be|should\W{{1,3}}be|"
        rf"can\W{{1,3}}be)\W{{1,3}}(?:\w+\W{{1,3}}){{0,2}}?(?:wrong|false|incorrect|mistaken|invalid|"
        "fake|malicious|ignored|disregarded|discounted|disproved|disproven|fabricated|lies|"
        r"misinformed|rejected|unfounded)\b",
    ),
    Act(
        "claims authority against criticism",
        r"\b(?:experts?|authorit(?:y|ies)|regulators?|panels?|stud(?:y|ies)|universit(?:y|ies)|board|"
        rf"committee|consensus)\b{gap(8)}(?:concluded?|consensus|agree[ds]?|confirm(?:s|ed)?|ruled|"
        rf"certif(?:y|ies|ied)|established)\b{gap(6)}(?:must|should|cannot|may\W{{1,3}}not|wrong|"
        rf"no\W{{1,3}}(?:weakness\w*|drawbacks?|flaws?)|best\W{{1,3}}in\W{{1,3}}class|{SHIP}|\bskip\b)",
    ),
)
