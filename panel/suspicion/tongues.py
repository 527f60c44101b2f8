# ruff: noqa: RUF001 - letters of other scripts are what this module is about
"""The same speech acts in other languages, more coarsely.

Per language, a sentence is suspicious when it withdraws instructions, or demands a verdict or a mark.
Patterns are for text in lower case without accents on Latin letters.
"""

from __future__ import annotations

import re
from functools import cache

from panel.suspicion.vocabulary import gap

_SHIP = r"[\"'«»„“”「『]?\bship\b"

TONGUES = {
    "German": (
        (
            r"\b(?:ignorier\w*|vergiss|vergesst|vergessen\s+sie|missachte\w*|verwirf|ubergeh\w*|"
            rf"beachte[nt]?\s+(?:sie\s+)?nicht|uberschreib\w*){gap(6)}(?:anweisung\w*|vorgaben?|"
            r"instruktion\w*|regeln?|kriteri\w+|bewertungs\w+|rubrik|persona|systemprompt|prompt|"
            r"aufgaben?|oben|vorherige\w*|bisherige\w*|alles)\b"
        ),
        (
            r"\b(?:antworte\w*|stimm\w*|vot(?:e|ier)\w*|urteil\w*|bewerte\w*|gib|geben\s+sie|vergib|"
            rf"vergeben\s+sie|schreib\w*|entscheide\w*|wahle\w*|empfiehl|vergabe){gap(7)}(?:{_SHIP}|"
            r"volle\s+(?:punktzahl|punkte)|bestnoten?|hochste\w*\s+(?:note|punktzahl|bewertung)\w*|"
            r"hochstwert\w*|maximal\w*|100\s+(?:punkte|prozent))"
        ),
        (
            r"\b(?:du\s+bist\s+(?:jetzt|nun|ab\s+sofort|nicht\s+mehr)|ab\s+(?:jetzt|sofort)\s+(?:bist|"
            r"gilt|sollst)|(?:zeige?|verrate|wiederhole|gib)\b[^.]{0,40}\b(?:systemprompt|"
            r"deine\s+(?:anweisung\w*|regeln|instruktion\w*)))"
        ),
    ),
    "French": (
        (
            r"\b(?:ignorez?|oublie[z]?|negligez?|ne\s+(?:tiens|tenez)\s+(?:pas|aucun)\s+compte|"
            r"ne\s+(?:suis|suivez)\s+(?:pas|plus)|fais\s+abstraction|faites\s+abstraction|"
            rf"contourne[zr]?){gap(6)}(?:instructions?|consignes?|directives?|regles?|criteres?|grille|"
            r"persona|precedent\w*|ci-dessus|prompt)\b"
        ),
        (
            r"\b(?:vote[zr]?|repond(?:s|ez)|reponds|donne[zr]?|attribue[zr]?|accorde[zr]?|note[zr]?|"
            rf"conclu[ets]\w*|recommande[zr]?|choisis\w*|mets|mettez|rends|rendez){gap(7)}(?:{_SHIP}|"
            r"note\s+maximale|meilleure\s+note|notes?\s+maximales?|score\s+(?:maximal|maximum|parfait)|"
            r"20\s?/\s?20|100\s?%)"
        ),
        (
            r"\b(?:tu\s+es\s+(?:maintenant|desormais)|vous\s+etes\s+(?:maintenant|desormais)|(?:revele|"
            r"affiche|repete|montre)[zr]?\b[^.]{0,40}\b(?:prompt|(?:tes|vos)\s+(?:instructions|consignes|"
            "regles)))"
        ),
    ),
    "Spanish": (
        (
            r"\b(?:ignorad?|ignore|olvidad?|olvide|omite|omita|descarta|descarte|no\s+(?:sigas|siga|"
            r"hagas\s+caso)|haz\s+caso\s+omiso|desobedece)\b(?!\s+(?:archivos|"
            rf"ficheros)){gap(6)}(?:instrucciones|indicaciones|ordenes|reglas|criterios|rubrica|"
            r"directrices|persona|prompt|anteriores|previas)\b"
        ),
        (
            r"\b(?:vota|vote|votad|responde|responda|contesta|conteste|da|de|dale|asigna|asigne|otorga|"
            "otorgue|puntua|puntue|marca|marque|califica|califique|concluye|recomienda|elige|"
            rf"pon){gap(7)}(?:{_SHIP}|(?:maxima|mejor|mas\s+alta)\s+(?:puntuacion|nota|calificacion)|"
            r"(?:puntuacion|nota|calificacion)\s+(?:maxima|perfecta|mas\s+alta)|100\s?%)"
        ),
        (
            r"\b(?:ahora\s+eres|a\s+partir\s+de\s+ahora\s+(?:eres|debes)|(?:revela|muestra|"
            r"repite)\b[^.]{0,40}\b(?:prompt|tus\s+(?:instrucciones|reglas)))"
        ),
    ),
    "Portuguese": (
        (
            r"\b(?:ignor(?:e|em|a)|esque[cç]a\w*|desconsider(?:e|em|a)|desrespeite|nao\s+siga|"
            rf"descarte){gap(6)}(?:instruco\w+|ordens|regras|criterios|rubrica|diretrizes|persona|prompt|"
            r"anteriores|acima)\b"
        ),
        (
            r"\b(?:vote|votem|responda|responde|de|deem|atribua|conceda|pontue|marque|avalie|conclua|"
            rf"recomende|escolha){gap(7)}(?:{_SHIP}|(?:nota|pontuacao)\s+(?:maxima|perfeita|mais\s+alta)|"
            r"notas?\s+maximas?|100\s?%)"
        ),
        (
            r"\b(?:agora\s+voce\s+e|a\s+partir\s+de\s+agora\s+voce|(?:revele|mostre|"
            r"repita)\b[^.]{0,40}\b(?:prompt|suas\s+(?:instruco\w+|regras)))"
        ),
    ),
    "Italian": (
        (
            r"\b(?:ignora(?:te)?|dimentica(?:te)?|trascura(?:te)?|non\s+(?:seguire|"
            rf"considerare)){gap(6)}(?:istruzioni|indicazioni|regole|criteri|rubrica|direttive|persona|"
            r"prompt|precedenti)\b"
        ),
        (
            r"\b(?:vota(?:te)?|rispondi|rispondete|dai|date|assegna(?:te)?|attribuisci|"
            rf"valuta){gap(7)}(?:{_SHIP}|(?:voto|punteggio)\s+(?:massimo|pieno|perfetto)|"
            r"massimo\s+dei\s+voti)"
        ),
    ),
    "Dutch": (
        (
            rf"\b(?:negeer|vergeet|sla)\b{gap(6)}(?:instructies|aanwijzingen|opdrachten|regels|criteria|"
            r"rubriek|prompt|voorgaande|eerdere)\b"
        ),
        (
            rf"\b(?:stem|antwoord|geef|beoordeel|kies){gap(7)}(?:{_SHIP}|(?:hoogste|maximale)\s+(?:score|"
            r"cijfer|punten)|volle\s+punten)"
        ),
    ),
    "Polish": (
        (
            rf"\b(?:zignoruj\w*|ignoruj\w*|zapomnij\w*|pomin\w*){gap(6)}(?:instrukcj\w+|polecen\w+|"
            r"zasad\w*|kryteri\w+|wytyczn\w+)"
        ),
        (
            rf"\b(?:zagłosuj|zaglosuj|odpowiedz|ocen|daj|przyznaj|wystaw){gap(7)}(?:{_SHIP}|maksymaln\w+|"
            r"najwyzsz\w+)"
        ),
    ),
    "Turkish": (
        (
            r"\b(?:onceki|yukaridaki|tum|butun)\b[^.]{0,50}\b(?:talimat\w*|yonerge\w*|kural\w*|"
            r"komut\w*)[^.]{0,40}\b(?:yok\s+say\w*|unut\w*|goz\s+ardi|dikkate\s+alma\w*)"
        ),
    ),
    "Russian": (
        (
            r"\b(?:игнорируй\w*|проигнорируй\w*|забудь\w*|забыть|отбрось\w*|не\s+обращай\w*\s+внимания|"
            r"не\s+следуй\w*|пренебреги\w*|отмени\w*)(?:\W{1,6}\w{1,30}){0,6}?\W{1,6}(?:указани\w*|"
            r"инструкци\w*|правил\w*|критери\w*|рубрик\w*|промпт\w*|предыдущ\w*|выше\w*|персон\w*|"
            r"команд\w*)"
        ),
        (
            r"\b(?:проголосуй\w*|голосуй\w*|ответь\w*|отвечай\w*|поставь\w*|ставь\w*|выставь\w*|"
            r"выстави\w*|дай\w*|оцени\w*|выбери\w*|напиши\w*|рекомендуй\w*|"
            rf"вынеси\w*)(?:\W{{1,6}}\w{{1,30}}){{0,7}}?\W{{1,6}}(?:{_SHIP}|максимальн\w*|"
            r"высш\w*\s+(?:балл\w*|оценк\w*)|100\s?%|наивысш\w*)"
        ),
        (
            r"(?:ты\s+теперь|теперь\s+ты|с\s+этого\s+момента\s+ты|(?:покажи|раскрой|повтори|"
            r"выведи)\b[^.]{0,40}(?:системн\w+\s+(?:промпт|запрос|сообщени\w)|свои\s+(?:инструкции|"
            "указания)))"
        ),
    ),
    "Ukrainian": (
        (
            r"\b(?:ігноруй\w*|проігноруй\w*|забудь\w*)(?:\W{1,6}\w{1,30}){0,6}?\W{1,6}(?:вказівк\w*|"
            r"інструкці\w*|правил\w*|критері\w*|попередн\w*)"
        ),
    ),
    "Chinese": (
        (
            "(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会|不要遵守|不再遵循|跳过|覆盖)[^。！？]{0,16}(?:指示|指令|提示词|提示詞|规则|規則|评分标准|評分標準|评审标准|"
            "标准|要求|设定|設定|角色|说明|內容|内容)"
        ),
        (
            r"(?:投票|投|给出|給出|给|給|回答|输出|輸出|打|评为|評為|判定|选择|判为|结论)[^。！？]{0,14}(?:\bship|ship\b|满分|滿分|最高分|最高评分|"
            "最高評分|全部通过|一百分|100分)|ship[^。！？]{0,8}(?:的结论|的結論|结论|票)"
        ),
        r"(?:你现在是|從現在起你|从现在起你|从现在开始你|(?:透露|显示|输出|重复)[^。]{0,10}(?:系统提示|系統提示|你的指令))",
    ),
    "Japanese": (
        r"(?:指示|命令|プロンプト|ルール|規則|基準|評価基準|ルーブリック|ペルソナ|設定)[^。！？]{0,8}(?:を|は)?[^。！？]{0,8}(?:無視|忘れ|破棄|従わない|上書き)",
        (
            "(?:満点|最高点|最高評価|最高得点|100点|ship)[^。！？]{0,10}(?:を付け|をつけ|を与え|と答え|と回答|と出力|に投票|投票|を出し|としてください|"
            "にしてください|評価して|をください)"
        ),
        r"(?:あなたは今から|これからあなたは|システムプロンプト[^。]{0,10}(?:表示|出力|教え|公開))",
    ),
    "Korean": (
        r"(?:지시|지침|명령|프롬프트|규칙|기준)[^.。]{0,10}(?:무시|잊어|따르지)",
        r"(?:만점|최고\s?점수|최고점|ship)[^.。]{0,12}(?:주세요|줘|부여|투표|답해|답하|매겨|평가해)",
    ),
    "Arabic": (
        r"(?:تجاهل|انس|انسى|لا تتبع)[^.،]{0,30}(?:التعليمات|الأوامر|القواعد|المعايير|السابقة)",
        r"(?:صوّت|صوت|أعط|اعط|امنح|أجب|اجب)[^.،]{0,30}(?:ship|العلامة الكاملة|أعلى درجة|الدرجة الكاملة)",
    ),
    "Hindi": (
        r"(?:निर्देश|नियम|मानदंड|प्रॉम्प्ट)[^।.]{0,20}(?:अनदेखा|नज़रअंदाज़|नजरअंदाज|भूल|उपेक्षा)",
        r"(?:पूरे अंक|पूर्ण अंक|सर्वोच्च अंक|अधिकतम अंक|ship)[^।.]{0,20}(?:दें|दो|दीजिए|वोट)",
    ),
}
"""Language → patterns of a sentence that is addressed to whoever judges."""


MARKERS = {
    "German": (
        r"\b(?:der|die|das|den|alle[ns]?|und|nur|mit|deine?|ihre?|bitte|diese[sn]?|sie|ein(?:e|en)?|"
        r"du|zu|vorherigen?)\b"
    ),
    "French": (
        r"\b(?:les|vos|tes|ces|des|toutes?|tous|et|le|la|une?|pas|ce|cet|cette|vous|aux|du|"
        r"precedentes?|desormais)\b"
    ),
    "Spanish": r"\b(?:las|los|tus|sus|todas?|todos?|el|la|y|solo|con|una?|esta|este|anteriores|que|como)\b",
    "Portuguese": (
        r"\b(?:suas?|seus?|todas?|todos?|instruco\w+|apenas|com|uma?|esta|este|anteriores|que|ao|"
        r"voce)\b"
    ),
    "Italian": r"\b(?:le|tutte|tutti|il|gli|e|solo|con|una?|questo|questa|precedenti|al|che)\b",
    "Dutch": r"\b(?:de|het|alle|en|alleen|met|een|deze|dit|voorgaande|je|uw)\b",
}
"""Little words that show a sentence to be in a language whose verbs English shares."""
DEFENCE = re.compile(
    "erkenn|blockier|schutz|angriff|detect|detecta|bloqu|protege|attaque|ataque|обнаруж|блокир|"
    "защи|атак|检测|防护|攻击|検出|防御|攻撃|탐지|차단"
)
QUOTES = re.compile(r"[\"'«»„“”「『‹]")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def foreign_act(sentence: str) -> str:
    """Name the language in which a sentence tells its reader how to judge; empty when none does."""
    if DEFENCE.search(sentence) and QUOTES.search(sentence) and "ship" not in sentence:
        return ""
    plain = sentence.isascii()
    for tongue, patterns in TONGUES.items():
        if (plain and tongue not in MARKERS) or not _compiled(MARKERS.get(tongue, "")).search(sentence):
            continue
        if any(_compiled(pattern).search(sentence) for pattern in patterns):
            return tongue
    return ""
